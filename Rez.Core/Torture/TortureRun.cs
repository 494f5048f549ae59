using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>One run of torture.</summary>
/// <param name="Rate">Share of crossings at which something goes wrong.</param>
/// <param name="Script">Exactly these faults instead; null draws them from the seed.</param>
public sealed record TorturePlan(ulong Seed, int Cycles, double Rate = 0.02, IReadOnlyList<FaultAt>? Script = null)
{
    /// <summary>A fault planted into Rez itself, to see that it is found.</summary>
    public Plant? Plant { get; init; }
}

/// <summary>A fault of Rez: what it does to the exchange and the diary it works with.</summary>
public sealed record Plant(string Name, Func<IExchange, IExchange>? Exchange = null, Func<IDiary, IDiary>? Diary = null);

/// <param name="Hash">SHA-256 over all that happened: the same on any machine.</param>
public sealed record TortureResult(ulong Seed, Violation? Violation, IReadOnlyList<FaultAt> Struck, long Crossed, int Lives, long Cycles, long Entries, int Fills, string Hash);

/// <summary>
/// The code that trades, without its sockets, in a world that fails in every way: market, venue, wire, disk, model, people, and its own death at any crossing of a port. One thread, one clock that leaps: a seed is
/// one run, bit for bit.
/// </summary>
public sealed class TortureRun
{
    private const int WarmUpBars = 360;
    private const int CycleBars = 5;
    private const int CalmBars = 3 * CycleBars;
    private const int HaltedBars = 4;
    private const int MostLives = 400;
    private const int ResumesEvery = 15;
    private static readonly long StartMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private readonly TorturePlan _plan;
    private readonly string _path;
    private readonly FaultScript _script;
    private readonly RezOptions _options = new();
    private readonly JumpyMarket _source;
    private readonly DemoWorld _world;
    private readonly LeapClock _clock;
    private readonly Judge _judge;
    private readonly SessionSettings _settings;
    private Life _life = null!;
    private DiaryStore _store = null!;
    private TortureDiary _diary = null!;
    private TradingRig _rig = null!;
    private long _number;
    private long _cycles;
    private int _lives;
    private int _bars;
    private int _resumeAt;
    private DiaryHead _acknowledged;

    private TortureRun(TorturePlan plan, string folder)
    {
        _plan = plan;
        _path = Path.Combine(folder, "diary.db");
        _script = plan.Script is { } given ? new FaultScript(plan.Seed, given) : new FaultScript(plan.Seed, plan.Rate);
        _options.Trading.Assets = ["BTC", "ETH"];
        _options.Market.Intervals = ["1m", "5m", "1h"];
        _options.Market.Indicators = ["atr:14", "ema:20"];
        var random = SeededRandom.For(plan.Seed, "world");

        // Some venues are thin: entries fill in part.
        _options.Simulation.DepthUsdPerBp = random.Next(3) == 0 ? 40 : 100_000;
        _source = new JumpyMarket(new GeneratedMarket(plan.Seed, [.. _options.Trading.Assets.Select(a => DemoInstruments.Find(a)!)], StartMs));
        _world = new DemoWorld(_source, _options.Simulation, plan.Seed);
        _clock = new LeapClock(_world.Clock);
        _judge = new Judge(_world, _script, _options.Risk, _options.Simulation.InitialBalance);
        _settings = SessionComposition.Settings(_options, _source, null, "torture");
    }

    /// <param name="folder">Empty, on a disk that is quick: the diary is kept there.</param>
    public static async Task<TortureResult> RunAsync(TorturePlan plan, string folder)
    {
        var run = new TortureRun(plan, folder);
        try
        {
            await run.RunAsync();
        }
        finally
        {
            run._store?.Dispose();
        }

        return run.Result();
    }

    private async Task RunAsync()
    {
        for (var i = 0; i < WarmUpBars; i++)
        {
            _world.Step();
        }

        await BeginAsync();
        _script.IsOn = true;
        for (var bars = _plan.Cycles * CycleBars; bars > 0 && _judge.Found is null; bars--)
        {
            await BarAsync(decides: true);
        }

        // (i) Once nothing goes wrong any more, it must find its way back.
        _script.IsOn = false;
        _source.Jump(0, 0);
        CycleResult? last = null;
        for (var bars = CalmBars; bars > 0 && _judge.Found is null; bars--)
        {
            last = await BarAsync(decides: true) ?? last;
        }

        if (_judge.Found is null)
        {
            await EndAsync(last);
        }
        else
        {
            // What led there is to be read.
            await _diary.TearAsync(1);
        }
    }

