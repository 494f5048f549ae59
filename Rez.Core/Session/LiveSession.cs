using Rez.Core.Risk;
using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>What a session on a clock stands on: paper and live differ in nothing else.</summary>
/// <param name="Mode">paper or live.</param>
/// <param name="World">Which market and account: a diary is never continued on another one.</param>
/// <param name="Clock">The venue's time.</param>
/// <param name="Wall">Real time.</param>
/// <param name="PrepareAsync">Brings connections up and looks whether trading may start; the reason when it may not.</param>
/// <param name="RefreshAsync">Called before each beat and each cycle: brings in what the ports do not fetch on their own.</param>
public sealed record LivePorts(
    string Mode,
    string World,
    IExchange Exchange,
    IMarketData Market,
    TimeProvider Clock,
    TimeProvider Wall,
    Func<CancellationToken, Task<Rejection?>> PrepareAsync,
    Func<CancellationToken, ValueTask<Rejection?>> RefreshAsync)
{
    /// <summary>Mark of a diary that has none yet (see <see cref="SessionStarted.Mark"/>): drawn at random, or empty where nobody else can trade on the account.</summary>
    public string NewMark { get; init; } = string.Empty;

    /// <summary>How the venue answers.</summary>
    public Func<UpstreamState>? Upstream { get; init; }
}

/// <summary>How a session on a clock is paced.</summary>
/// <param name="CycleDelay">Pause after a candle's close before its cycle: the venue needs a moment to publish it.</param>
/// <param name="Beat">Time between two looks of the sentinel.</param>
/// <param name="HistoryBars">Base bars that indicators are warmed up with.</param>
/// <param name="StartingEquity">Shown before the account was read once.</param>
public sealed record LivePace(TimeSpan CycleDelay, TimeSpan Beat, int HistoryBars, decimal StartingEquity);

