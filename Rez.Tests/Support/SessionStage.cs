using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Strategies;

namespace Rez.Tests.Support;

/// <summary>A demo session as the program composes it, on a folder of the test.</summary>
internal sealed class SessionStage : IDisposable
{
    private SessionStage(DiaryStore diary, DemoSession session)
    {
        Diary = diary;
        Session = session;
    }

    public DiaryStore Diary { get; }

    public DemoSession Session { get; }

    public static RezOptions Options(Action<RezOptions>? change = null)
    {
        var options = new RezOptions();
        options.Trading.Assets = ["BTC", "ETH", "SOL"];
        options.Market.Intervals = ["5m", "15m", "1h", "4h"];
        options.Market.Indicators = [.. TrendMomentum.Needs];
        options.Demo.Speed = "max";
        change?.Invoke(options);
        return options;
    }

    /// <summary>For tests of the way to the exchange: what is asked for is not to be refused or ended by a limit the test is not about.</summary>
    public static void Loosen(RezOptions o)
    {
        (o.Risk.RiskPerTrade, o.Risk.MaxEffectiveLeverage, o.Risk.MaxAssetLeverage) = (0.5m, 3m, 20m);
        (o.Risk.MinConfidence, o.Risk.MinStopAtr, o.Risk.MaxStopAtr, o.Risk.MaxDepthShare) = (0, 0m, 1_000m, 1_000_000m);
        (o.Protection.DailyLoss, o.Protection.WeeklyLoss, o.Protection.MaxDrawdown, o.Protection.ConsecutiveLosses) = (0, 0, 0, 0);
        (o.Protection.CooldownMinutes, o.Protection.MaxOpenPositions, o.Protection.MaxTradesPerHour, o.Protection.MinutesBetweenEntries) = (0, 0, 0, 0);
        (o.Protection.MaxCorrelated, o.Protection.LosingWeeks) = (0, 0);
        (o.Exits.MaxHoldHours, o.Exits.TrailArm) = (0, 0);
    }

    public static SessionStage Open(string folder, long? cycles = null, Action<RezOptions>? change = null, IDecider? decider = null)
    {
        var options = decider is null ? Options(change) : Options(o =>
        {
            Loosen(o);
            change?.Invoke(o);
        });
        var market = SessionComposition.Market(options).Value;
        var world = new DemoWorld(market, options.Simulation, options.Demo.Seed);
        var diary = DiaryStore.Open(Path.Combine(folder, "diary.db"), world.Clock);
        try
        {
            var session = DemoSession.Open(world, diary, decider ?? new TrendMomentum(), SessionComposition.Settings(options, market, cycles, "test"), TimeProvider.System);
            return session.Ok ? new SessionStage(diary, session.Value) : throw new InvalidOperationException(session.Rejection.Message);
        }
        catch
        {
            diary.Dispose();
            throw;
        }
    }

    public static async Task<SessionSummary> RunAsync(string folder, long? cycles = null, Action<RezOptions>? change = null, IDecider? decider = null)
    {
        using var stage = Open(folder, cycles, change, decider);
        await stage.Session.RunAsync(CancellationToken.None);
        return stage.Session.Summarise();
    }

    public void Dispose()
    {
        Session.Dispose();
        Diary.Dispose();
    }
}

/// <summary>A decider that does what the test says.</summary>
internal sealed class ScriptedDecider(Func<DecisionContext, Rez.Core.Outcome<Decision>> decide) : IDecider
{
    public string Name => "scripted";

    public ValueTask<Rez.Core.Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel) => new(decide(context));
}
