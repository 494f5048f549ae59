using System.Diagnostics;
using Rez.Core.Backtest;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Worker.Hosting;

namespace Rez.Worker.Bench;

/// <summary>Backtests through the live code, as they are: no lean path yet.</summary>
internal static class BacktestBench
{
    public static async Task<BenchReport> RunAsync(RezOptions options, int days)
    {
        var figures = new List<Figure>();
        foreach (var (name, interval) in new[] { ("sma-cross", Interval.M5), ("trend-momentum", Interval.M5), ("sma-cross", Interval.H1) })
        {
            var definition = StrategyCatalogue.Find(name)!;
            var values = definition.Read([]).Value;
            var market = SessionComposition.Market(options).Value;
            var settings = BacktestComposition.Settings(options, market, definition, values, interval, TradingHost.Version).Value;
            var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.TradingStartMs);
            var run = new BacktestRun(settings, () => definition.Create(values), TimeProvider.System);
            var before = GC.GetTotalAllocatedBytes();
            var started = Stopwatch.GetTimestamp();
            var result = (await run.RunAsync(market, from, from.AddDays(days), true, null, CancellationToken.None)).Value;
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var bars = result.Bars * settings.Cycle.Assets.Length;
            figures.Add(new Figure($"{name}, {interval} cycles, {settings.Cycle.Assets.Length} assets, 1m bars, full gate and sentinel", Math.Round(bars / seconds), "bars/s", "≥ 1,000,000", bars / seconds >= 1_000_000));
            figures.Add(new Figure("  allocated a bar", Math.Round((GC.GetTotalAllocatedBytes() - before) / (double)bars), "bytes"));
            figures.Add(new Figure("  cycles a second", Math.Round(result.Cycles / seconds), "cycles/s"));
        }

        return BenchReport.Of("backtest", figures);
    }
}
