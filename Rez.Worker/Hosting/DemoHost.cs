using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Serilog.Core;

namespace Rez.Worker.Hosting;

/// <summary>A demo: a generated or recorded market and a simulated exchange.</summary>
internal sealed class DemoHost : TradingHost
{
    private readonly DemoSession _session;
    private readonly DeciderPorts _ports;

    private DemoHost(RezOptions options, DataDirectory data, DiaryStore diary, DemoSession session, DeciderPorts ports, Logger log)
        : base(options, data, diary, log)
    {
        (_session, _ports) = (session, ports);
        session.CycleEnded += _ => Ended();
    }

    public override ITradingSession Session => _session;

    public DemoSession Demo => _session;

    /// <exception cref="Core.Diary.DiaryUnavailableException">The data dir or the diary can't be used.</exception>
    public static Outcome<DemoHost> Open(RezOptions options, IMarketSource market, long? maxCycles, bool isForced = false)
    {
        var data = DataDirectory.Take(options.Storage.DataDir);
        DiaryStore? diary = null;
        try
        {
            var log = Logging.Create(options.Log, data.Path);
            var world = new DemoWorld(market, options.Simulation, options.Demo.Seed);
            diary = DiaryStore.Open(data.DiaryPath, world.Clock);
            var settings = SessionComposition.Settings(options, market, maxCycles, Version) with { IsForced = isForced };
            var ports = new DeciderPorts(world.Market, diary, data.DiaryPath, LiveHost.Handler, TimeProvider.System, new SeededRandom(options.Demo.Seed));
            var session = DemoSession.Open(world, diary, Deciders.Of(options, ports), settings, TimeProvider.System);
            if (!session.Ok)
            {
                diary.Dispose();
                data.Dispose();
                return session.Rejection;
            }

            Announce(log, options, market, settings, data.Path);
            session.Value.ClockJumpedSeen += jump => log.Warning("{Jump}", jump.ToString());
            session.Value.CycleEnded += result => LogCycle(log, result);
            return new DemoHost(options, data, diary, session.Value, ports, log);
        }
        catch
        {
            diary?.Dispose();
            data.Dispose();
            throw;
        }
    }

    public override IDecider NewDecider(RezOptions options) => Deciders.Of(options, _ports);

    public override SessionSummary Summarise() => _session.Summarise();

    public override async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await base.DisposeAsync();
    }

    protected override async Task<int> RunAsync(CancellationToken cancel)
    {
        await _session.RunAsync(cancel);
        return ExitCode.Ok;
    }

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

        if (Deciders.WantsModel(options) && !Deciders.HasModel(options))
        {
            log.Warning("{Words}", Deciders.NoModel);
        }

        foreach (var note in (market as RecordedMarket)?.Notes ?? [])
        {
            log.Warning("{Note}", note);
        }
    }
}
