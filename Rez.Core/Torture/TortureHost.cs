using System.Globalization;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>What a host stands in: the world, what goes wrong in it, and who looks on.</summary>
/// <param name="StartMs">When the market begins.</param>
/// <param name="SlowBar">A bar passes while a model thinks.</param>
internal sealed record TortureStage(TorturePlan Plan, DemoWorld World, LeapClock Clock, FaultScript Script, Judge Judge, SessionSettings Settings, long StartMs, Func<Task> SlowBar);

/// <summary>One Rez on the account, with a diary of its own: it dies and starts again as often as the script wants.</summary>
internal sealed class TortureHost(TortureStage stage, string name, string path)
{
    /// <summary>So many starts in a row, then whoever starts it waits for the next bar.</summary>
    private const int MostStarts = 20;
    private readonly Witness _witness = new();
    private Life _life = null!;
    private DiaryStore? _store;
    private TortureDiary _diary = null!;
    private TradingRig _rig = null!;
    private DiaryHead _acknowledged;
    private long _number;
    private bool _isClosed;

    public int Lives { get; private set; }

    /// <summary>The process has died, or can't write any more, which ends it.</summary>
    public bool IsDown => _life.IsOver || _life.DiaryIsBroken;

    public bool IsHalted => _rig.Controls.State.Halted;

    public Rejection? Trouble => _rig.Sentinel.LastTrouble;

    public string HeadHash => _store!.Head.Hash;

    /// <summary>A process starts: on the diary as it is, and reconciles before anything else. It may die of that, and starts again; if it dies too often it stays down for now.</summary>
    public async Task BeginAsync()
    {
        for (var start = 0; start < MostStarts; start++)
        {
            Lives++;
            if (await StartAsync() || stage.Judge.Found is not null)
            {
                return;
            }

            await DieAsync();
        }
    }

    /// <summary>What is left of the process that died goes, and another one starts.</summary>
    public async Task BeginAgainAsync()
    {
        if (!_isClosed)
        {
            await DieAsync();
        }

        await BeginAsync();
    }

    private async Task<bool> StartAsync()
    {
        var (plan, world, clock, judge) = (stage.Plan, stage.World, stage.Clock, stage.Judge);
        _isClosed = false;
        _life = new Life(stage.Script);
        _store = DiaryStore.Open(path, clock);
        if (Lives > 1)
        {
            LookAtDiary();
        }

        _diary = new TortureDiary(_store, _life, judge, _witness);
        IDiary diary = plan.Plant?.Diary is { } spoil ? spoil(_diary) : _diary;
        var reading = DiaryReading.Of(path);
        reading = plan.Plant?.ForgetsHalt == true ? reading with { Control = reading.Control with { Halted = false } } : reading;
        IExchange exchange = new TortureExchange(world, world.Exchange, _life, judge, _witness, clock);
        exchange = plan.Plant?.Exchange is { } bend ? bend(exchange) : exchange;
        var decider = new TortureDecider(_life, plan.Seed, name, stage.SlowBar);
        _rig = new TradingRig(
            new RigPorts(exchange, new TortureMarket(world.Market, _life), diary, decider, clock, clock, 0, TimeSpan.Zero, (_, _) => null, null), stage.Settings.Cycle, stage.Settings.Limits,
            reading with { Desk = reading.Desk with { Mark = name } });
        _number = Math.Max(_number, reading.LastCycleNumber);
        return await LiveAsync(async () =>
        {
            diary.Append(new SessionStarted("demo", world.Fingerprint, "torture", stage.StartMs));
            await diary.FlushAsync();
            await _rig.Sync.RunAsync(_rig.Desk.Name($"start-{Lives}"), CancellationToken.None);
            await _rig.Sentinel.BeatAsync(CancellationToken.None);
            await _rig.Guard.StartAsync(isForced: true);
        });
    }

    public Task BeatAsync() => LiveAsync(() => _rig.Sentinel.BeatAsync(CancellationToken.None).AsTask());

    public Task HaltAsync() => LiveAsync(() => _rig.Controls.HaltAsync("torture", "a person halts"));

    public Task ResumeAsync() => LiveAsync(() => _rig.Controls.ResumeAsync("torture"));

    /// <summary>One cycle; null when the process died in it.</summary>
    public async Task<CycleResult?> CycleAsync(DateTimeOffset at)
    {
        CycleResult? result = null;
        await LiveAsync(async () => result = await _rig.RunCycleAsync(++_number, at));
        return result;
    }

    /// <summary>(a) after a cycle in which nothing went wrong.</summary>
    public void LookAtBooks() => stage.Judge.AfterCycle(_rig.Books);

    /// <summary>Whatever code still runs reaches nothing; what was not durable is lost, or part of it.</summary>
    private async Task DieAsync()
    {
        _life.End();
        await _diary.TearAsync(stage.Script.Random(stage.Script.Crossed, "torn" + name).NextDouble());
        _acknowledged = _diary.Acknowledged;
        Close();
    }

    /// <summary>Writes what there is, for one who wants to read what led to a broken promise.</summary>
    public Task KeepAsync() => _isClosed ? Task.CompletedTask : _diary.TearAsync(1);

    public void Close()
    {
        _isClosed = true;
        _store?.Dispose();
    }

    /// <summary>(f), (g) on the whole diary, at the end.</summary>
    public async Task LookAtEndAsync()
    {
        var (judge, fills) = (stage.Judge, stage.World.Venue.Fills);
        await _diary.FlushAsync();
        using var db = new RezDb(RezDb.Sqlite(path, readOnly: true));
        if (DiaryVerifier.Verify(db).Broken is { } broken)
        {
            judge.Break("g", broken.Message);
        }

        var booked = db.Fills.Select(f => new { f.TimeMs, f.Asset, f.Tid }).AsEnumerable().Select(f => (f.TimeMs, f.Asset, f.Tid)).ToHashSet();
        var missing = fills.Where(f => !booked.Contains((f.TimeMs, f.Asset, f.Tid))).ToArray();
        if (missing.Length > 0 || booked.Count != fills.Count)
        {
            judge.Break("f", string.Create(
                CultureInfo.InvariantCulture, $"the venue made {fills.Count} fills, diary {Path.GetFileName(path)} holds {booked.Count}{(missing.Length > 0 ? $"; the first that is missing is {missing[0].Asset} at {missing[0].Price}" : string.Empty)}"));
        }
    }

    /// <summary>(g) What was acknowledged is there, under the hash it had.</summary>
    private void LookAtDiary()
    {
        using var db = new RezDb(RezDb.Sqlite(path, readOnly: true));
        var kept = db.Events.Where(e => e.Seq == _acknowledged.Seq).Select(e => e.Hash).FirstOrDefault();
        if (_acknowledged.Seq > 0 && (kept is null || Convert.ToHexStringLower(kept) != _acknowledged.Hash))
        {
            stage.Judge.Break("g", $"event {_acknowledged.Seq} was acknowledged and is gone, or another");
        }
    }

    /// <summary>Runs what may die on its way; false when it did.</summary>
    private async Task<bool> LiveAsync(Func<Task> action)
    {
        if (IsDown)
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
            stage.Judge.Break("i", $"it stumbled: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Rez.Core", StringComparison.Ordinal))?.Trim()}");
            return false;
        }

        return !IsDown;
    }
}
