using Rez.Core.Risk;
using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>
/// Trading on a demo market: plays the market bar by bar, lets the sentinel look after each bar that could touch the account, and runs
/// a cycle at each boundary of the cycle interval. The market stands still while a cycle runs, so the same seed gives the same trades
/// at any speed. After a restart the market is played again to where the diary ends, with the commands the diary holds.
/// </summary>
public sealed class DemoSession : ITradingSession, IDisposable
{
    private readonly DemoWorld _world;
    private readonly DiaryStore _diary;
    private readonly SessionSettings _settings;
    private readonly TimeProvider _wall;
    private readonly TradingRig _rig;
    private readonly long _resumeMs;
    private readonly long _startedAt;
    private readonly ClockWatch _clockWatch;
    private readonly Dictionary<string, decimal> _benchmarkPrices = new(StringComparer.Ordinal);
    private long _cycles;
    private long _nextCycle;
    private long _nextCycleMs;
    private long _lastCycleCloseMs;
    private long _pauseUntilMs;
    private int _failures;
    private readonly WantedCycle _wanted = new();

    private DemoSession(DemoWorld world, DiaryStore diary, IDecider decider, SessionSettings settings, TimeProvider wall, DiaryReading reading)
    {
        _world = world;
        _diary = diary;
        _settings = settings;
        _wall = wall;
        _startedAt = wall.GetTimestamp();
        _clockWatch = new ClockWatch(wall);
        _resumeMs = reading.ResumeMs;
        _nextCycle = reading.LastCycleNumber + 1;
        _lastCycleCloseMs = reading.LastCycleCloseMs;

        _rig = new TradingRig(
            new RigPorts(world.Exchange, world.Market, diary, decider, world.Clock, wall, HistoryFromMs: 0, DriftGrace: TimeSpan.Zero, Benchmark, new DiaryPast(diary, diary.Path)),
            settings.Cycle, settings.Limits, reading);
    }

    public OrderDesk Desk => _rig.Desk;

    public VenueBooks Books => _rig.Books;

    public Protector Protector => _rig.Protector;

    public Sentinel Sentinel => _rig.Sentinel;

    public PortfolioGuard Guard => _rig.Guard;

    public ManualDesk Manual => _rig.Manual;

    public TradingControls Controls => _rig.Controls;

    public DemoWorld World => _world;

    public string Mode => "demo";

    /// <inheritdoc/>
    string ITradingSession.World => _world.Fingerprint;

    public DateTimeOffset Now => _world.Clock.GetUtcNow();

    public double? Speed => _settings.Speed;

    public IReadOnlyList<string> Assets => _settings.Cycle.Assets;

    public IDecider Decider => _rig.Decider;

    public RiskOptions Limits => _rig.Limits;

    /// <inheritdoc/>
    public event Action? DeciderChanged
    {
        add => _rig.DeciderChanged += value;
        remove => _rig.DeciderChanged -= value;
    }

    public void Adopt(NewTerms terms) => _rig.Adopt(terms);

    public Task<CycleResult> RunNowAsync() => _wanted.Ask();

    public IExchange Exchange => _world.Exchange;

    public IMarketData Market => _world.Market;

    /// <summary>Where the session stands: preparing, trading, or why it ended.</summary>
    public SessionPhase Phase { get; private set; } = SessionPhase.Preparing;

