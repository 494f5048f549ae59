using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>What a rig stands on; a mode is nothing but another choice of these.</summary>
/// <param name="Clock">The market's time.</param>
/// <param name="Wall">Real time: how long things take.</param>
/// <param name="HistoryFromMs">Oldest candle that is asked for.</param>
/// <param name="DriftGrace">How long a difference between diary and venue must stand before it counts as one.</param>
internal sealed record RigPorts(
    IExchange Exchange, IMarketData Market, IDiary Diary, IDecider Decider, TimeProvider Clock, TimeProvider Wall, long HistoryFromMs, TimeSpan DriftGrace,
    Func<decimal, IReadOnlyDictionary<string, decimal>, decimal?> Benchmark, IPast? Past);

/// <summary>The parts that every mode runs: one path for demo, paper and live.</summary>
internal sealed class TradingRig
{
    public TradingRig(RigPorts ports, CycleSettings cycle, RiskOptions risk, DiaryReading reading)
    {
        Desk = new OrderDesk(ports.Exchange, ports.Diary, ports.Clock, reading.Desk);
        Books = new VenueBooks(ports.Exchange, ports.Diary, reading.Books, Desk.IsOurs);
        Protector = new Protector(Desk, Books, ports.Diary, ports.Market, risk, ports.Clock);
        foreach (var (asset, stop, target) in reading.Levels)
        {
            Protector.Remember(asset, stop, target);
        }

        Sentinel = new Sentinel(Desk, Books, Protector, ports.Clock);
        Controls = new TradingControls(Desk, Protector, ports.Diary, ports.Clock, reading.Control);
        Sync = new SyncStage(Desk, Books, Protector, Controls, ports.Diary, cycle, ports.Clock, ports.DriftGrace);
        var plans = new ExitPlans(ports.Diary, reading.Plans);
        Cycle = new TradingCycle(new CycleParts(
            Sync,
            new IngestStage(ports.Market, ports.Diary, cycle, ports.HistoryFromMs),
            new CalculateStage(cycle),
            new ReasonStage(ports.Decider, new ReasonParts(Protector, Books, plans, new Backgrounds(ports.Market, cycle), risk, ports.Past)),
            new ExecuteStage(Desk, Books, Protector, Controls, risk, cycle, plans),
            new SecureStage(Desk, Books, Protector),
            plans,
            ports.Diary,
            ports.Clock,
            ports.Wall,
            ports.Benchmark));
    }

    public OrderDesk Desk { get; }

    public VenueBooks Books { get; }

    public Protector Protector { get; }

    public Sentinel Sentinel { get; }

    public TradingControls Controls { get; }

    public SyncStage Sync { get; }

    public TradingCycle Cycle { get; }
}
