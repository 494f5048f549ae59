using Rez.Core.Backtest.Checks;
using Rez.Core.Configuration;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Backtest.Checks;

/// <summary>The lab's checks find what is planted and find nothing where there is nothing.</summary>
public sealed class ChecksTests
{
    [Theory]
    [InlineData("trend-momentum", "5m")]
    [InlineData("mean-reversion", "15m")]
    [InlineData("pair-spread", "15m")]
    public async Task No_strategy_knows_the_future(string name, string interval)
    {
        var result = await CheckAsync(name, interval, plants: false);
        Assert.Empty(result.Leaks);
        Assert.True(result.Values > 10_000, $"only {result.Values} values");
    }

    [Fact]
    public async Task A_planted_leak_is_found_and_named()
    {
        var result = await CheckAsync("sma-cross", "1h", plants: true);
        Assert.NotEmpty(result.Leaks);
        Assert.All(result.Leaks, l => Assert.EndsWith(" decision", l.Name));
        Assert.Contains(result.Leaks, l => l.Name == "BTC decision" && l.Whole.Length > l.Cut.Length);
    }

    [Fact]
    public void Warm_up_is_what_an_average_needs_to_forget()
    {
        var random = new SeededRandom(3);
        var (price, bars) = (100d, new List<Candle>());
        for (var i = 0; i < 1_000; i++)
        {
            price *= 1 + (0.01 * random.NextNormal());
            bars.Add(Some.Candle(Some.Start + (i * 60_000L), price));
        }

        var rows = WarmUpCheck.Run(bars, new[] { "sma:20", "ema:50", "rsi:14" }.Select(s => IndicatorCatalogue.Parse(s).Value), 0.0001);
        Assert.Equal(25, rows[0].Enough);
        Assert.Equal(0, rows[0].Points[0].Difference, 9);

        // An exponential average of 50 forgets by (49/51) a bar: what is left after 200 bars is some 3e-4 of the first difference.
        Assert.InRange(rows[1].Enough!.Value, 100, 400);
        Assert.True(double.IsNaN(rows[1].Points[0].Difference));
        Assert.True(rows[1].Points[^1].Difference < rows[1].Points[2].Difference);
        Assert.Null(WarmUpCheck.Run([.. bars.TakeLast(120)], [IndicatorCatalogue.Parse("ema:200").Value], 0.0001)[0].Enough);
    }

    [Fact]
    public void Trades_are_matched_one_to_one_by_asset_direction_and_opening()
    {
        static ClosedTrade T(long number, string asset, Direction direction, long opened, decimal entry = 100m, decimal net = 1m) =>
            new(number, asset, direction, 1m, entry, 110m, opened, opened + 1_000, net, 0, 0, "EXIT_TP", null, null);
        var recorded = new[] { T(1, "BTC", Direction.Long, 0, 100.5m), T(2, "BTC", Direction.Long, 1_000), T(3, "ETH", Direction.Short, 0), T(4, "SOL", Direction.Long, 0) };
        var tested = new[] { T(1, "BTC", Direction.Long, 50), T(2, "BTC", Direction.Long, 1_000), T(3, "ETH", Direction.Long, 0), T(4, "SOL", Direction.Long, 90_000) };
        var c = TradeComparison.Of(recorded, tested, TimeSpan.FromSeconds(60));
        Assert.Equal((2, 1, 2, 2), (c.Matched, c.Same, c.OnlyRecorded, c.OnlyTested));
        var first = c.Pairs.Single(p => p.Recorded?.Number == 1);
        Assert.Equal((50d, 0d, 0m), (Math.Round(first.EntrySlipBps!.Value, 6), first.ExitSlipBps, first.NetDifference));
        Assert.Equal((4m, 4m), (c.NetRecorded, c.NetTested));
    }

    private static async Task<LookaheadResult> CheckAsync(string name, string interval, bool plants)
    {
        var options = SessionStage.Options(o => o.Demo.Seed = 9);
        SessionStage.Loosen(options);
        var definition = StrategyCatalogue.Find(name)!;
        var values = definition.Read([]).Value;
        var source = SessionComposition.Market(options).Value;
        var settings = BacktestComposition.Settings(options, source, definition, values, Interval.Parse(interval), "test").Value;
        var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.TradingStartMs);
        var market = KeptMarket.Of(source, from.AddDays(3).ToUnixTimeMilliseconds());
        var check = new LookaheadCheck(market, settings, data => plants ? new PlantedLeak(definition.Create(values), data) : definition.Create(values), TimeProvider.System);
        return (await check.RunAsync(from, from.AddDays(3), 4, null, CancellationToken.None)).Value;
    }
}