/// <summary>
/// Trading along a clock, on live prices: reconciles before the first cycle and does not trade until that succeeded, runs a cycle at
/// each boundary of the cycle interval, and lets the sentinel look every few seconds and whenever the venue says that something happened.
/// </summary>
public sealed class LiveSession : ITradingSession, IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeastNap = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DriftGrace = TimeSpan.FromSeconds(1);
    private readonly LivePorts _ports;
    private readonly DiaryStore _diary;
    private readonly SessionSettings _settings;
    private readonly LivePace _pace;
    private readonly TimeProvider _clock;
    private readonly TimeProvider _wall;
    private readonly TradingRig _rig;
    private readonly ObservedExchange _exchange;
    private readonly ClockWatch _clockWatch;
    private readonly long _startedAt;
    private readonly long _firstStartMs;
    private readonly string _mark;
    private readonly Lock _gate = new();
    private BenchmarkSet? _benchmark;
    private CancellationTokenSource? _nap;
    private bool _woken;
    private bool _wasEarly;
    private long _nextCycle;
    private long _lastCycleCloseMs;
    private long _nextCycleMs;
    private long _cycles;
    private int _failures;
    private readonly WantedCycle _wanted = new();

    private LiveSession(LivePorts ports, DiaryStore diary, IDecider decider, SessionSettings settings, LivePace pace, DiaryReading reading)
    {
        _ports = ports;
        _diary = diary;
        _settings = settings;
        _pace = pace;
        _clock = ports.Clock;
        _wall = ports.Wall;
        _startedAt = ports.Wall.GetTimestamp();
        _clockWatch = new ClockWatch(ports.Wall);
        _exchange = new ObservedExchange(ports.Exchange, ports.Wall, pace.Beat);
        _nextCycle = reading.LastCycleNumber + 1;
        _lastCycleCloseMs = reading.LastCycleCloseMs;
        _benchmark = reading.Benchmark;
        _mark = reading.Mark ?? ports.NewMark;
        var nowMs = NowMs;
        _firstStartMs = reading.World is null ? nowMs : reading.StartMs;
        var history = ports.Market.BaseInterval.OpenOf(nowMs) - (pace.HistoryBars * ports.Market.BaseInterval.Milliseconds);

        // On a fresh diary the account's past is not ours to book: what is open now is adopted by policy.
        var books = reading.Books with { SinceMs = _firstStartMs };
        _rig = new TradingRig(
            new RigPorts(_exchange, ports.Market, diary, decider, ports.Clock, ports.Wall, history, DriftGrace, Benchmark, new DiaryPast(diary, diary.Path)),
            settings.Cycle, settings.Limits, reading with { Books = books, Desk = reading.Desk with { Mark = _mark } });
    }

    public string Mode => _ports.Mode;

    public UpstreamState? Upstream => _ports.Upstream?.Invoke();

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

    public SessionPhase Phase { get; private set; } = SessionPhase.Preparing;

    public DateTimeOffset Now => _clock.GetUtcNow();

    public DateTimeOffset NextCycleAt => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _nextCycleMs));

    public double? Speed => 1;

    public IReadOnlyList<string> Assets => _settings.Cycle.Assets;

    /// <summary>For lookers: readings of the sentinel and the cycle, as long as they are fresh.</summary>
    public IExchange Exchange => _exchange.Glance;

    public string World => _ports.World;

    public IMarketData Market => _ports.Market;

    public TradingControls Controls => _rig.Controls;

    public Protector Protector => _rig.Protector;

    public Sentinel Sentinel => _rig.Sentinel;

    public PortfolioGuard Guard => _rig.Guard;

    public ManualDesk Manual => _rig.Manual;

    public CycleResult? LastCycle { get; private set; }

    /// <summary>Cycles completed or failed by this process.</summary>
    public long Cycles => Interlocked.Read(ref _cycles);

    /// <summary>Why it does not trade, while it does not.</summary>
    public Rejection? NotReady { get; private set; }

    public event Action<ClockJump>? ClockJumpedSeen;

    public event Action<CycleResult>? CycleEnded;

    /// <summary>Told when something keeps it from trading, or does so no more (null).</summary>
    public event Action<Rejection?>? TroubleSeen;

    public static Outcome<LiveSession> Open(LivePorts ports, DiaryStore diary, IDecider decider, SessionSettings settings, LivePace pace)
    {
        var reading = DiaryReading.Of(diary.Path);
        if (reading.World is { } before && before != ports.World)
        {
            return new Rejection("other-world",
                $"The data dir {Path.GetDirectoryName(Path.GetFullPath(diary.Path))} holds a diary of {before}; this is {ports.World}. Choose another --data-dir.");
        }

        return new LiveSession(ports, diary, decider, settings, pace, reading);
    }

    /// <summary>The venue told that something happened: the sentinel looks at once.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            _nap?.Cancel();
        }
    }

    /// <summary>Runs until cancelled or the wanted number of cycles.</summary>
    /// <returns>Why it could not begin to trade, or null.</returns>
    /// <exception cref="DiaryUnavailableException">The diary can't persist any more; nothing was sent since.</exception>
    public async Task<Rejection?> RunAsync(CancellationToken cancel)
    {
        _diary.Append(new SessionStarted(_ports.Mode, _ports.World, _settings.Version, _firstStartMs) { Mark = _mark.Length > 0 ? _mark : null });
        await _diary.FlushAsync();
        Rejection? refused = null;
        try
        {
            refused = await _ports.PrepareAsync(cancel);
            if (refused is null)
            {
                await ReconcileAsync(cancel);
                await Guard.StartAsync(_settings.IsForced);
                Phase = SessionPhase.Trading;
                await TradeAsync(cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Stopped in order.
        }

        NotReady = refused;
        Phase = SessionPhase.Stopped;
        _diary.Append(new SessionStopped(refused is { } why ? $"did not start: {why.Message}" : "Stopped"));
        await _diary.FlushAsync();
        return refused;
    }

    public SessionSummary Summarise() => SessionSummary.Of(_diary, _pace.StartingEquity, _wall.GetElapsedTime(_startedAt));

    public void Dispose()
    {
        _wanted.Dispose();
        _rig.Desk.Turn.Dispose();
    }

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Orders, fills and positions are brought to agree before anything is decided; without that nothing is traded.</summary>
    private async Task ReconcileAsync(CancellationToken cancel)
    {
        var pause = FirstRetry;
        while (true)
        {
            var trouble = await _ports.RefreshAsync(cancel);
            if (trouble is null)
            {
                var synced = await _rig.Sync.RunAsync(_rig.Desk.Name($"start-{NowMs}"), cancel);
                trouble = synced.Ok ? null : synced.Rejection;
            }

            if (trouble is null)
            {
                await _rig.Sentinel.BeatAsync(CancellationToken.None);
                trouble = _rig.Sentinel.LastTrouble;
            }

            Told(trouble);
            if (trouble is null)
            {
                return;
            }

            await Task.Delay(pause, _clock, cancel);
            pause = pause * 2 > LastRetry ? LastRetry : pause * 2;
        }
    }

    private async Task TradeAsync(CancellationToken cancel)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = WatchAsync(both.Token);
        var cycling = CycleAsync(both.Token);
        await Task.WhenAny(watching, cycling);

        // Whichever ends first ends the other; a fault of either is the session's.
        await both.CancelAsync();
        await Task.WhenAll(watching, cycling);
    }

    private async Task WatchAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await NapAsync(cancel);
            if (!cancel.IsCancellationRequested && await _ports.RefreshAsync(CancellationToken.None) is null)
            {
                await _rig.Sentinel.BeatAsync(CancellationToken.None);
            }
        }
    }

    private async Task NapAsync(CancellationToken cancel)
    {
        using var nap = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var asleep = true;
        lock (_gate)
        {
            (_nap, asleep, _woken) = (nap, !_woken, false);
        }

        if (asleep)
        {
            await RestAsync(nap.Token);
        }

        lock (_gate)
        {
            _nap = null;
        }

        // However fast the venue's clock runs or its news come, this machine needs to breathe.
        await Task.Delay(LeastNap, _wall, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>
    /// Until the next beat is due, or a price calls for one. After an early one the next rests its full time: what calls for the sentinel may go on calling, and asking the venue
    /// each second would spend what stops are sent with.
    /// </summary>
    private async Task RestAsync(CancellationToken nap)
    {
        var wasEarly = _wasEarly;
        _wasEarly = false;
        for (var rest = _pace.Beat; rest > TimeSpan.Zero && !nap.IsCancellationRequested; rest -= Glance)
        {
            await Task.Delay(rest < Glance ? rest : Glance, _clock, nap).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!wasEarly && rest > Glance && WantsBeat())
            {
                _wasEarly = true;
                return;
            }
        }
    }

    /// <summary>Each second, with what the socket told and without asking anybody: whether a price calls for a look at the account before the beat is due.</summary>
    private bool WantsBeat()
    {
        foreach (var position in _rig.Protector.LastAccount?.Positions ?? [])
        {
            if (_ports.Market.Glimpse(position.Asset) is { } now && _rig.WantsBeat(position, now))
            {
                return true;
            }
        }

        return false;
    }

    private async Task CycleAsync(CancellationToken cancel)
    {
        var interval = _settings.Cycle.CycleInterval;
        var pauseUntilMs = 0L;
        while (!cancel.IsCancellationRequested && Cycles < (_settings.MaxCycles ?? long.MaxValue))
        {
            if (_lastCycleCloseMs - NowMs > interval.Milliseconds)
            {
                // The clock stepped back: what was the last boundary lies ahead now, and the one after it could be hours away.
                (_lastCycleCloseMs, pauseUntilMs) = (interval.OpenOf(NowMs), 0);
            }

            var due = interval.NextOpen(Math.Max(interval.OpenOf(NowMs), _lastCycleCloseMs));
            if (interval.OpenOf(NowMs) is var open && open > _lastCycleCloseMs && open >= _firstStartMs && NowMs - open < interval.Milliseconds / 2)
            {
                // A boundary that was slept through, or passed while another cycle ran.
                due = open;
            }

            Interlocked.Exchange(ref _nextCycleMs, due);
            var wait = due + (long)_pace.CycleDelay.TotalMilliseconds - NowMs;
            if (wait > 0)
            {
                using var sleep = CancellationTokenSource.CreateLinkedTokenSource(cancel, _wanted.Asked);
                await Task.Delay(TimeSpan.FromMilliseconds(wait), _clock, sleep.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (cancel.IsCancellationRequested)
                {
                    return;
                }

                if (_wanted.IsWanted && NowMs < due)
                {
                    // On the newest candles there are; what is due comes when it is due.
                    LookAtClock();
                    await RunOneAsync(_ports.Market.BaseInterval.OpenOf(NowMs));
                    continue;
                }
            }

            if (due - NowMs > interval.Milliseconds)
            {
                // It stepped back while this waited.
                LookAtClock();
                continue;
            }

            _lastCycleCloseMs = due;
            LookAtClock();
            if (due < pauseUntilMs)
            {
                continue;
            }

            await RunOneAsync(due);
            if (_failures > 0)
            {
                pauseUntilMs = due + _settings.PauseMs(_failures);
            }
        }
    }

    /// <summary>A cycle, once begun, is never cut between a send and its outcome: a stop waits for it.</summary>
    private async Task RunOneAsync(long closeMs)
    {
        var trouble = await _ports.RefreshAsync(CancellationToken.None);
        Told(trouble);
        var result = await _rig.RunCycleAsync(_nextCycle++, DateTimeOffset.FromUnixTimeMilliseconds(closeMs));
        _failures = result.FailedStage is null ? 0 : _failures + 1;
        LastCycle = result;
        _wanted.Done(result);
        Interlocked.Increment(ref _cycles);
        CycleEnded?.Invoke(result);
    }

    private void Told(Rejection? trouble)
    {
        if (NotReady?.Message != trouble?.Message)
        {
            NotReady = trouble;
            TroubleSeen?.Invoke(trouble);
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

    /// <summary>Buy-and-hold from the first cycle on, in equal parts of all assets.</summary>
    private decimal? Benchmark(decimal equity, IReadOnlyDictionary<string, decimal> marks)
    {
        if (_benchmark is null)
        {
            if (!_settings.Cycle.Assets.All(marks.ContainsKey))
            {
                return null;
            }

            _benchmark = new BenchmarkSet(equity, new SortedDictionary<string, decimal>(marks.ToDictionary(), StringComparer.Ordinal));
            _diary.Append(_benchmark);
        }

        var value = 0m;
        foreach (var (asset, price) in _benchmark.Prices)
        {
            if (!marks.TryGetValue(asset, out var mark))
            {
                return null;
            }

            value += _benchmark.Equity / _benchmark.Prices.Count * mark / price;
        }

        return decimal.Round(value, 6);
    }
}
