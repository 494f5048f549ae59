using System.Reflection;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Strategies;
using Serilog.Core;

namespace Rez.Worker.Hosting;

/// <summary>A demo session with what it stands on: data dir, diary, diary.jsonl, logs. Opened and closed in one place.</summary>
internal sealed class DemoHost : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly JsonLinesTail? _tail;

    private DemoHost(RezOptions options, DataDirectory data, DiaryStore diary, JsonLinesTail? tail, DemoSession session, Logger log)
    {
        Options = options;
        _data = data;
        Diary = diary;
        _tail = tail;
        Session = session;
        Log = log;
    }

    public static string Version { get; } =
        typeof(DemoHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public RezOptions Options { get; }

    public string DataDir => _data.Path;

    public DiaryStore Diary { get; }

    public DemoSession Session { get; }

    public Logger Log { get; }

    /// <exception cref="Core.Diary.DiaryUnavailableException">The data dir or the diary can't be used.</exception>
    public static Outcome<DemoHost> Open(RezOptions options, IMarketSource market, long? maxCycles)
    {
        var data = DataDirectory.Take(options.Storage.DataDir);
        DiaryStore? diary = null;
        try
        {
            var log = Logging.Create(options.Log, data.Path);
            var world = new DemoWorld(market, options.Simulation, options.Demo.Seed);
            diary = DiaryStore.Open(data.DiaryPath, world.Clock);
            var settings = SessionComposition.Settings(options, market, maxCycles, Version);
            var session = DemoSession.Open(world, diary, Decider(), settings, TimeProvider.System);
            if (!session.Ok)
            {
                diary.Dispose();
                data.Dispose();
                return session.Rejection;
            }

            Announce(log, options, market, settings, data.Path);
            session.Value.ClockJumpedSeen += jump => log.Warning("{Jump}", jump.ToString());
            session.Value.CycleEnded += result => LogCycle(log, result);
            var tail = options.Storage.JsonLines ? JsonLinesTail.Start(diary, data.JsonLinesPath) : null;
            return new DemoHost(options, data, diary, tail, session.Value, log);
        }
        catch
        {
            diary?.Dispose();
            data.Dispose();
            throw;
        }
    }

    /// <summary>Trades until cancelled or at the end of what was asked for.</summary>
    public async Task TradeAsync(CancellationToken cancel)
    {
        await Task.Run(() => Session.RunAsync(cancel), CancellationToken.None);
        if (cancel.IsCancellationRequested)
        {
            Log.Information("Stopped.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Session.Dispose();
        Diary.Dispose();
        if (_tail is not null)
        {
            await _tail.DisposeAsync();
            if (_tail.Fault is { } fault)
            {
                Log.Warning("{Fault}", fault);
            }
        }

        await Log.DisposeAsync();
        _data.Dispose();
    }

    private static TrendMomentum Decider() => new();

    private static void Announce(Logger log, RezOptions options, IMarketSource market, SessionSettings settings, string dataDir)
    {
        log.Information("Rez {Version}, demo on {World}", Version, market.Fingerprint);
        log.Information(
            "Assets {Assets}, a cycle each {Cycle} of market time, speed {Speed}, decider {Decider}, data in {DataDir}",
            settings.Cycle.Assets, settings.Cycle.CycleInterval.Name, options.Demo.Speed, options.Trading.Decider, dataDir);
        if (settings.Cycle.CycleInterval.Name != options.Trading.CycleInterval)
        {
            log.Warning("The candles are {Base} long, so a cycle runs each {Base} instead of {Asked}", market.BaseInterval.Name, market.BaseInterval.Name, options.Trading.CycleInterval);
        }

        foreach (var note in (market as RecordedMarket)?.Notes ?? [])
        {
            log.Warning("{Note}", note);
        }
    }

    private static void LogCycle(Logger log, CycleResult result)
    {
        if (result.FailedStage is not null)
        {
            log.Error("Cycle {Cycle} failed in {Stage}: {Why}", result.CycleId, result.FailedStage, result.Why);
        }
        else
        {
            log.Debug("Cycle {Cycle} took {Ms:0.0} ms", result.CycleId, result.Stages.Total);
        }
    }
}
