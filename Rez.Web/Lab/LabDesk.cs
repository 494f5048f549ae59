using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rez.Core;
using Rez.Core.Backtest;
using Rez.Core.Backtest.Sweep;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Market;
using Rez.Core.Strategies;

namespace Rez.Web.Lab;

/// <summary>
/// Backtests and sweeps asked for from the console: one at a time, on one core less than there are, so that trading has its own. What they find is kept while the program runs; <c>rez backtest</c> and
/// <c>rez sweep</c> write files. They play the same code on the same settings, so both find the same.
/// </summary>
public sealed class LabDesk(Func<RezOptions> options, string dataDir, string version, TimeProvider wall, ILogger<LabDesk> log) : BackgroundService
{
    private const int Kept = 30;
    private const int MostWaiting = 10;
    private const int MostTrials = 2_500;
    private const int MostDays = 1_000;
    private const int LeastTrades = 5;
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(200);
    private readonly Channel<int> _queue = Channel.CreateUnbounded<int>();
    private readonly Lock _gate = new();
    private ImmutableList<LabJob> _jobs = [];
    private CancellationTokenSource? _running;
    private int _runningId;
    private int _last;
    private long _toldAt;

    public event Action? Changed;

    /// <summary>Newest first.</summary>
    public ImmutableList<LabJob> Jobs
    {
        get
        {
            lock (_gate)
            {
                return _jobs;
            }
        }
    }

    /// <summary>Where candles can come from: the demo's own market, and folders of candle files in the data dir.</summary>
    public ImmutableArray<string> Sources
    {
        get
        {
            var o = options();
            var archive = Path.Combine(dataDir, "candles");
            string[] folders = Directory.Exists(archive) ? [.. Directory.EnumerateDirectories(archive).Append(archive).Where(HasCandles).Select(d => Path.GetRelativePath(dataDir, d)).Order(StringComparer.Ordinal)] : [];
            return o.Trading.Mode == TradingMode.Demo ? [o.Demo.Candles.Length > 0 ? "the recorded candles of this demo" : "the generated market of this demo", .. folders] : [.. folders];
        }
    }

    /// <summary>Queues a backtest, or a sweep when a parameter has a range.</summary>
    public Outcome<int> Ask(LabWish wish, string by)
    {
        var plan = Plan(wish);
        if (!plan.Ok)
        {
            return plan.Rejection;
        }

        lock (_gate)
        {
            if (_jobs.Count(j => !j.IsOver) >= MostWaiting)
            {
                return new Rejection("busy", $"{MostWaiting} wait already.");
            }

            var job = new LabJob(++_last, wish, plan.Value.Space is not null, by, wall.GetUtcNow().ToUnixTimeMilliseconds(), LabState.Waiting, 0, null, null, [], [], null, null);
            _jobs = [job, .. _jobs.Take(Kept - 1)];
            _queue.Writer.TryWrite(job.Id);
        }

        Tell(always: true);
        return _last;
    }

    /// <summary>Ends a job; false when there is none such, or it is over.</summary>
    public bool Cancel(int id)
    {
        lock (_gate)
        {
            if (_jobs.FirstOrDefault(j => j.Id == id) is not { IsOver: false } job)
            {
                return false;
            }

            if (id == _runningId)
            {
                _running?.Cancel();
            }
            else
            {
                _jobs = _jobs.Replace(job, job with { State = LabState.Cancelled });
            }
        }

        Tell(always: true);
        return true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var id in _queue.Reader.ReadAllAsync(stoppingToken))
        {
            using var running = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            lock (_gate)
            {
                if (_jobs.FirstOrDefault(j => j.Id == id) is not { State: LabState.Waiting })
                {
                    continue;
                }

                (_running, _runningId) = (running, id);
            }

            try
            {
                // Never on a thread that serves pages.
                await Task.Factory.StartNew(() => RunAsync(id, running.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            }
            catch (OperationCanceledException) when (running.IsCancellationRequested)
            {
                Change(id, j => j with { State = LabState.Cancelled, LeftMs = null });
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or ArithmeticException)
            {
                log.LogWarning(e, "A job of the lab failed");
                Change(id, j => j with { State = LabState.Failed, Fault = e.Message });
            }
            finally
            {
                lock (_gate)
                {
                    (_running, _runningId) = (null, 0);
                }
            }
        }
    }

    private async Task RunAsync(int id, CancellationToken cancel)
    {
        var wish = Jobs.First(j => j.Id == id).Wish;
        Change(id, j => j with { State = LabState.Running });
        var plan = Plan(wish);
        var o = options();
        var market = plan.Ok ? Open(o, wish.Data) : plan.Rejection;
        if (!market.Ok)
        {
            Fail(id, market.Rejection);
            return;
        }

        var p = plan.Value;
        var settings = BacktestComposition.Settings(o, market.Value, p.Strategy, p.Values, p.Interval, version);
        if (!settings.Ok)
        {
            Fail(id, settings.Rejection);
            return;
        }

        var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.Value.TradingStartMs);
        var kept = KeptMarket.Of(market.Value, from.AddDays(wish.Days).ToUnixTimeMilliseconds(), cancel);
        var to = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(kept.EndMs, from.AddDays(wish.Days).ToUnixTimeMilliseconds()));
        if (p.Space is null)
        {
            var started = wall.GetTimestamp();
            var run = new BacktestRun(settings.Value, () => p.Strategy.Create(p.Values), wall);
            var result = await run.RunAsync(kept.Play(), from, to, closes: true, share => Progress(id, share, Left(started, share)), cancel);
            if (!result.Ok)
            {
                Fail(id, result.Rejection);
                return;
            }

            var trial = Trials.Of(p.Values, result.Value).Trial;
            Change(id, j => j with { State = LabState.Done, Share = 1, LeftMs = null, Trials = [trial], Curve = LabCurve.Of(result.Value), Note = LabCurve.Words(result.Value) });
            return;
        }

