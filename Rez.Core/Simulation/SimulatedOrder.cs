using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>An order inside the simulated venue, live or ended.</summary>
internal sealed class SimulatedOrder(long oid, string asset, OrderLeg leg, long timeMs)
{
    public long Oid { get; } = oid;

    public string Asset { get; } = asset;

    public OrderLeg Leg { get; } = leg;

    public long TimeMs { get; } = timeMs;

    /// <summary>Base units not filled yet.</summary>
    public decimal Remaining { get; set; } = leg.Size;

    /// <summary>The venue's word for where it stands, as in <c>orderStatus</c>.</summary>
    public string Status { get; set; } = "open";

    /// <summary>Oid of the parent a child came with, also after it was filled; else 0.</summary>
    public long Parent { get; set; }

    /// <summary>Children of one parent share a group: one filling cancels the other.</summary>
    public long Group { get; init; }

    /// <summary>Oid of the parent while the order waits for it, else 0.</summary>
    public long WaitsFor { get; set; }

    public bool IsPositionTrigger { get; init; }

    public bool IsTrigger => Leg.TriggerPrice is not null;

    public decimal Filled => Leg.Size - Remaining;

    /// <summary>Whether the mark price has reached the trigger.</summary>
    public bool IsTriggeredAt(decimal mark)
    {
        // A closing sell fires below for a stop and above for a target; a closing buy the other way round.
        var firesBelow = (Leg.Trigger == TriggerKind.StopLoss) == (Leg.Side == Side.Sell);
        return firesBelow ? mark <= Leg.TriggerPrice : mark >= Leg.TriggerPrice;
    }

    public OpenOrder ToOpenOrder() => new()
    {
        Oid = Oid,
        Cloid = Leg.Cloid,
        Asset = Asset,
        Side = Leg.Side,
        Size = Remaining,
        LimitPrice = Leg.LimitPrice,
        ReduceOnly = Leg.ReduceOnly,
        TriggerPrice = Leg.TriggerPrice,
        Trigger = Leg.Trigger,
        IsPositionTrigger = IsPositionTrigger,
        WaitsForParent = WaitsFor != 0,
        TimeMs = TimeMs,
    };
}
