using System.Collections.Immutable;
using Rez.Core.Backtest.Sweep;
using Rez.Core.Diary;
using Rez.Core.Strategies;
using Rez.Core.Trading;

namespace Rez.Core.Backtest.Walk;

/// <summary>A stretch of data to choose parameters on and the one after it to test the choice on.</summary>
public readonly record struct WalkWindow(DateTimeOffset TrainFrom, DateTimeOffset TrainTo, DateTimeOffset TestTo)
{
    /// <summary>Windows that follow each other by the length of a test; the last one may be cut short by the end of the data.</summary>
    /// <param name="isAnchored">Whether every training begins at the beginning, and grows.</param>
    public static Outcome<ImmutableArray<WalkWindow>> All(DateTimeOffset from, DateTimeOffset to, TimeSpan train, TimeSpan test, bool isAnchored)
    {
        if (train <= TimeSpan.Zero || test <= TimeSpan.Zero)
        {
            return new Rejection("bad-windows", "Training and test must be longer than nothing.");
        }

        var windows = ImmutableArray.CreateBuilder<WalkWindow>();
        for (var begin = from; begin + train < to; begin += test)
        {
            var end = begin + train + test;
            windows.Add(new WalkWindow(isAnchored ? from : begin, begin + train, end < to ? end : to));
        }

        // A rest shorter than half a test says little about anything.
        if (windows.Count > 1 && windows[^1].TestTo - windows[^1].TrainTo < test / 2)
        {
            windows.RemoveAt(windows.Count - 1);
        }

        return windows.Count == 0
            ? new Rejection("bad-windows", $"From {from:yyyy-MM-dd HH:mm} to {to:yyyy-MM-dd HH:mm} is no room for {train.TotalDays:0.##} days of training and a test after them.")
            : windows.ToImmutable();
    }
}

/// <summary>What was chosen on a window's training and what it came to in its test.</summary>
public sealed record WalkStep(WalkWindow Window, Trial Train, Trial Test);

/// <summary>A walk through the data in which no test has seen its own data before.</summary>
/// <param name="Equity">Tests one after another, each begun with what the one before ended with.</param>
/// <param name="Trades">Of all tests, sized as each test's own account sized them.</param>
public sealed record WalkResult(ImmutableArray<WalkStep> Steps, ImmutableArray<EquityPoint> Equity, ImmutableArray<ClosedTrade> Trades, ImmutableArray<string> Failures, bool IsWhole)
{
    public double TrainSharpe => Mean(s => s.Train.Sharpe);

    public double TestSharpe => Mean(s => s.Test.Sharpe);

    /// <summary>1 − test / training, between 0 (nothing was lost) and 1 (nothing is left); NaN when training itself shows nothing.</summary>
    public double Overfit => TrainSharpe > 0 ? Math.Clamp(1 - (TestSharpe / TrainSharpe), 0, 1) : double.NaN;

    private double Mean(Func<WalkStep, double> of)
    {
        var known = Steps.Select(of).Where(double.IsFinite).ToArray();
        return known.Length == 0 ? double.NaN : known.Average();
    }
}

/// <summary>Chooses parameters by a sweep on each training and runs the choice on the test behind it; the sweep reads nothing later than the training's end.</summary>
public sealed class WalkForward(Trials trials, SweepPlan plan)
{
    public async Task<WalkResult> RunAsync(ImmutableArray<WalkWindow> windows, Action<int, WalkStep>? told, CancellationToken cancel)
    {
        var steps = ImmutableArray.CreateBuilder<WalkStep>();
        var (equity, closed, failures) = (ImmutableArray.CreateBuilder<EquityPoint>(), ImmutableArray.CreateBuilder<ClosedTrade>(), ImmutableArray.CreateBuilder<string>());
        foreach (var window in windows)
        {
            var swept = await new SweepRun(trials, plan).RunAsync(window.TrainFrom, window.TrainTo, [], null, null, cancel);
            if (!swept.IsWhole)
            {
                return Of(isWhole: false);
            }

            if (swept.Trials.IsEmpty || plan.Objective.Score(swept.Trials[0], plan.LeastTrades) == double.NegativeInfinity)
            {
                failures.Add($"{window.TrainFrom:yyyy-MM-dd} … {window.TrainTo:yyyy-MM-dd}: nothing to choose, {(swept.Failures.IsEmpty ? $"no set of parameters made {plan.LeastTrades} trades" : swept.Failures[0])}");
                continue;
            }

            var chosen = trials.Strategy.Read(swept.Trials[0].Parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Value;
            var tested = await TestAsync(chosen, window, cancel);
            if (!tested.Ok)
            {
                failures.Add($"{window.TrainTo:yyyy-MM-dd} … {window.TestTo:yyyy-MM-dd}: {tested.Rejection.Message}");
                continue;
            }

            Stitch(equity, closed, tested.Value.Result);
            steps.Add(new WalkStep(window, swept.Trials[0], tested.Value.Trial));
            told?.Invoke(windows.Length, steps[^1]);
        }

        return Of(isWhole: true);

        WalkResult Of(bool isWhole) => new(steps.ToImmutable(), equity.ToImmutable(), closed.ToImmutable(), failures.ToImmutable(), isWhole);
    }

    private Task<Outcome<TrialRun>> TestAsync(StrategyValues chosen, WalkWindow window, CancellationToken cancel) => trials.RunAsync(chosen, window.TrainTo, window.TestTo, closes: true, cancel);

    private static void Stitch(ImmutableArray<EquityPoint>.Builder equity, ImmutableArray<ClosedTrade>.Builder closed, BacktestResult test)
    {
        var scale = equity.Count == 0 ? 1m : equity[^1].Equity / test.InitialEquity;
        equity.AddRange(test.Equity.Where(e => equity.Count == 0 || e.AtMs > equity[^1].AtMs).Select(e => new EquityPoint(e.AtMs, e.Equity * scale, e.Exposure * scale)).ToArray());
        foreach (var trade in test.Trades)
        {
            closed.Add(trade with { Number = closed.Count + 1 });
        }
    }
}