    /// <summary>A process starts: on the diary as it is, and reconciles before anything else.</summary>
    private async Task BeginAsync()
    {
        while (true)
        {
            if (++_lives > MostLives)
            {
                throw new InvalidOperationException($"Seed {_plan.Seed}: {MostLives} lives were not enough.");
            }

            _life = new Life(_script);
            _store = DiaryStore.Open(_path, _clock);
            if (_lives > 1)
            {
                LookAtDiary();
            }

            _diary = new TortureDiary(_store, _life, _judge);
            IDiary diary = _plan.Plant?.Diary is { } spoil ? spoil(_diary) : _diary;
            var reading = DiaryReading.Of(_path);
            IExchange exchange = new TortureExchange(_world, _world.Exchange, _life, _judge, _clock);
            exchange = _plan.Plant?.Exchange is { } bend ? bend(exchange) : exchange;
            var decider = new TortureDecider(_life, _plan.Seed, () => BarAsync(decides: false));
            _rig = new TradingRig(
                new RigPorts(exchange, new TortureMarket(_world.Market, _life), diary, decider, _clock, _clock, 0, TimeSpan.Zero, (_, _) => null, null), _settings.Cycle, _settings.Limits, reading);
            _judge.Controls = _rig.Controls;
            _number = Math.Max(_number, reading.LastCycleNumber);
            var started = await LiveAsync(async () =>
            {
                diary.Append(new SessionStarted("demo", _world.Fingerprint, "torture", StartMs));
                await diary.FlushAsync();
                await _rig.Sync.RunAsync(Name($"start-{_lives}"), CancellationToken.None);
                await _rig.Sentinel.BeatAsync(CancellationToken.None);
                await _rig.Guard.StartAsync(isForced: true);
            });
            if (started)
            {
                return;
            }

            await DieAsync();
        }
    }

    /// <summary>One bar of the market; when it decides, a cycle at each boundary.</summary>
    private async Task<CycleResult?> BarAsync(bool decides)
    {
        _world.Step();
        _bars++;
        _judge.Deliver(_clock.GetUtcNow());
        if (_script.Next(Crossing.Bar) is { } fault)
        {
            await StrikeAsync(fault);
        }

        if (_bars == _resumeAt || (_bars % ResumesEvery == 0 && _rig.Controls.State.Halted))
        {
            await LiveAsync(() => _rig.Controls.ResumeAsync("torture"));
        }

        await BeatAsync();
        CycleResult? result = null;
        if (decides && _bars % CycleBars == 0 && !_life.IsOver)
        {
            result = await CycleAsync();
        }

        _judge.Conserves();
        if (decides && (_life.IsOver || _life.DiaryIsBroken))
        {
            await DieAsync();
            await BeginAsync();
        }

        return result;
    }

    private async Task BeatAsync()
    {
        var struck = _script.Struck.Count;
        await LiveAsync(() => _rig.Sentinel.BeatAsync(CancellationToken.None).AsTask());
        _judge.AfterBeat(!_life.IsOver && !_life.DiaryIsBroken && _script.Struck.Count == struck && !_judge.HasLate);
    }

    private async Task<CycleResult?> CycleAsync()
    {
        var (struck, bars) = (_script.Struck.Count, _bars);
        CycleResult? result = null;
        await LiveAsync(async () => result = await _rig.RunCycleAsync(++_number, _world.Clock.GetUtcNow()));
        _cycles++;
        if (!_life.IsOver && !_life.DiaryIsBroken && _script.Struck.Count == struck && bars == _bars && !_judge.HasLate && result is { FailedStage: null })
        {
            _judge.AfterCycle(_rig.Books);
        }

        return result;
    }

