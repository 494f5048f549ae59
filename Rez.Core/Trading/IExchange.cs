namespace Rez.Core.Trading;

/// <summary>
/// The venue as Rez sees it. Reads are outcomes: a failed read is never an empty one. Sends take approved orders only and
/// end confirmed, rejected or unresolved.
/// </summary>
public interface IExchange
{
    ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel);

    ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel);

    /// <summary>Fills at or after the time, oldest first.</summary>
    ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel);

    /// <summary>Funding payments at or after the time, oldest first.</summary>
    ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel);

    /// <summary>The caller found that readings do not add up: what it asks next must come from the venue itself, not from what was kept.</summary>
    void Distrust()
    {
    }

    ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel);

    ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel);

    ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel);

    /// <summary>Sets leverage and margin mode of an asset before its first entry.</summary>
    ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel);
}
