using Rez.Core.Market;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Simulation;

/// <summary>Which comes first when stop and target lie in one bar: what a finer interval says, else the stop, and it is counted.</summary>
public sealed class IntrabarOrderTests
{
    [Theory]
    [InlineData(Side.Buy, 100_100)]
    [InlineData(Side.Buy, 99_900)]
    [InlineData(Side.Sell, 100_100)]
    [InlineData(Side.Sell, 99_900)]
    public void Without_anything_finer_the_stop_comes_first_whichever_way_the_bar_closes(Side side, double close)
    {
        var stage = Opened(side);
        stage.Bar(100_000, 102_000, 98_000, close);
        Assert.Equal(TriggerKind.StopLoss, stage.Venue.Fills[^1].Trigger);
        Assert.Equal((1L, 0L), (stage.Venue.AmbiguousBars, stage.Venue.FinerBars));
    }

    [Theory]
    [InlineData(Side.Buy, 101_500, TriggerKind.TakeProfit)]
    [InlineData(Side.Buy, 98_500, TriggerKind.StopLoss)]
    [InlineData(Side.Sell, 98_500, TriggerKind.TakeProfit)]
    [InlineData(Side.Sell, 101_500, TriggerKind.StopLoss)]
    public void A_finer_interval_tells(Side side, double first, TriggerKind fired)
    {
        var stage = Opened(side);
        var second = 200_000 - first;
        var t = stage.NextMs;
        stage.Bar(100_000, 102_000, 98_000, second, minutes: 2, finer: [Some.Candle(t, 100_000, close: first), Some.Candle(t + 60_000, first, close: second)]);
        Assert.Equal(fired, stage.Venue.Fills[^1].Trigger);
        Assert.Equal((0L, 1L), (stage.Venue.AmbiguousBars, stage.Venue.FinerBars));

        // The fill lies in the first of the two minutes.
        Assert.InRange(stage.Venue.Fills[^1].TimeMs, t, t + 60_000);
    }

    [Fact]
    public void One_of_them_alone_is_no_question()
    {
        var stage = Opened(Side.Buy);
        stage.Bar(100_000, 100_500, 98_000, 99_000);
        Assert.Equal((TriggerKind.StopLoss, 0L), (stage.Venue.Fills[^1].Trigger, stage.Venue.AmbiguousBars));
    }

    [Fact]
    public void Finer_files_beside_a_market_are_found_told_and_ignored_where_they_contradict()
    {
        using var folder = new TempFolder();
        static string Row(long t, double o, double h, double l, double c) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{t},{o},{h},{l},{c},1\n");
        File.WriteAllText(folder.File("BTC-5m.csv"), Row(Some.Start, 100, 105, 95, 101) + Row(Some.Start + 300_000, 101, 106, 96, 102) + Row(Some.Start + 600_000, 102, 103, 101, 102));
        var minutes = Enumerable.Range(0, 10).Select(i => Row(Some.Start + (i * 60_000L), 100, i == 7 ? 999 : 104, 97, 101));
        File.WriteAllText(folder.File("BTC-1m-excerpt.csv"), string.Concat(minutes));
        var market = RecordedMarket.Open(folder.Path, []).Value;
        Assert.Equal(Interval.M5, market.BaseInterval);
        Assert.Contains(market.Notes, n => n.Contains("1m bars of BTC-1m-excerpt.csv give the order of prices inside 1 of 3 bars of 5m", StringComparison.Ordinal));
        var step = new MarketStep(1);
        Assert.True(market.TryNext(step));
        Assert.Equal(5, step.Finer[0].Length);
        Assert.True(market.TryNext(step));
        Assert.Equal(0, step.Finer[0].Length);

        // Kept in memory it plays the same.
        var kept = KeptMarket.Of(RecordedMarket.Open(folder.Path, []).Value, long.MaxValue).Play();
        kept.TryNext(step);
        Assert.Equal(5, step.Finer[0].Length);
    }

    private static VenueStage Opened(Side side)
    {
        var stage = new VenueStage();
        var (stop, target) = side == Side.Buy ? (99_000m, 101_000m) : (101_000m, 99_000m);
        stage.Venue.Place(Some.Bracket(side, 0.01m, side == Side.Buy ? 100_100m : 99_900m, stop, target));
        Assert.NotNull(stage.Position);
        return stage;
    }
}