    /// <summary>Runs what may die on its way; false when it did.</summary>
    private async Task<bool> LiveAsync(Func<Task> action)
    {
        if (_life.IsOver || _life.DiaryIsBroken)
        {
            return false;
        }

        try
        {
            await action();
        }
        catch (ProcessDiedException)
        {
            return false;
        }
        catch (DiaryUnavailableException)
        {
            return false;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Expected outcomes are values: whatever else is thrown would have ended the session.
            _judge.Break("i", $"it stumbled: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Rez.Core", StringComparison.Ordinal))?.Trim()}");
            return false;
        }

        return !_life.IsOver && !_life.DiaryIsBroken;
    }

    private async Task DieAsync()
    {
        _life.End();
        await _diary.TearAsync(_script.Random(_script.Crossed, "torn").NextDouble());
        _acknowledged = _diary.Acknowledged;
        _store.Dispose();
    }

    /// <summary>(g) What was acknowledged is there, under the hash it had.</summary>
    private void LookAtDiary()
    {
        using var db = new RezDb(RezDb.Sqlite(_path, readOnly: true));
        var kept = db.Events.Where(e => e.Seq == _acknowledged.Seq).Select(e => e.Hash).FirstOrDefault();
        if (_acknowledged.Seq > 0 && (kept is null || Convert.ToHexStringLower(kept) != _acknowledged.Hash))
        {
            _judge.Break("g", $"event {_acknowledged.Seq} was acknowledged and is gone, or another");
        }
    }

    private async Task EndAsync(CycleResult? last)
    {
        if (last is not { FailedStage: null } || _rig.Sentinel.LastTrouble is not null)
        {
            _judge.Break("i", $"nothing went wrong for {CalmBars} bars, and it did not find its way back: {last?.Why ?? _rig.Sentinel.LastTrouble?.Message ?? "no cycle ran"}");
        }

        _judge.AfterCycle(_rig.Books);
        await _diary.FlushAsync();
        using var db = new RezDb(RezDb.Sqlite(_path, readOnly: true));
        if (DiaryVerifier.Verify(db).Broken is { } broken)
        {
            _judge.Break("g", broken.Message);
        }

        var booked = db.Fills.Select(f => new { f.TimeMs, f.Asset, f.Tid }).AsEnumerable().Select(f => (f.TimeMs, f.Asset, f.Tid)).ToHashSet();
        var missing = _world.Venue.Fills.Where(f => !booked.Contains((f.TimeMs, f.Asset, f.Tid))).ToArray();
        if (missing.Length > 0 || booked.Count != _world.Venue.Fills.Count)
        {
            _judge.Break("f", $"the venue made {_world.Venue.Fills.Count} fills, the diary holds {booked.Count}{(missing.Length > 0 ? $"; the first that is missing is {missing[0].Asset} at {missing[0].Price}" : string.Empty)}");
        }
    }

    /// <summary>The world does something that Rez did not ask for.</summary>
    private async Task StrikeAsync(FaultKind fault)
    {
        var random = _script.Random(_script.Crossed, "strike");
        var asset = _options.Trading.Assets[random.Next(_options.Trading.Assets.Length)];
        var position = _world.Venue.Account().Of(asset);
        switch (fault)
        {
            case FaultKind.PriceJump:
                _source.Jump(Array.IndexOf(_options.Trading.Assets, asset), (0.01 + (0.04 * random.NextDouble())) * (random.Next(2) == 0 ? 1 : -1));
                break;
            case FaultKind.Crash:
                _source.Jump(Array.IndexOf(_options.Trading.Assets, asset), (0.1 + (0.25 * random.NextDouble())) * (random.Next(2) == 0 ? 1 : -1));
                break;
            case FaultKind.ForeignTrade:
                Foreign(asset, random.Next(2) == 0 ? Side.Buy : Side.Sell, 100 + random.Next(2_000), resting: false);
                break;
            case FaultKind.ForeignOrder:
                Foreign(asset, random.Next(2) == 0 ? Side.Buy : Side.Sell, 100 + random.Next(500), resting: true);
                break;
            case FaultKind.Deleverage when position is not null:
                Foreign(asset, position.Direction.Closes(), position.Notional / 2, resting: false);
                break;
            case FaultKind.StopVanishes when _world.Venue.OpenOrders().FirstOrDefault(o => o.Asset == asset && o.Trigger == TriggerKind.StopLoss) is { } stop:
                _world.Replay(v => v.Cancel(asset, stop.Oid));
                break;
            case FaultKind.TermsChange:
                _world.Replay(v => v.Revise(DemoInstruments.Find(asset)!.Instrument with { Tiers = [new MarginTier(0, 10 + random.Next(20))] }));
                break;
            case FaultKind.ClockJump:
                _clock.Leap(TimeSpan.FromSeconds(random.Next(300)));
                break;
            case FaultKind.PersonHalts:
                await LiveAsync(() => _rig.Controls.HaltAsync("torture", "a person halts"));
                _resumeAt = _bars + HaltedBars;
                break;
        }
    }

    private void Foreign(string asset, Side side, decimal usd, bool resting)
    {
        if (_world.Venue.Context(asset) is not { } context || DemoInstruments.Find(asset) is not { } known)
        {
            return;
        }

        var away = resting ? 0.9m : 1.02m;
        var price = PriceRules.Price(known.Instrument, side == Side.Buy ? context.Mark * away : context.Mark / away, RoundTo.Nearest);
        var size = PriceRules.Size(known.Instrument, usd / context.Mark);
        if (size > 0)
        {
            var leg = new OrderLeg { Cloid = Cloid.For(Name("foreign"), asset, _bars.ToString(CultureInfo.InvariantCulture)), Side = side, Size = size, LimitPrice = price, TimeInForce = resting ? TimeInForce.Gtc : TimeInForce.Ioc };
            _world.Replay(v => v.Place(new OrderRequest(asset, OrderGrouping.None, [leg])));
        }
    }

    private string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"{what}-{_world.NowMs}-{_script.Crossed}");

    private TortureResult Result()
    {
        var story = new StringBuilder();
        story.Append(CultureInfo.InvariantCulture, $"{_script.Crossed} {_lives} {_cycles} {_store.Head.Hash}");
        foreach (var fill in _world.Venue.Fills)
        {
            story.Append(CultureInfo.InvariantCulture, $" {fill.TimeMs}/{fill.Asset}/{fill.Side}/{fill.Size}/{fill.Price}");
        }

        return new TortureResult(
            _plan.Seed, _judge.Found, _script.Struck, _script.Crossed, _lives, _cycles, _judge.Entries, _world.Venue.Fills.Count, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(story.ToString()))));
    }
}
