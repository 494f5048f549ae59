using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rez.Core.Strategies;

namespace Rez.Core.Backtest.Sweep;

public enum SweepMethod
{
    Grid,
    Random,
    NelderMead,
}

/// <param name="Samples">How many are tried; of a grid all are.</param>
/// <param name="LeastTrades">A trial with fewer ranks last.</param>
public sealed record SweepPlan(ParameterSpace Space, SweepMethod Method, Objective Objective, int Samples, ulong Seed, int LeastTrades, int Cores);

/// <summary>How far a sweep is.</summary>
/// <param name="Kept">Of them, trials that were known from before.</param>
public readonly record struct SweepProgress(int Done, long Of, int Kept, TimeSpan Elapsed, Trial? Best)
{
    public double PerSecond => Elapsed.TotalSeconds > 0 ? (Done - Kept) / Elapsed.TotalSeconds : 0;

    public TimeSpan? Left => PerSecond > 0 ? TimeSpan.FromSeconds(Math.Max(0, Of - Done) / PerSecond) : null;
}

/// <summary>What a sweep found.</summary>
/// <param name="Trials">Best first.</param>
/// <param name="Senseless">Combinations that make no sense together.</param>
/// <param name="Failures">Those that could not be run, with why.</param>
/// <param name="IsWhole">Whether it came to its end.</param>
public sealed record SweepResult(ImmutableArray<Trial> Trials, long Senseless, ImmutableArray<string> Failures, bool IsWhole, TimeSpan Elapsed)
{
    /// <summary>Share of the trials that made money: of a good idea most do, of a lucky one few.</summary>
    public double ProfitableShare => Trials.IsEmpty ? double.NaN : Trials.Count(t => t.Return > 0) / (double)Trials.Length;

    /// <summary>Variance of the trials' Sharpe ratios a day, for the deflated ratio of the best.</summary>
    public double SharpeVariance
    {
        get
        {
            var daily = Trials.Where(t => double.IsFinite(t.Sharpe)).Select(t => t.Sharpe / Math.Sqrt(Reporting.TrackReport.DaysPerYear)).ToArray();
            return daily.Length < 2 ? double.NaN : daily.Sum(s => (s - daily.Average()) * (s - daily.Average())) / (daily.Length - 1);
        }
    }
}

/// <summary>
/// Tries many sets of parameters over one span, on all cores. What was tried before is taken up, by its parameters: an interrupted sweep goes on where it was. Nothing of it depends on which
/// trial is done first.
/// </summary>
public sealed class SweepRun(Trials trials, SweepPlan plan)
{
    private readonly ConcurrentDictionary<string, Trial> _done = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _failures = new(StringComparer.Ordinal);
    private long _senseless;
    private int _kept;

    /// <param name="known">Trials of the same sweep from before.</param>
    /// <param name="tried">Told of each new trial, one at a time: to keep it.</param>
    /// <param name="told">Told how far it is, one at a time.</param>
    public async Task<SweepResult> RunAsync(DateTimeOffset from, DateTimeOffset to, IEnumerable<Trial> known, Action<Trial>? tried, Action<SweepProgress>? told, CancellationToken cancel)
    {
        var started = trials.Wall.GetTimestamp();
        foreach (var trial in known)
        {
            _done[trial.Parameters] = trial;
        }

        var report = new Lock();
        var (wanted, best, used) = (plan.Method == SweepMethod.Grid ? plan.Space.Size : plan.Samples, (Trial?)null, new ConcurrentDictionary<string, Trial>(StringComparer.Ordinal));
        var isWhole = true;

        async Task<double> TryAsync(StrategyValues? values, CancellationToken stop)
        {
            if (values is null)
            {
                Interlocked.Increment(ref _senseless);
                return double.NegativeInfinity;
            }

            var key = values.ToString();
            var isNew = !_done.TryGetValue(key, out var trial);
            if (isNew)
            {
                var run = await trials.RunAsync(values, from, to, closes: true, stop);
                if (!run.Ok)
                {
                    _failures[key] = run.Rejection.Message;
                    return double.NegativeInfinity;
                }

                trial = _done[key] = run.Value.Trial;
            }

            lock (report)
            {
                if (!used.TryAdd(key, trial!))
                {
                    return plan.Objective.Score(trial!, plan.LeastTrades);
                }

                _kept += isNew ? 0 : 1;
                if (isNew)
                {
                    tried?.Invoke(trial!);
                }

                best = best is null || IsBetter(trial!, best) ? trial : best;
                told?.Invoke(new SweepProgress(used.Count, wanted - Interlocked.Read(ref _senseless), _kept, trials.Wall.GetElapsedTime(started), best));
            }

            return plan.Objective.Score(trial!, plan.LeastTrades);
        }

        try
        {
            if (plan.Method == SweepMethod.NelderMead)
            {
                await ClimbAsync(TryAsync, cancel);
            }
            else
            {
                IEnumerable<StrategyValues?> all = plan.Method == SweepMethod.Grid ? plan.Space.Grid() : plan.Space.Draw(plan.Samples, plan.Seed);
                await Parallel.ForEachAsync(all, new ParallelOptions { MaxDegreeOfParallelism = plan.Cores, CancellationToken = cancel }, async (values, stop) => await TryAsync(values, stop));
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // What is done is done, and kept.
            isWhole = false;
        }

        var ranked = used.Values.OrderByDescending(t => plan.Objective.Score(t, plan.LeastTrades)).ThenBy(t => t.Parameters, StringComparer.Ordinal).ToImmutableArray();
        return new SweepResult(ranked, _senseless, [.. _failures.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}: {f.Value}")], isWhole, trials.Wall.GetElapsedTime(started));
    }

    /// <summary>One simplex a core, each with its share of the evaluations and a beginning of its own.</summary>
    private Task ClimbAsync(Func<StrategyValues?, CancellationToken, Task<double>> tryAsync, CancellationToken cancel) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Climbers), new ParallelOptions { MaxDegreeOfParallelism = plan.Cores, CancellationToken = cancel },
            async (climber, stop) =>
            {
                var share = (plan.Samples / Climbers) + (climber < plan.Samples % Climbers ? 1 : 0);
                await new NelderMead(plan.Space.Ranges.Length, plan.Seed + (ulong)climber).MaximiseAsync(
                    async point =>
                    {
                        stop.ThrowIfCancellationRequested();
                        return await tryAsync(plan.Space.At(point), stop);
                    }, share);
            });

    /// <summary>Not the number of cores: the result must not depend on the machine.</summary>
    private const int Climbers = 4;

    private bool IsBetter(Trial trial, Trial than)
    {
        var (a, b) = (plan.Objective.Score(trial, plan.LeastTrades), plan.Objective.Score(than, plan.LeastTrades));
        return a > b || (a == b && string.CompareOrdinal(trial.Parameters, than.Parameters) < 0);
    }
}
