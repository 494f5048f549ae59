using System.Diagnostics;
using Rez.Core.Backtest;
using Rez.Core.Backtest.Sweep;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Worker.Hosting;

namespace Rez.Worker.Bench;

/// <summary>A grid over one asset's 1m bars, on one core and on all.</summary>
internal static class SweepBench
{
    private const int Bars = 100_000;

    public static async Task<BenchReport> RunAsync(RezOptions options, int combinations, CancellationToken cancel)
    {
        options.Trading.Assets = ["BTC"];
        options.Demo.Candles = string.Empty;
        var strategy = StrategyCatalogue.Find("sma-cross")!;
        var source = SessionComposition.Market(options).Value;
        var market = KeptMarket.Of(source, source.StartMs + ((Bars + 5_000) * source.BaseInterval.Milliseconds), cancel);
        var trials = new Trials(market, strategy, v => BacktestComposition.Settings(options, source, strategy, v, Interval.M15, TradingHost.Version), TimeProvider.System);
        var from = DateTimeOffset.FromUnixTimeMilliseconds(trials.Settings(strategy.Read([]).Value).Value.TradingStartMs);
        var to = from.AddMilliseconds(Bars * source.BaseInterval.Milliseconds);
        var slow = Math.Max(1, combinations / 10);
        var space = ParameterSpace.Read(strategy, ["fast=2:11:1", $"slow=20:{19 + slow}:1"], []).Value;

        async Task<(SweepResult Result, double Seconds)> RunAsync(int cores)
        {
            var started = Stopwatch.GetTimestamp();
            var result = await new SweepRun(trials, new SweepPlan(space, SweepMethod.Grid, Objective.Find("sharpe")!, 0, 1, 1, cores)).RunAsync(from, to, [], null, null, cancel);
            return (result, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        // A few first, so that both are measured compiled.
        var warm = ParameterSpace.Read(strategy, ["fast=2:6:1", "slow=30:40:5"], []).Value;
        await new SweepRun(trials, new SweepPlan(warm, SweepMethod.Grid, Objective.Find("sharpe")!, 0, 1, 1, Environment.ProcessorCount)).RunAsync(from, to, [], null, null, cancel);
        var one = await RunAsync(1);
        var all = await RunAsync(Environment.ProcessorCount);
        var ratio = one.Seconds / all.Seconds;
        var memory = Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        return BenchReport.Of("sweep",
        [
            new Figure($"{space.Size} combinations × {Bars:#,0} bars, one core", Math.Round(space.Size / one.Seconds, 2), "trials/s"),
            new Figure($"the same on {Environment.ProcessorCount} cores", Math.Round(space.Size / all.Seconds, 2), "trials/s"),
            new Figure("times one core", Math.Round(ratio, 2), "×", Environment.ProcessorCount == 2 ? "≥ 1.9" : string.Empty, Environment.ProcessorCount == 2 ? ratio >= 1.9 : null),
            new Figure("bars a second, all cores", Math.Round(space.Size * Bars / all.Seconds), "bars/s"),
            new Figure("largest memory of the process", Math.Round(memory), "MB", "≤ 500", memory <= 500),
            new Figure("same ranking both times", one.Result.Trials.SequenceEqual(all.Result.Trials) ? 1 : 0, "(1 is yes)", "1", one.Result.Trials.SequenceEqual(all.Result.Trials)),
        ]);
    }
}