    /// <summary>Market time of the next cycle.</summary>
    public DateTimeOffset NextCycleAt
    {
        get => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _nextCycleMs));
        private set => Interlocked.Exchange(ref _nextCycleMs, value.ToUnixTimeMilliseconds());
    }

    /// <summary>Cycles completed or failed by this process.</summary>
    public long Cycles => Interlocked.Read(ref _cycles);

    public CycleResult? LastCycle { get; private set; }

    /// <summary>Called when the machine's clock jumped, on the session's thread.</summary>
    public event Action<ClockJump>? ClockJumpedSeen;

    /// <summary>Called after each cycle, on the session's thread.</summary>
    public event Action<CycleResult>? CycleEnded;

    /// <summary>Opens a session on a diary, or says why the diary can't be continued on this market.</summary>
    public static Outcome<DemoSession> Open(DemoWorld world, DiaryStore diary, IDecider decider, SessionSettings settings, TimeProvider wall)
    {
        var reading = DiaryReading.Of(diary.Path);
        if (reading.World is { } before && before != world.Fingerprint)
        {
            return new Rejection("other-world",
                $"The data dir {Path.GetDirectoryName(Path.GetFullPath(diary.Path))} holds a diary of another market ({before}); this one is {world.Fingerprint}. "
                + "Choose another --data-dir, or the same seed, assets or candles as before.");
        }

        return new DemoSession(world, diary, decider, settings, wall, reading);
    }

    /// <summary>Runs until cancelled, the wanted number of cycles, or the end of a recorded market.</summary>
    /// <exception cref="DiaryUnavailableException">The diary can't persist any more; nothing was sent since.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await TradeAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Phase = SessionPhase.Stopped;
        }

        if (Phase == SessionPhase.Trading)
        {
            Phase = SessionPhase.Stopped;
        }

        _diary.Append(new SessionStopped(Phase.ToString()));
        await _diary.FlushAsync();
    }

    /// <summary>Totals over the whole diary, as a headless run prints them.</summary>
    public SessionSummary Summarise() => SessionSummary.Of(_diary, _settings.Simulation.InitialBalance, _wall.GetElapsedTime(_startedAt));

    public void Dispose()
    {
        _wanted.Dispose();
        Desk.Turn.Dispose();
    }

    /// <summary>A stop takes effect between bars: a cycle, once begun, is never cut between a send and its outcome.</summary>
    private async Task TradeAsync(CancellationToken cancel)
    {
        var resumed = Prepare(cancel);
        _diary.Append(new SessionStarted("demo", _world.Fingerprint, _settings.Version, _settings.TradingStartMs));
        if (resumed)
        {
            await Sentinel.BeatAsync(CancellationToken.None);
        }

        await Guard.StartAsync(_settings.IsForced);
        Phase = SessionPhase.Trading;
        var pace = new Pace(_wall, _settings.Speed, _world.NowMs);
        NextCycleAt = NextBoundary();
        if (resumed && IsCycleDue(_world.NowMs))
        {
            // The process ended after this bar and before its cycle. One that had begun is not run again: what it sent is reconciled.
            await RunCycleAsync();
        }

        while (!cancel.IsCancellationRequested && Cycles < (_settings.MaxCycles ?? long.MaxValue))
        {
            var busy = !_world.IsIdle;
            if (!_world.Step())
            {
                Phase = SessionPhase.MarketEnded;
                break;
            }

            await pace.WaitAsync(_world.NowMs, cancel);
            if (busy)
            {
                await Sentinel.BeatAsync(CancellationToken.None);
            }

            if (IsCycleDue(_world.NowMs) || _wanted.IsWanted)
            {
                await RunCycleAsync();
            }
        }
    }

    /// <summary>Whether a candle of the cycle's interval closed at this moment and no cycle was begun for it.</summary>
    private bool IsCycleDue(long nowMs) =>
        nowMs >= _settings.TradingStartMs && nowMs > _lastCycleCloseMs && _settings.Cycle.CycleInterval.OpenOf(nowMs) == nowMs;

    private async Task RunCycleAsync()
    {
        NextCycleAt = NextBoundary();
        LookAtClock();
        if (_world.NowMs < _pauseUntilMs)
        {
            return;
        }

        _lastCycleCloseMs = _world.NowMs;
        var result = await _rig.RunCycleAsync(_nextCycle++, _world.Clock.GetUtcNow());
        _failures = result.FailedStage is null ? 0 : _failures + 1;
        if (_failures > 0)
        {
            _pauseUntilMs = _world.NowMs + _settings.PauseMs(_failures);
        }

        LastCycle = result;
        _wanted.Done(result);
        Interlocked.Increment(ref _cycles);
        CycleEnded?.Invoke(result);
    }

    /// <summary>
    /// Plays the market to the start of trading, or to where the diary ends with its commands in between. True when there was
    /// something to resume.
    /// </summary>
    private bool Prepare(CancellationToken cancel)
    {
        var until = Math.Max(_settings.TradingStartMs - _world.BaseInterval.Milliseconds, _resumeMs);
        using var db = new RezDb(RezDb.Sqlite(_diary.Path, readOnly: true));
        foreach (var (venueMs, command) in DiaryReading.VenueCommands(db))
        {
            StepUntil(venueMs, cancel);
            _world.Replay(command);
        }

        StepUntil(until, cancel);
        return _resumeMs > 0;
    }

    private void StepUntil(long timeMs, CancellationToken cancel)
    {
        while (_world.NowMs < timeMs && _world.Step())
        {
            cancel.ThrowIfCancellationRequested();
            NoteBenchmark();
        }
    }

    private void LookAtClock()
    {
        if (_clockWatch.Look() is { } jump)
        {
            _diary.Append(new ClockJumped(jump.FromMs, jump.ToMs));
            ClockJumpedSeen?.Invoke(jump);
        }
    }

    private DateTimeOffset NextBoundary()
    {
        var interval = _settings.Cycle.CycleInterval;
        return DateTimeOffset.FromUnixTimeMilliseconds(interval.NextOpen(interval.OpenOf(_world.NowMs)));
    }

    /// <summary>Buy-and-hold starts at the prices of the last step before trading.</summary>
    private void NoteBenchmark()
    {
        if (_world.NowMs > _settings.TradingStartMs)
        {
            return;
        }

        foreach (var asset in _settings.Cycle.Assets)
        {
            if (_world.Venue.Context(asset) is { } context)
            {
                _benchmarkPrices[asset] = context.Mark;
            }
        }
    }

    private decimal? Benchmark(decimal equity, IReadOnlyDictionary<string, decimal> marks)
    {
        if (_benchmarkPrices.Count == 0)
        {
            return null;
        }

        var part = _settings.Simulation.InitialBalance / _benchmarkPrices.Count;
        var value = 0m;
        foreach (var (asset, price) in _benchmarkPrices)
        {
            if (!marks.TryGetValue(asset, out var mark))
            {
                return null;
            }

            value += part * mark / price;
        }

        return decimal.Round(value, 6);
    }
}

public enum SessionPhase
{
    /// <summary>Warming up, or playing the market again after a restart.</summary>
    Preparing,
    Trading,

    /// <summary>A recorded market came to its end.</summary>
    MarketEnded,
    Stopped,
}
