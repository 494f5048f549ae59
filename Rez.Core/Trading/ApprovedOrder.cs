namespace Rez.Core.Trading;

/// <summary>
/// The only thing an exchange accepts. Its constructors are closed: entries come out of the risk gate alone, and an entry
/// without a stop of its full size can't be built.
/// </summary>
public abstract class ApprovedOrder
{
    private protected ApprovedOrder(OrderRequest request, string cycleId, string reason)
    {
        Request = request;
        CycleId = cycleId;
        Reason = reason;
    }

    public OrderRequest Request { get; }

    /// <summary>The cycle, beat or command that caused the order.</summary>
    public string CycleId { get; }

    /// <summary>Why it is sent, in a few words.</summary>
    public string Reason { get; }

    private protected static void Require(bool holds, string broken)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Not an order that may be sent: {broken}.");
        }
    }
}

/// <summary>Opens or increases a position; its stop travels in the same action.</summary>
public sealed class ApprovedEntry : ApprovedOrder
{
    internal ApprovedEntry(OrderRequest request, string cycleId, string reason, int leverage, bool isCross)
        : base(request, cycleId, reason)
    {
        Require(request.Grouping == OrderGrouping.NormalTpsl && request.Legs.Length is 2 or 3, "an entry needs its stop in the same action");
        var parent = request.Legs[0];
        Require(parent is { TriggerPrice: null, ReduceOnly: false, Size: > 0 }, "the first leg is not an entry");
        foreach (var child in request.Legs.AsSpan()[1..])
        {
            Require(child.ReduceOnly && child.Side == parent.Side.Opposite(), "a child leg could open a position");
            Require(child.Size == parent.Size, "a child leg does not cover the whole entry");
            Require(child.TriggerPrice is not null, "a child leg has no trigger");
        }

        Stop = request.Legs.Single(l => l.Trigger == TriggerKind.StopLoss);
        Target = request.Legs.SingleOrDefault(l => l.Trigger == TriggerKind.TakeProfit);
        var beyond = (Stop.TriggerPrice!.Value - parent.LimitPrice) * parent.Side.Sign();
        Require(beyond < 0, "the stop is on the wrong side of the entry");
        Leverage = leverage;
        IsCross = isCross;
    }

    public OrderLeg Entry => Request.Legs[0];

    public OrderLeg Stop { get; }

    public OrderLeg? Target { get; }

    public int Leverage { get; }

    public bool IsCross { get; }
}

/// <summary>Reduces or closes a position at once; can never open one.</summary>
public sealed class ApprovedExit : ApprovedOrder
{
    internal ApprovedExit(OrderRequest request, string cycleId, string reason)
        : base(request, cycleId, reason)
    {
        Require(request.Grouping == OrderGrouping.None && request.Legs.Length == 1, "an exit is one leg");
        Require(request.Legs[0] is { ReduceOnly: true, TriggerPrice: null, Size: > 0 }, "an exit must be reduce-only");
    }
}

/// <summary>A stop, or a stop and a target, for a position that is there already.</summary>
public sealed class ApprovedProtection : ApprovedOrder
{
    internal ApprovedProtection(OrderRequest request, string cycleId, string reason)
        : base(request, cycleId, reason)
    {
        Require(request.Legs.Length is 1 or 2, "protection is a stop and perhaps a target");
        foreach (var leg in request.Legs)
        {
            Require(leg.ReduceOnly && leg.TriggerPrice is not null, "protection must be reduce-only triggers");
        }
    }
}
