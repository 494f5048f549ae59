using Rez.Core.Backtest;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Tests.Support;

namespace Rez.Tests.Backtest;

/// <summary>Passing over bars in which nothing happens changes nothing: trades, equity, counts are those of playing each bar through the live code.</summary>
public sealed class QuietBarsTests
{
    [Theory]
    [InlineData("sma-cross", "5m", 1)]
    [InlineData("sma-cross", "1m", 2)]
    [InlineData("sma-cross", "1h", 3)]
    [InlineData("trend-momentum", "5m", 4)]
    [InlineData("momentum", "15m", 5)]
    [InlineData("momentum", "5m", 6, "reward=8", "stop=4")]
    [InlineData("mean-reversion", "5m", 7, "entry=1", "adx=60", "hurst=1.2")]
    [InlineData("breakout", "5m", 8)]
    [InlineData("breakout", "1h", 9, "period=5", "reward=4")]
    [InlineData("buy-and-hold", "1h", 10)]
    [InlineData("pair-spread", "5m", 11)]
    [InlineData("pulse", "5m", 12)]
    [InlineData("funding-carry", "1h", 13, "entry=0.05", "exit=0.02")]
    public async Task Passing_over_quiet_bars_changes_nothing(string name, string interval, int seed, params string[] parameters)
    {
        foreach (var variant in Enumerable.Range(0, 4))
        {
            var options = SessionStage.Options(o => o.Demo.Seed = (ulong)((100 * seed) + variant));
            Vary(options, variant);
            var definition = StrategyCatalogue.Find(name)!;
            var values = definition.Read(parameters).Value;
            var (whole, _) = await RunAsync(options, definition, values, Interval.Parse(interval), playsEveryBar: true);
            var (lean, bars) = await RunAsync(options, definition, values, Interval.Parse(interval), playsEveryBar: false);
            Assert.Equal(whole.Trades.Select(t => t.ToString()), lean.Trades.Select(t => t.ToString()));
            Assert.Equal(whole.TradesHash, lean.TradesHash);
            Assert.Equal(whole.Equity, lean.Equity);
            Assert.Equal((whole.FinalEquity, whole.Fees, whole.Funding, whole.Bars, whole.Cycles, whole.UnprotectedMs), (lean.FinalEquity, lean.Fees, lean.Funding, lean.Bars, lean.Cycles, lean.UnprotectedMs));
            Assert.Equal(whole.Refusals, lean.Refusals);
            Assert.Equal(whole.Bars, bars);
        }
    }

    /// <summary>Other limits, so that trailing, drawdowns, time and leverage all get their turn.</summary>
    private static void Vary(RezOptions options, int variant)
    {
        SessionStage.Loosen(options);
        switch (variant)
        {
            case 1:
                options.Exits.TrailArm = 0.2m;
                options.Exits.TrailAtr = 1m;
                options.Exits.MaxHoldHours = 3m;
                break;
            case 2:
                options.Exits.TrailAtr = 0;
                options.Protection.MaxDrawdown = 0.01m;
                options.Exits.ReduceAssetLeverage = 0.5m;
                break;
            case 3:
                options.Exits.RetraceShare = 0.5m;
                options.Exits.PartialAt = 0.6m;
                options.Exits.FlattenDrawdown = 0.03m;
                break;
        }
    }

    private static async Task<(BacktestResult Result, long Bars)> RunAsync(RezOptions options, StrategyDefinition definition, StrategyValues values, Interval interval, bool playsEveryBar)
    {
        var market = SessionComposition.Market(options).Value;
        var settings = BacktestComposition.Settings(options, market, definition, values, interval, "test").Value;
        var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.TradingStartMs);
        var result = (await new BacktestRun(settings, () => definition.Create(values), TimeProvider.System, playsEveryBar).RunAsync(market, from, from.AddDays(6), true, null, CancellationToken.None)).Value;
        return (result, result.Bars);
    }
}
