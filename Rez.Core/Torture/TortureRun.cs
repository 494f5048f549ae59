using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
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

/// <summary>A fault of Rez: what it does to the exchange and the diary it works with, and whether a start forgets that it was halted.</summary>
public sealed record Plant(string Name, Func<IExchange, IExchange>? Exchange = null, Func<IDiary, IDiary>? Diary = null, bool ForgetsHalt = false);

/// <param name="Hash">SHA-256 over all that happened: the same on any machine.</param>
public sealed record TortureResult(ulong Seed, Violation? Violation, IReadOnlyList<FaultAt> Struck, long Crossed, int Lives, long Cycles, long Entries, int Fills, string Hash);

/// <summary>
/// The code that trades, without its sockets, in a world that fails in every way: market, venue, wire, disk, model, people, and its own death at any crossing of a port. One thread, one clock that leaps: a seed is
/// one run, bit for bit.
/// </summary>
public sealed class TortureRun
{
    private const int WarmUpBars = 360;

    /// <summary>Bars of a minute in a cycle of five.</summary>
    private const int CycleBars = 5;
    private const int CalmBars = 3 * CycleBars;
    private const int ResumesEvery = 15;
    private const int OneInTwoHosts = 8;
    private static readonly long StartMs = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private readonly TorturePlan _plan;
    private readonly FaultScript _script;
    private readonly RezOptions _options = new();
    private readonly JumpyMarket _source;
    private readonly DemoWorld _world;
    private readonly LeapClock _clock;
    private readonly Judge _judge;
    private readonly TortureHost[] _hosts;
    private readonly Mishaps _mishaps;
    private long _cycles;
    private int _bars;

    private TortureRun(TorturePlan plan, string folder)
    {
        _plan = plan;
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
        var settings = SessionComposition.Settings(_options, _source, null, "torture");
        var stage = new TortureStage(plan, _world, _clock, _script, _judge, settings, StartMs, () => BarAsync(decides: false));

        _mishaps = new Mishaps(stage, _source, _options.Trading.Assets);

        // Some accounts have two of us, neither knowing of the other.
        _hosts = random.Next(OneInTwoHosts) == 0
            ? [new TortureHost(stage, string.Empty, Path.Combine(folder, "diary.db")), new TortureHost(stage, "b", Path.Combine(folder, "diary-b.db"))]
            : [new TortureHost(stage, string.Empty, Path.Combine(folder, "diary.db"))];
        _judge.Hosts = _hosts.Length;
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
            foreach (var host in run._hosts)
            {
                host.Close();
            }
        }

        return run.Result();
    }

    private async Task RunAsync()
    {
        for (var i = 0; i < WarmUpBars; i++)
        {
            _world.Step();
        }

        foreach (var host in _hosts)
        {
            await host.BeginAsync();
        }

        _script.IsOn = true;
        for (var bars = _plan.Cycles * CycleBars; bars > 0 && _judge.Found is null; bars--)
        {
            await BarAsync(decides: true);
        }

        // (i) Once nothing goes wrong any more, it must find its way back.
        _script.IsOn = false;
        _source.Jump(0, 0);
        _clock.Behind = TimeSpan.Zero;
        _judge.SignerUnknownUntil = DateTimeOffset.MinValue;
        CycleResult?[] last = [];
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
            foreach (var host in _hosts)
            {
                await host.KeepAsync();
            }
        }
    }

    /// <summary>One bar of the market; when it decides, a cycle of each host at each boundary, which it returns.</summary>
    private async Task<CycleResult?[]?> BarAsync(bool decides)
    {
        _world.Step();
        _bars++;
        _judge.Deliver(_clock.GetUtcNow());
        _mishaps.End(_bars);
        if (_script.Next(Crossing.Bar) is { } fault)
        {
            await _mishaps.StrikeAsync(fault, _bars, _hosts);
        }

        foreach (var host in _hosts.Where(h => _bars == _mishaps.ResumeAt || (_bars % ResumesEvery == 0 && h.IsHalted)))
        {
            await host.ResumeAsync();
        }

        await BeatAsync();
        CycleResult?[]? results = null;
        if (decides && _bars % CycleBars == 0)
        {
            results = new CycleResult?[_hosts.Length];
            for (var i = 0; i < _hosts.Length; i++)
            {
                results[i] = _hosts[i].IsDown ? null : await CycleAsync(_hosts[i]);
            }
        }

        _judge.Conserves();
        foreach (var host in _hosts.Where(h => decides && h.IsDown))
        {
            await host.BeginAgainAsync();
        }

        return results;
    }

    private async Task BeatAsync()
    {
        var struck = _script.Struck.Count;
        foreach (var host in _hosts)
        {
            await host.BeatAsync();
        }

        _judge.AfterBeat(_hosts.All(h => !h.IsDown) && _script.Struck.Count == struck && !_judge.IsTroubled(_clock.GetUtcNow()));
    }

    private async Task<CycleResult?> CycleAsync(TortureHost host)
    {
        var (struck, bars) = (_script.Struck.Count, _bars);

        // As a session counts: by the boundaries of its own clock, which need not be the market's.
        var result = await host.CycleAsync(DateTimeOffset.FromUnixTimeMilliseconds(Interval.M5.OpenOf(_clock.GetUtcNow().ToUnixTimeMilliseconds())));
        _cycles++;
        if (!host.IsDown && _script.Struck.Count == struck && bars == _bars && !_judge.IsTroubled(_clock.GetUtcNow()) && result is { FailedStage: null })
        {
            host.LookAtBooks();
        }

        return result;
    }

    private async Task EndAsync(CycleResult?[] last)
    {
        for (var i = 0; i < _hosts.Length; i++)
        {
            var (host, result) = (_hosts[i], i < last.Length ? last[i] : null);
            if (result is not { FailedStage: null } || host.Trouble is not null)
            {
                _judge.Break("i", $"nothing went wrong for {CalmBars} bars, and it did not find its way back: {result?.Why ?? host.Trouble?.Message ?? "no cycle ran"}");
            }
        }

        // Of two hosts the first has not yet been told what the second did after it.
        await BeatAsync();
        foreach (var host in _hosts)
        {
            host.LookAtBooks();
            await host.LookAtEndAsync();
        }
    }

    private TortureResult Result()
    {
        var story = new StringBuilder();
        story.Append(CultureInfo.InvariantCulture, $"{_script.Crossed} {_hosts.Sum(h => h.Lives)} {_cycles} {string.Concat(_hosts.Select(h => h.HeadHash))}");
        foreach (var fill in _world.Venue.Fills)
        {
            story.Append(CultureInfo.InvariantCulture, $" {fill.TimeMs}/{fill.Asset}/{fill.Side}/{fill.Size}/{fill.Price}");
        }

        return new TortureResult(
            _plan.Seed, _judge.Found, _script.Struck, _script.Crossed, _hosts.Sum(h => h.Lives), _cycles, _judge.Entries, _world.Venue.Fills.Count, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(story.ToString()))));
    }
}
