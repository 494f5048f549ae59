using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Desk.Watches;
using Rez.Core.Diary;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Risk.Portfolio;
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

/// <summary>What trading is held to.</summary>
public sealed record RigLimits(RiskOptions Risk, ProtectionOptions Protection, ExitOptions Exits);

/// <summary>What a running session takes up at its next cycle.</summary>
/// <param name="Decider">Null: the same as before.</param>
public sealed record NewTerms(RigLimits Limits, IDecider? Decider);

/// <summary>The parts that every mode runs: one path for demo, paper and live.</summary>
internal sealed class TradingRig
{
    private readonly InForce<RiskOptions> _risk;
    private readonly InForce<ProtectionOptions> _protection;
    private readonly InForce<ExitOptions> _exits;
    private readonly InForce<IDecider> _decider;
    private NewTerms? _next;

    public TradingRig(RigPorts ports, CycleSettings cycle, RigLimits limits, DiaryReading reading)
    {
        var (risk, protection, exits) = (_risk, _protection, _exits) = (new(limits.Risk), new(limits.Protection), new(limits.Exits));
        _decider = new InForce<IDecider>(ports.Decider);
        var board = new MeasureBoard();
        Desk = new OrderDesk(ports.Exchange, ports.Diary, ports.Clock, reading.Desk);
        Books = new VenueBooks(ports.Exchange, ports.Diary, reading.Books, Desk.IsOurs, reading.History);
        Protector = new Protector(Desk, Books, ports.Diary, ports.Market, risk, ports.Clock);
        foreach (var (asset, stop, target) in reading.Levels)
        {
            Protector.Remember(asset, stop, target);
        }

        Controls = new TradingControls(Desk, Protector, ports.Diary, ports.Clock, reading.Control);
        Guard = new PortfolioGuard(reading.History, protection, Controls, ports.Diary, ports.Clock);
        Plans = new ExitPlans(ports.Diary, reading.Plans);
        Exits = new ExitWatch(Desk, Books, Protector, ports.Diary, ports.Market, board, risk, exits, cycle.TakerFeeBps);
        Margin = new MarginWatch(Desk, Books, Protector, ports.Diary, ports.Market, reading.History, risk, protection, exits);
        ImmutableArray<IWatch> watches =
        [
            new FeedWatch(Protector, ports.Diary, ports.Market, protection, ports.Wall),
            Margin,
            new PlanWatch(Plans, Protector, ports.Market, cycle, ports.Clock),
            Exits,
        ];
        Sentinel = new Sentinel(Desk, Books, Protector, Guard, watches);
        Sync = new SyncStage(Desk, Books, Protector, Controls, ports.Diary, cycle, ports.Clock, ports.DriftGrace);
        Ingest = new IngestStage(ports.Market, ports.Diary, cycle, ports.HistoryFromMs);
        Calculate = new CalculateStage(cycle);
        Knowledge = new GateKnowledge(ports.Market, Ingest.Candles, Guard, Controls, board, risk, exits, cycle, () => Sentinel.LastTrouble?.Message);
        var sender = new EntrySender(Desk, Books, Protector, Controls);
        var execute = new ExecuteStage(Desk, Books, Protector, Controls, risk, cycle, Plans, Knowledge, sender, exits);
        Manual = new ManualDesk(Desk, Books, Protector, sender, Knowledge, board, ports.Market, ports.Diary, () => execute.Terms, cycle, ports.Clock);
        Cycle = new TradingCycle(new CycleParts(
            Desk,
            Sync,
            Ingest,
            Calculate,
            new ReasonStage(_decider, new ReasonParts(Protector, Books, Plans, new Backgrounds(ports.Market, cycle), risk, ports.Past)),
            execute,
            new SecureStage(Desk, Books, Protector),
            Plans,
            Knowledge,
            Guard,
            ports.Diary,
            ports.Clock,
            ports.Wall,
            ports.Benchmark));
    }

    /// <summary>Whether a price calls for the sentinel: an exit rule would act, the stop should have fired, or liquidation is near.</summary>
    public bool WantsBeat(Position position, AssetContext now)
    {
        var sign = position.Direction.Sign();
        var (stop, _) = Protector.LevelsOf(position.Asset);
        return (stop is { } level && (now.Mark - level) * sign <= 0)
            || (position.LiquidationPrice is { } liquidation && (now.Mark - liquidation) * sign <= now.Mark * _risk.Now.MinLiquidationDistance)
            || (Protector.InstrumentOf(position.Asset) is { } instrument && Exits.WouldAct(position, instrument, now.Mark, now.At));
    }

    /// <summary>Limits of the gate now.</summary>
    public RiskOptions Limits => _risk.Now;

    public IDecider Decider => _decider.Now;

    /// <summary>Raised when another decider has taken over.</summary>
    public event Action? DeciderChanged;

    /// <summary>Other terms from the next cycle on; of several, the last.</summary>
    public void Adopt(NewTerms terms) => Interlocked.Exchange(ref _next, terms);

    /// <summary>Runs a cycle, under the newest terms.</summary>
    public ValueTask<CycleResult> RunCycleAsync(long number, DateTimeOffset at)
    {
        if (Interlocked.Exchange(ref _next, null) is { } terms)
        {
            (_risk.Now, _protection.Now, _exits.Now) = (terms.Limits.Risk, terms.Limits.Protection, terms.Limits.Exits);
            if (terms.Decider is { } decider)
            {
                _decider.Now = decider;
                DeciderChanged?.Invoke();
            }
        }

        return Cycle.RunAsync(number, at, CancellationToken.None);
    }

    public ExitPlans Plans { get; }

    public IngestStage Ingest { get; }

    public CalculateStage Calculate { get; }

    public GateKnowledge Knowledge { get; }

    public MarginWatch Margin { get; }

    public ManualDesk Manual { get; }

    public PortfolioGuard Guard { get; }

    public ExitWatch Exits { get; }

    public OrderDesk Desk { get; }

    public VenueBooks Books { get; }

    public Protector Protector { get; }

    public Sentinel Sentinel { get; }

    public TradingControls Controls { get; }

    public SyncStage Sync { get; }

    public TradingCycle Cycle { get; }
}
