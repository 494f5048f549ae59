using System.Globalization;
using Rez.Core.Desk;
using Rez.Core.Risk;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>A promise that was broken.</summary>
/// <param name="Invariant">a … i, as docs/reliability.md names them.</param>
/// <param name="Crossed">Crossings until then.</param>
public sealed record Violation(string Invariant, string Words, long Crossed);

/// <summary>Looks at every order before it reaches the venue, and at the world after every beat and cycle. Lives longer than any process.</summary>
internal sealed class Judge(DemoWorld world, FaultScript script, RiskOptions limits, decimal initialBalance)
{
    private const decimal Slack = 1.02m;
    private const decimal Cent = 1e-9m;
    private readonly Dictionary<Cloid, string> _sent = [];
    private readonly HashSet<Cloid> _durable = [];
    private readonly HashSet<Cloid> _denied = [];
    private readonly Dictionary<Cloid, Cloid[]> _together = [];
    private readonly List<(Action Arrive, DateTimeOffset DeadAt)> _late = [];
    private int _orphanedFor;

    public Violation? Found { get; private set; }

    /// <summary>How many of us trade on the account.</summary>
    public int Hosts { get; set; } = 1;

    /// <summary>Until then the venue does not know who signs.</summary>
    public DateTimeOffset SignerUnknownUntil { get; set; }

    /// <summary>Whether something that went wrong earlier is still going on.</summary>
    public bool IsTroubled(DateTimeOffset now) => _late.Count > 0 || now < SignerUnknownUntil;

    public long Entries { get; private set; }

    /// <summary>An order's intention is durable.</summary>
    public void Wrote(OrderRequest request)
    {
        Cloid[] legs = [.. request.Legs.Select(l => l.Cloid)];
        foreach (var leg in request.Legs)
        {
            _durable.Add(leg.Cloid);
            _together[leg.Cloid] = legs;
        }
    }

    /// <summary>The venue said that it does not know an order which it has: what is concluded from that is no fault of Rez.</summary>
    public void Denied(Cloid cloid) => _denied.UnionWith(_together.GetValueOrDefault(cloid) ?? [cloid]);

    /// <summary>(d) What the diary calls refused is not at the venue: an answer that was lost is no refusal.</summary>
    public void Refused(IEnumerable<Cloid> cloids)
    {
        foreach (var cloid in cloids.Where(c => !_denied.Contains(c)))
        {
            if (world.Venue.Status(cloid) is { State: not (OrderState.Unknown or OrderState.Rejected) } status)
            {
                Break("d", $"the diary says that order {cloid} was refused, and the venue has it: {status.Status}");
            }
        }
    }

    /// <summary>(d) diary first and no id twice with other content; (e) limits at approval; (h) nothing is opened while halted.</summary>
    public void Sees(ApprovedOrder order, Witness host)
    {
        foreach (var leg in order.Request.Legs)
        {
            if (!_durable.Contains(leg.Cloid))
            {
                Break("d", $"{order.Request.Asset}: an order was sent that the diary does not hold yet ({order.Reason})");
            }

            if (!_sent.TryAdd(leg.Cloid, leg.ToString()) && _sent[leg.Cloid] != leg.ToString())
            {
                Break("d", $"{order.Request.Asset}: a client order id of {order.CycleId} was used for two different orders: {_sent[leg.Cloid]}, and now {leg}");
            }
        }

        if (order is not ApprovedEntry entry)
        {
            return;
        }

        Entries++;
        if (host.Halted)
        {
            Break("h", $"{order.Request.Asset}: an entry was sent while halted");
        }

        var parent = order.Request.Legs[0];
        if (entry.Leverage > limits.MaxLeverage)
        {
            Break("e", $"{order.Request.Asset}: leverage {entry.Leverage} is above {limits.MaxLeverage}");
        }

        if (host.Told is { } account && account.Exposure + (parent.Size * parent.LimitPrice) > account.Equity * limits.MaxEffectiveLeverage * Slack)
        {
            Break("e", $"{order.Request.Asset}: notional {account.Exposure + (parent.Size * parent.LimitPrice):0} USD on equity {account.Equity:0} is above {limits.MaxEffectiveLeverage} times");
        }
    }

