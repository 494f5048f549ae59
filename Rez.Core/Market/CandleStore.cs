namespace Rez.Core.Market;

/// <summary>
/// Closed candles of many assets: a base interval as it comes in and every larger interval built from it. A larger bar with
/// base bars missing is left out, so that its series shows a gap instead of a wrong bar. Not thread-safe: one owner.
/// </summary>
public sealed class CandleStore
{
    private readonly Dictionary<string, AssetCandles> _assets = new(StringComparer.Ordinal);
    private readonly int _retain;
    private readonly Interval[] _larger;

    /// <param name="baseInterval">Interval of the bars that <see cref="Append"/> takes.</param>
    /// <param name="retain">Bars kept at least, for each asset and interval.</param>
    /// <param name="larger">Intervals to build from them; null for all that can be.</param>
    public CandleStore(Interval baseInterval, int retain = 20_000, IEnumerable<Interval>? larger = null)
    {
        BaseInterval = baseInterval;
        _retain = retain;
        _larger = [.. (larger ?? Interval.All).Where(i => i.IsBuiltFrom(baseInterval)).Distinct()];
    }

    public Interval BaseInterval { get; }

    public IEnumerable<string> Assets => _assets.Keys;

    public CandleAppend Append(string asset, in Candle bar)
    {
        if (!_assets.TryGetValue(asset, out var candles))
        {
            candles = new AssetCandles(BaseInterval, _retain, _larger);
            _assets.Add(asset, candles);
        }

        return candles.Append(bar);
    }

    /// <summary>The series, or null when nothing of that asset came in yet or the interval can't be built from the base.</summary>
    public CandleSeries? Series(string asset, Interval interval) =>
        _assets.TryGetValue(asset, out var candles) ? candles.Series(interval) : null;

    /// <summary>
    /// How old the newest closed bar is beyond what is normal: zero when the newest bar is the one that closed last
    /// before <paramref name="now"/>.
    /// </summary>
    public TimeSpan? Staleness(string asset, Interval interval, DateTimeOffset now)
    {
        var series = Series(asset, interval);
        if (series is null || series.Count == 0)
        {
            return null;
        }

        var lastClosedOpen = interval.OpenOf(interval.OpenOf(now.ToUnixTimeMilliseconds()) - 1);
        return TimeSpan.FromMilliseconds(Math.Max(0, lastClosedOpen - series.Last.OpenTimeMs));
    }

    private sealed class AssetCandles
    {
        private readonly CandleSeries _base;
        private readonly (CandleAggregator Aggregator, CandleSeries Series)[] _larger;

        public AssetCandles(Interval baseInterval, int retain, Interval[] larger)
        {
            _base = new CandleSeries(baseInterval, retain);
            _larger = [.. larger.Select(i => (new CandleAggregator(baseInterval, i), new CandleSeries(i, retain)))];
        }

        public CandleSeries? Series(Interval interval)
        {
            if (interval == _base.Interval)
            {
                return _base;
            }

            foreach (var (_, series) in _larger)
            {
                if (series.Interval == interval)
                {
                    return series;
                }
            }

            return null;
        }

        public CandleAppend Append(in Candle bar)
        {
            var result = _base.Append(bar);
            if (result is CandleAppend.Appended or CandleAppend.AppendedAfterGap)
            {
                foreach (var (aggregator, series) in _larger)
                {
                    var closed = aggregator.Update(bar, out var first, out var second);
                    Keep(series, closed > 0, first);
                    Keep(series, closed > 1, second);
                }
            }

            return result;
        }

        private static void Keep(CandleSeries series, bool closed, in AggregatedCandle bar)
        {
            if (closed && bar.Complete)
            {
                series.Append(bar.Candle);
            }
        }
    }
}
