using System.Diagnostics;
using Rez.Core.Backtest;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Worker.Hosting;

namespace Rez.Worker.Bench;

/// <summary>One backtest as measured.</summary>
/// <param name="Bars">Bars of the base interval, each asset's counted.</param>
/// <param name="AllocatedBytes">Of the whole run, its result included.</param>
internal sealed record BacktestFigure(string Name, long Bars, double Seconds, double BarsPerSecond, long AllocatedBytes, int Trades, string TradesHash, double Goal);

/// <summary>Backtests through the live code, on generated candles that are in memory before the time is taken; one core each.</summary>
internal static class BacktestBench
{
    public static async Task<IReadOnlyList<BacktestFigure>> RunAsync(RezOptions options, int rounds, bool isLong)
    {
        // A strategy that loses is stopped by the protections of the account; a benchmark is to trade to its end.
        var p = options.Protection;
        (p.DailyLoss, p.WeeklyLoss, p.MaxDrawdown, p.ConsecutiveLosses) = (0, 0, 0, 0);
        (p.CooldownMinutes, p.MaxTradesPerHour, p.MinutesBetweenEntries) = (0, 0, 0);
        var figures = new List<BacktestFigure>();
        var one = await MarketAsync(options, ["BTC"], isLong ? 1_051_200 : 525_600);
        var three = await MarketAsync(options, ["BTC", "ETH", "SOL"], 175_200);
        figures.Add(await BestAsync("sma-cross 10/20 on each of 500,000 1m bars, fees, stop, target, gate", one, options, "sma-cross", Interval.M1, 500_000, 2_500_000, rounds));
        figures.Add(await BestAsync($"sma-cross on 1h over {(isLong ? "two years" : "one year")} of 1m bars, stop, target, gate", one, options, "sma-cross", Interval.H1, one.Steps - 1, 2_000_000, rounds));
        figures.Add(await BestAsync("trend-momentum, seven indicators on 5m and 1h, three assets, 1m bars, gate", three, options, "trend-momentum", Interval.M5, three.Steps - 1, 1_000_000, rounds));
        figures.Add(await BestAsync("  the same, each bar played", three, options, "trend-momentum", Interval.M5, 30_000, 0, 1, playsEveryBar: true));
        return figures;
    }

    private static Task<KeptMarket> MarketAsync(RezOptions options, string[] assets, int steps)
    {
        options.Trading.Assets = assets;
        options.Demo.Candles = string.Empty;
        var market = SessionComposition.Market(options).Value;
        return Task.Run(() => KeptMarket.Of(market, market.StartMs + (steps * market.BaseInterval.Milliseconds)));
    }

    private static async Task<BacktestFigure> BestAsync(string name, KeptMarket market, RezOptions options, string strategy, Interval interval, int steps, double goal, int rounds, bool playsEveryBar = false)
    {
        BacktestFigure? best = null;
        for (var round = 0; round < rounds; round++)
        {
            var figure = await MeasureAsync(name, market, options, strategy, interval, steps, goal, playsEveryBar);
            best = best is null || figure.Seconds < best.Seconds ? figure : best;
        }

        return best!;
    }

    private static async Task<BacktestFigure> MeasureAsync(string name, KeptMarket market, RezOptions options, string strategy, Interval interval, int steps, double goal, bool playsEveryBar)
    {
        var definition = StrategyCatalogue.Find(strategy)!;
        var values = definition.Read([]).Value;
        var settings = BacktestComposition.Settings(options, market.Play(), definition, values, interval, TradingHost.Version).Value;
        var from = DateTimeOffset.FromUnixTimeMilliseconds(market.StartMs + Interval.D1.Milliseconds);
        var to = DateTimeOffset.FromUnixTimeMilliseconds(market.StartMs + (steps * market.BaseInterval.Milliseconds));
        var run = new BacktestRun(settings, () => definition.Create(values), TimeProvider.System, playsEveryBar);
        GC.Collect();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        var result = (await run.RunAsync(market.Play(), from, to, true, null, CancellationToken.None)).Value;
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var bars = result.Bars * market.Instruments.Count;
        return new BacktestFigure(name, bars, Math.Round(seconds, 4), Math.Round(bars / seconds), GC.GetTotalAllocatedBytes(precise: true) - before, result.Trades.Length, result.TradesHash, goal);
    }
}
