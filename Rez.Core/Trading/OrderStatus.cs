namespace Rez.Core.Trading;

/// <summary>Where an order stands, as asked by client order id.</summary>
public enum OrderState
{
    /// <summary>The venue does not know the id: right after sending that is no proof of absence.</summary>
    Unknown,
    Waiting,
    Open,
    Filled,
    Canceled,
    Triggered,
    Rejected,
}

/// <param name="State">Coarse state.</param>
/// <param name="Status">The venue's own word, kept as it came.</param>
/// <param name="Order">The order, unless unknown.</param>
/// <param name="FilledSize">Base units filled so far.</param>
public sealed record OrderStatus(OrderState State, string Status, OpenOrder? Order = null, decimal FilledSize = 0);
