namespace Rez.Core.Market;

/// <summary>A larger bar built from smaller ones, with how many it has of those it should have.</summary>
public readonly record struct AggregatedCandle(Candle Candle, int Have, int Expected)
{
    /// <summary>False when bars were missing inside; such a bar must not be taken for a real one.</summary>
    public bool Complete => Have == Expected;
}

/// <summary>
/// Builds bars of one interval from bars of a smaller one. A bar is closed by its last constituent, or, when that one is
/// missing, by the first bar beyond it.
/// </summary>
public sealed class CandleAggregator(Interval from, Interval to)
{
    private Candle _open;
    private int _have;
    private long _nextOpen = long.MinValue;

    public Interval To { get; } = to.IsBuiltFrom(from) ? to : throw new ArgumentException($"{to} can't be built from {from}.", nameof(to));

    /// <summary>Takes the next base bar in time order; yields at most two closed bars (a torn one and a whole one).</summary>
    /// <returns>How many of <paramref name="first"/> and <paramref name="second"/> were written.</returns>
    public int Update(in Candle bar, out AggregatedCandle first, out AggregatedCandle second)
    {
        first = second = default;
        var closed = 0;
        if (_have > 0 && bar.OpenTimeMs >= _nextOpen)
        {
            first = Close();
            closed = 1;
        }

        if (_have == 0)
        {
            var open = To.OpenOf(bar.OpenTimeMs);
            _nextOpen = To.NextOpen(open);
            _open = bar with { OpenTimeMs = open };
            _have = 1;
        }
        else
        {
            _open = new Candle(
                _open.OpenTimeMs, _open.Open, Math.Max(_open.High, bar.High), Math.Min(_open.Low, bar.Low), bar.Close, _open.Volume + bar.Volume);
            _have++;
        }

        if (from.NextOpen(bar.OpenTimeMs) >= _nextOpen)
        {
            if (closed == 0)
            {
                first = Close();
            }
            else
            {
                second = Close();
            }

            closed++;
        }

        return closed;
    }

    /// <summary>The whole bars of an interval that bars of a smaller one make, or these themselves when it is the same; torn ones are left out.</summary>
    public static List<Candle> Whole(IEnumerable<Candle> bars, Interval from, Interval to)
    {
        if (from == to)
        {
            return [.. bars];
        }

        var (aggregator, whole) = (new CandleAggregator(from, to), new List<Candle>());
        foreach (var bar in bars)
        {
            var closed = aggregator.Update(bar, out var first, out var second);
            if (closed > 0 && first.Complete)
            {
                whole.Add(first.Candle);
            }

            if (closed > 1 && second.Complete)
            {
                whole.Add(second.Candle);
            }
        }

        return whole;
    }

    private AggregatedCandle Close()
    {
        var result = new AggregatedCandle(_open, _have, (int)((_nextOpen - _open.OpenTimeMs) / from.Milliseconds));
        _have = 0;
        return result;
    }
}