        var trials = new Trials(kept, p.Strategy, v => BacktestComposition.Settings(o, market.Value, p.Strategy, v, p.Interval, version), wall);
        var sweep = new SweepRun(trials, new SweepPlan(p.Space, SweepMethod.Grid, p.Objective, 0, 1, LeastTrades, Math.Max(1, Environment.ProcessorCount - 1)));
        var found = await sweep.RunAsync(from, to, [], null, s => Progress(id, s.Done / (double)Math.Max(1, s.Of), (long?)s.Left?.TotalMilliseconds), cancel);
        cancel.ThrowIfCancellationRequested();
        Change(id, j => found.Trials.IsEmpty
            ? j with { State = LabState.Failed, Fault = found.Failures.FirstOrDefault() ?? "No combination makes sense." }
            : j with
            {
                State = LabState.Done, Share = 1, LeftMs = null, Trials = found.Trials, Surface = LabCurve.SurfaceOf(p.Space, p.Objective, found.Trials, LeastTrades),
                Note = string.Create(CultureInfo.InvariantCulture, $"{found.Trials.Length} tried in {found.Elapsed.TotalSeconds:0.0} s; {found.ProfitableShare * 100:0} % of them made money. The best of many tries is partly luck: walk it forward before believing it."),
            });
    }

    private sealed record Planned(StrategyDefinition Strategy, StrategyValues Values, ParameterSpace? Space, Interval Interval, Objective Objective);

    private Outcome<Planned> Plan(LabWish wish)
    {
        if (!Sources.Contains(wish.Data, StringComparer.Ordinal))
        {
            return new Rejection("no-data", Sources.IsEmpty ? "There are no candles to play: 'rez backfill' brings some." : $"There are no such candles; there are: {string.Join(", ", Sources)}.");
        }

        if (StrategyCatalogue.Find(wish.Strategy) is not { } strategy)
        {
            return new Rejection("unknown-strategy", $"There is no such strategy; there are {string.Join(", ", StrategyCatalogue.All.Select(s => s.Name))}.");
        }

        if (!Interval.TryParse(wish.Interval, out var interval) || wish.Days is < 1 or > MostDays || Objective.Find(wish.Objective) is not { } objective)
        {
            return new Rejection("bad-wish", $"An interval ({string.Join(' ', Interval.All)}), 1 to {MostDays} days and an objective ({string.Join(", ", Objective.All.Select(x => x.Name))}) are needed.");
        }

        var pairs = wish.Parameters.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var ranges = pairs.Where(x => x.Contains(':', StringComparison.Ordinal) || x.Contains(',', StringComparison.Ordinal)).ToArray();
        if (ranges.Length == 0)
        {
            var values = strategy.Read(pairs);
            return values.Ok ? new Planned(strategy, values.Value, null, interval, objective) : values.Rejection;
        }

        var space = ParameterSpace.Read(strategy, ranges, pairs.Except(ranges));
        return !space.Ok ? space.Rejection
            : space.Value.Size > MostTrials ? new Rejection("too-many", $"That is {space.Value.Size} combinations; the console tries up to {MostTrials}, 'rez sweep' as many as you like.")
            : space.Value.Grid().FirstOrDefault(v => v is not null) is not { } first ? new Rejection("bad-range", "No combination of these makes sense.")
            : new Planned(strategy, first, space.Value, interval, objective);
    }

    private Outcome<IMarketSource> Open(RezOptions o, string source)
    {
        if (o.Trading.Mode == TradingMode.Demo && source == Sources[0])
        {
            return SessionComposition.Market(o);
        }

        var opened = RecordedMarket.Open(Path.Combine(dataDir, source), [], keepsCache: false);
        return opened.Ok ? new Outcome<IMarketSource>(opened.Value) : opened.Rejection;
    }

    private static bool HasCandles(string folder) => Directory.EnumerateFiles(folder).Any(f => f.EndsWith(".csv.gz", StringComparison.Ordinal) || f.EndsWith(".csv", StringComparison.Ordinal));

    private long? Left(long started, double share) => share > 0.02 ? (long)(wall.GetElapsedTime(started).TotalMilliseconds * (1 - share) / share) : null;

    private void Progress(int id, double share, long? left) => Change(id, j => j with { Share = share, LeftMs = left });

    private void Fail(int id, Rejection why) => Change(id, j => j with { State = LabState.Failed, LeftMs = null, Fault = why.Message });

    private void Change(int id, Func<LabJob, LabJob> change)
    {
        var isOver = false;
        lock (_gate)
        {
            if (_jobs.FirstOrDefault(j => j.Id == id) is { } job)
            {
                var now = change(job);
                isOver = now.IsOver || now.State != job.State;
                _jobs = _jobs.Replace(job, now);
            }
        }

        Tell(isOver);
    }

    private void Tell(bool always)
    {
        if (always || wall.GetElapsedTime(Interlocked.Read(ref _toldAt)) >= AtMostEvery)
        {
            Interlocked.Exchange(ref _toldAt, wall.GetTimestamp());
            Changed?.Invoke();
        }
    }
}
