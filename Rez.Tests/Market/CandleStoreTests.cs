using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Market;

public sealed class CandleStoreTests
{
    [Fact]
    public void Twelve_real_5m_bars_make_the_venues_own_hour()
    {
        var five = CandleFile.Read(Shared.Path("data", "hyperliquid-perp", "BTC-5m.csv.gz")).Value;
        var hours = CandleFile.Read(Shared.Path("data", "hyperliquid-perp", "BTC-1h.csv.gz")).Value.Candles.ToDictionary(c => c.OpenTimeMs);
        var store = new CandleStore(Interval.M5, 100_000);
        foreach (var bar in five.Candles)
        {
            store.Append("BTC", bar);
        }

        var built = store.Series("BTC", Interval.H1)!;
        var same = 0;
        var other = new List<DateTimeOffset>();
        foreach (var bar in built.AsSpan())
        {
            var real = hours[bar.OpenTimeMs];
            if (bar.Open == real.Open && bar.High == real.High && bar.Low == real.Low && bar.Close == real.Close)
            {
                same++;
            }
            else
            {
                other.Add(bar.OpenTime);
            }
        }

        // One hour of the set is known to be a partial bar of the source.
        Assert.Equal([new DateTimeOffset(2025, 4, 20, 10, 0, 0, TimeSpan.Zero)], other);
        Assert.True(same > 1_900);
    }

    [Fact]
    public void A_missing_bar_leaves_the_larger_bar_out_and_marks_the_gap()
    {
        var store = new CandleStore(Interval.M1);
        for (var i = 0; i < 15; i++)
        {
            if (i != 7)
            {
                store.Append("BTC", Some.Candle(Some.Start + (i * 60_000)));
            }
        }

        var five = store.Series("BTC", Interval.M5)!;
        Assert.Equal([Some.Start, Some.Start + 600_000], five.AsSpan().ToArray().Select(c => c.OpenTimeMs));
        Assert.Equal(1, five.GapsWithin(10));
        var gap = Assert.Single(store.Series("BTC", Interval.M1)!.Gaps);
        Assert.Equal(new CandleGap(Some.Start + 420_000, Some.Start + 480_000, 1), gap);
    }

    [Fact]
    public void What_is_offered_twice_late_or_broken_is_told_and_not_taken()
    {
        var series = new CandleSeries(Interval.M1);
        Assert.Equal(CandleAppend.Appended, series.Append(Some.Candle()));
        Assert.Equal(CandleAppend.Duplicate, series.Append(Some.Candle()));
        Assert.Equal(CandleAppend.Conflict, series.Append(Some.Candle(close: 101)));
        Assert.Equal(CandleAppend.AppendedAfterGap, series.Append(Some.Candle(Some.Start + 180_000)));
        Assert.Equal(CandleAppend.OutOfOrder, series.Append(Some.Candle(Some.Start + 60_000)));
        Assert.Equal(CandleAppend.OffGrid, series.Append(Some.Candle(Some.Start + 240_001)));
        Assert.Equal(CandleAppend.Invalid, series.Append(new Candle(Some.Start + 240_000, 1, 1, 2, 1, 1)));
        Assert.Equal(CandleAppend.Invalid, series.Append(Some.Candle(Some.Start + 240_000, double.NaN)));
        Assert.Equal(2, series.Count);
    }

    [Fact]
    public void Old_bars_go_and_the_cursor_does_not()
    {
        var series = new CandleSeries(Interval.M1, retain: 100);
        for (var i = 0; i < 10_000; i++)
        {
            series.Append(Some.Candle(Some.Start + (i * 60_000L)));
        }

        Assert.Equal(10_000, series.TotalAppended);
        Assert.InRange(series.Count, 100, 1_000);
        Assert.Equal(Some.Start + (9_999 * 60_000L), series.Last.OpenTimeMs);
        Assert.Equal(series.Count - 1, series.IndexOf(series.Last.OpenTimeMs));
    }

    [Fact]
    public void Staleness_counts_from_the_bar_that_closed_last()
    {
        var store = new CandleStore(Interval.M1);
        Assert.Null(store.Staleness("BTC", Interval.M1, At(0)));
        store.Append("BTC", Some.Candle());
        Assert.Equal(TimeSpan.Zero, store.Staleness("BTC", Interval.M1, At(60)));
        Assert.Equal(TimeSpan.Zero, store.Staleness("BTC", Interval.M1, At(119)));
        Assert.Equal(TimeSpan.FromMinutes(1), store.Staleness("BTC", Interval.M1, At(120)));
    }

    private static DateTimeOffset At(int seconds) => DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + (seconds * 1_000L));
}
