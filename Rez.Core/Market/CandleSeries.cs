namespace Rez.Core.Market;

/// <summary>Bars that should be there and are not: the first missing open time, the first present one after it, and how many.</summary>
public readonly record struct CandleGap(long FromMs, long ToMs, int Missing);

/// <summary>What became of a bar offered to a series.</summary>
public enum CandleAppend
{
    Appended,

    /// <summary>Appended, and bars are missing before it; see <see cref="CandleSeries.Gaps"/>.</summary>
    AppendedAfterGap,

    /// <summary>The same bar again; nothing changed.</summary>
    Duplicate,

    /// <summary>A bar with this time and other values is already there; the first one is kept.</summary>
    Conflict,

    /// <summary>Older than the newest bar and unknown; not inserted.</summary>
    OutOfOrder,

    /// <summary>Not on the interval's grid.</summary>
    OffGrid,

    /// <summary>Fails <see cref="Candle.Fault"/>.</summary>
    Invalid,
}

/// <summary>
/// Closed bars of one asset and interval, oldest first, strictly increasing in time. Keeps the newest
/// <c>retain</c> bars at least; indices count from the oldest kept bar.
/// </summary>
public sealed class CandleSeries(Interval interval, int retain = int.MaxValue / 2)
{
    private readonly List<CandleGap> _gaps = [];
    private Candle[] _bars = new Candle[64];
    private int _start;
    private int _end;

    public Interval Interval { get; } = interval;

    public int Count => _end - _start;

    /// <summary>Bars appended since the beginning, dropped ones included: a cursor that never goes back.</summary>
    public long TotalAppended { get; private set; }

    public IReadOnlyList<CandleGap> Gaps => _gaps;

    public Candle this[int index] => index >= 0 && index < Count ? _bars[_start + index] : throw new ArgumentOutOfRangeException(nameof(index));

    public Candle Last => this[Count - 1];

    /// <summary>The kept bars as one span, oldest first. Valid until the next append.</summary>
    public ReadOnlySpan<Candle> AsSpan() => _bars.AsSpan(_start, Count);

    /// <summary>The newest <paramref name="count"/> bars, or all when there are fewer.</summary>
    public ReadOnlySpan<Candle> Newest(int count) => AsSpan()[^Math.Min(count, Count)..];

    public CandleAppend Append(in Candle bar)
    {
        if (bar.Fault() is not null)
        {
            return CandleAppend.Invalid;
        }

        if (Interval.OpenOf(bar.OpenTimeMs) != bar.OpenTimeMs)
        {
            return CandleAppend.OffGrid;
        }

        var result = CandleAppend.Appended;
        if (Count > 0)
        {
            var last = Last;
            if (bar.OpenTimeMs <= last.OpenTimeMs)
            {
                var at = IndexOf(bar.OpenTimeMs);
                return at < 0 ? CandleAppend.OutOfOrder : this[at] == bar ? CandleAppend.Duplicate : CandleAppend.Conflict;
            }

            var expected = Interval.NextOpen(last.OpenTimeMs);
            if (bar.OpenTimeMs != expected)
            {
                _gaps.Add(new CandleGap(expected, bar.OpenTimeMs, MissingBetween(expected, bar.OpenTimeMs)));
                result = CandleAppend.AppendedAfterGap;
            }
        }

        Push(bar);
        return result;
    }

    /// <summary>Index of the bar that opens at <paramref name="openMs"/>, or -1.</summary>
    public int IndexOf(long openMs)
    {
        var lo = _start;
        var hi = _end - 1;
        while (lo <= hi)
        {
            var mid = lo + ((hi - lo) >> 1);
            var t = _bars[mid].OpenTimeMs;
            if (t == openMs)
            {
                return mid - _start;
            }

            if (t < openMs)
            {
                lo = mid + 1;
            }
            else
            {
                hi = mid - 1;
            }
        }

        return -1;
    }

    /// <summary>Gaps that touch the newest <paramref name="bars"/> bars.</summary>
    public int GapsWithin(int bars)
    {
        if (Count == 0)
        {
            return 0;
        }

        var from = this[Math.Max(0, Count - bars)].OpenTimeMs;
        var found = 0;
        for (var i = _gaps.Count - 1; i >= 0 && _gaps[i].ToMs > from; i--)
        {
            found++;
        }

        return found;
    }

    private int MissingBetween(long fromMs, long toMs)
    {
        var missing = 0;
        for (var t = fromMs; t < toMs; t = Interval.NextOpen(t))
        {
            missing++;
        }

        return missing;
    }

    private void Push(in Candle bar)
    {
        if (_end == _bars.Length)
        {
            var keep = Math.Min(Count, retain);
            if (_start > 0 || keep < Count)
            {
                // Room in front, or bars past retention: slide instead of growing.
                Array.Copy(_bars, _end - keep, _bars, 0, keep);
                _start = 0;
                _end = keep;
            }

            if (_end > _bars.Length / 2)
            {
                Array.Resize(ref _bars, _bars.Length * 2);
            }
        }

        _bars[_end++] = bar;
        TotalAppended++;
    }
}
