using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>The simulated venue behind the exchange port. One lock: the console may read while the cycle trades.</summary>
public sealed class SimulatedExchange(SimulatedVenue venue, Lock gate) : IExchange
{
    public ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            return new(venue.Account());
        }
    }

    public ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel)
    {
        lock (gate)
        {
            return new(new Outcome<IReadOnlyList<OpenOrder>>(venue.OpenOrders()));
        }
    }

    public ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(new Outcome<IReadOnlyList<Fill>>(Tail(venue.Fills, f => f.TimeMs >= sinceMs)));
        }
    }

    public ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(new Outcome<IReadOnlyList<FundingPayment>>(Tail(venue.Funding, f => f.TimeMs >= sinceMs)));
        }
    }

    public ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(venue.Status(cloid));
        }
    }

    public ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(venue.Place(order.Request));
        }
    }

    public ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(venue.Cancel(asset, oid));
        }
    }

    public ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel)
    {
        lock (gate)
        {
            return new(venue.SetLeverage(asset, leverage, isCross));
        }
    }

    /// <summary>The newest run of items that match, oldest first; lists are in time order.</summary>
    private static T[] Tail<T>(IReadOnlyList<T> items, Func<T, bool> matches)
    {
        var from = items.Count;
        while (from > 0 && matches(items[from - 1]))
        {
            from--;
        }

        var tail = new T[items.Count - from];
        for (var i = 0; i < tail.Length; i++)
        {
            tail[i] = items[from + i];
        }

        return tail;
    }
}