    /// <summary>(b) an entry whose children were taken is protected the moment it fills.</summary>
    public void Placed(ApprovedOrder order, SendOutcome outcome)
    {
        if (order is ApprovedEntry && outcome.State == SendState.Confirmed && outcome.Legs[0] is { State: LegState.Filled } && outcome.Legs[1].State != LegState.Error
            && world.Venue.Account().Of(order.Request.Asset) is { } position && position.Direction.Closes() == order.Request.Legs[1].Side && !Protector.CoverageOf(position, world.Venue.OpenOrders()).IsFull)
        {
            Break("b", $"{order.Request.Asset}: filled with its children taken, and not covered");
        }
    }

    /// <summary>A send that nobody answered arrives with the next bar, unless its life is over by then.</summary>
    public void Later(Action arrive, DateTimeOffset deadAt) => _late.Add((arrive, deadAt));

    public void Deliver(DateTimeOffset now)
    {
        foreach (var (arrive, deadAt) in _late)
        {
            if (now <= deadAt)
            {
                arrive();
            }
        }

        _late.Clear();
    }

    /// <summary>(b), (c) after a beat in which nothing went wrong.</summary>
    public void AfterBeat(bool isClean)
    {
        if (!isClean)
        {
            _orphanedFor = 0;
            return;
        }

        var (account, orders) = (world.Venue.Account(), world.Venue.OpenOrders());
        foreach (var position in account.Positions)
        {
            var coverage = Protector.CoverageOf(position, orders);
            if (!coverage.IsFull)
            {
                Break("b", string.Create(CultureInfo.InvariantCulture, $"{position.Asset}: {position.SignedSize} is covered for {coverage.Covered} only, after a beat in which nothing went wrong"));
            }

            var stops = orders.Where(o => o.Asset == position.Asset && o.Trigger == TriggerKind.StopLoss && o.ReduceOnly && !o.WaitsForParent && o.Side == position.Direction.Closes()).ToArray();

            // A stop of another host is nobody's to remove: each of two may keep one, which protects twice and closes once.
            if (stops.Length > Hosts && stops.Sum(s => s.Size) > Math.Abs(position.SignedSize))
            {
                Break("c", string.Create(CultureInfo.InvariantCulture, $"{position.Asset}: {stops.Length} stops of {stops.Sum(s => s.Size)} for a position of {position.SignedSize}"));
            }
        }

        var orphans = orders.Where(o => o.TriggerPrice is not null && !o.WaitsForParent && account.Of(o.Asset) is null).ToArray();
        _orphanedFor = orphans.Length > 0 ? _orphanedFor + 1 : 0;
        if (_orphanedFor > 1)
        {
            Break("c", $"{orphans[0].Asset}: a trigger without a position outlived two beats in which nothing went wrong");
        }
    }

    /// <summary>(a) after a reconciliation in which nothing went wrong.</summary>
    public void AfterCycle(VenueBooks books)
    {
        var venue = world.Venue.Account().Positions.ToDictionary(p => p.Asset, p => p.SignedSize, StringComparer.Ordinal);
        var diary = books.Positions.Where(p => p.Value.SignedSize != 0).ToDictionary(p => p.Key, p => p.Value.SignedSize, StringComparer.Ordinal);
        if (venue.Count != diary.Count || venue.Any(v => !diary.TryGetValue(v.Key, out var size) || size != v.Value))
        {
            Break("a", $"the venue holds {Words(venue)}, the diary {Words(diary)}");
        }
    }

    /// <summary>(f) money is neither made nor lost but by trading.</summary>
    public void Conserves()
    {
        var v = world.Venue;
        var account = v.Account();
        var explained = initialBalance + v.Fills.Sum(f => f.ClosedPnl - f.Fee) - v.Funding.Sum(f => f.Usd) + account.Positions.Sum(p => p.UnrealisedPnl);
        if (Math.Abs(explained - account.Equity) > Cent)
        {
            Break("f", string.Create(CultureInfo.InvariantCulture, $"equity is {account.Equity}, fills and funding explain {explained}"));
        }
    }

    public void Break(string invariant, string words) => Found ??= new Violation(invariant, words, script.Crossed);

    private static string Words(Dictionary<string, decimal> positions) =>
        positions.Count == 0 ? "nothing" : string.Join(", ", positions.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Value} {p.Key}")));
}
