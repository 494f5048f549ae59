using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.LocalVenue;

/// <summary>How an order stands since when.</summary>
internal readonly record struct OrderStanding(string Status, decimal Remaining, bool Waits, long SinceMs);

/// <summary>One address of the exchange: its simulated venue, and what the real one keeps of an account beside orders and positions.</summary>
internal sealed class LocalAccount(Address address, SimulatedVenue venue, long createdMs, decimal faucet)
{
    private const decimal StartRequests = 10_000;
    private const long SlowMs = 10_000;
    private readonly Dictionary<long, OrderStanding> _standings = [];
    private readonly HashSet<Cloid> _unnamed = [];
    private int _ordersSeen;
    private long _lastSlowMs;
    private long _nextUnnamed;

    public Address Address => address;

    public SimulatedVenue Venue => venue;

    public long CreatedMs => createdMs;

    public decimal Faucet => faucet;

    /// <summary>Who may sign for the account: name and until when.</summary>
    public Dictionary<Address, (string Name, long UntilMs)> Agents { get; } = [];

    public HashSet<string> Builders { get; } = new(StringComparer.Ordinal);

    /// <summary>When the dead man's switch fires; null when it is not armed.</summary>
    public long? CancelAtMs { get; set; }

    public int CancelFirings { get; set; }

    public long CancelDay { get; set; }

    public string Abstraction { get; set; } = "disabled";

    public decimal Volume => venue.Fills.Sum(f => f.Price * f.Size);

    public decimal RequestsUsed { get; private set; }

    public decimal RequestsCap => StartRequests + decimal.Truncate(Volume) + Reserved;

    public decimal Reserved { get; set; }

    /// <summary>An order sent without a client id gets one that is never shown.</summary>
    public Cloid Unnamed()
    {
        var cloid = Cloid.For(address.Text, "unnamed", (++_nextUnnamed).ToString());
        _unnamed.Add(cloid);
        return cloid;
    }

    public bool IsNamed(Cloid cloid) => !_unnamed.Contains(cloid);

    /// <summary>Charges actions to the address; the refusal when its budget is used up and it asks again within ten seconds.</summary>
    public string? Charge(int actions, bool isCancel, long nowMs)
    {
        var cap = isCancel ? Math.Min(RequestsCap + 100_000, 2 * RequestsCap) : RequestsCap;
        if (RequestsUsed + actions > cap)
        {
            if (nowMs - _lastSlowMs < SlowMs)
            {
                return $"Too many cumulative requests sent ({RequestsUsed + actions} > {cap}) for cumulative volume traded ${Volume:0.00}. Place taker orders to free up 1 request per USDC traded.";
            }

            _lastSlowMs = nowMs;
        }

        RequestsUsed += actions;
        return null;
    }

    public KeptAccount Keep() => new(
        address.Text, faucet, createdMs, venue.Keep(), [.. Agents.Select(a => new KeptAgent(a.Key.Text, a.Value.Name, a.Value.UntilMs))], [.. Builders],
        Abstraction, RequestsUsed, Reserved, CancelAtMs, CancelFirings, [.. _unnamed]);

    public void Resume(KeptAccount kept)
    {
        venue.Resume(kept.Venue);
        Builders.UnionWith(kept.Builders);
        _unnamed.UnionWith(kept.Unnamed);
        _nextUnnamed = kept.Unnamed.Length;
        (Abstraction, RequestsUsed, Reserved, CancelAtMs, CancelFirings) = (kept.Abstraction, kept.RequestsUsed, kept.Reserved, kept.CancelAtMs, kept.CancelFirings);
    }

    /// <summary>Spends the address's budget, as a test of what happens then.</summary>
    public void SpendBudget() => RequestsUsed = RequestsCap + 200_000;

    public OrderStanding StandingOf(SimulatedOrder order) =>
        _standings.TryGetValue(order.Oid, out var standing) ? standing : new OrderStanding(order.Status, order.Remaining, order.WaitsFor != 0, order.TimeMs);

    /// <summary>Orders whose standing changed since the last look.</summary>
    public List<SimulatedOrder> Changes(long nowMs)
    {
        var changed = new List<SimulatedOrder>();
        for (; _ordersSeen < venue.Orders.Count; _ordersSeen++)
        {
            Look(venue.Orders[_ordersSeen]);
        }

        foreach (var oid in _open.ToArray())
        {
            if (venue.Find(oid) is { } order)
            {
                Look(order);
            }
        }

        return changed;

        void Look(SimulatedOrder order)
        {
            var now = new OrderStanding(order.Status, order.Remaining, order.WaitsFor != 0, nowMs);
            if (!_standings.TryGetValue(order.Oid, out var before) || before with { SinceMs = nowMs } != now)
            {
                _standings[order.Oid] = now;
                changed.Add(order);
            }

            if (order.Status is "open" or "triggered")
            {
                _open.Add(order.Oid);
            }
            else
            {
                _open.Remove(order.Oid);
            }
        }
    }

    private readonly HashSet<long> _open = [];
}
