using System.Collections.Immutable;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>The account after booking and reconciling.</summary>
public sealed record Synced(AccountState Account, ImmutableArray<OpenOrder> OpenOrders, ImmutableArray<Drift> Drifts);

/// <summary>
/// Stage 1: books new fills and funding, reads the account, and reconciles it with the books. A difference follows the policy.
/// </summary>
/// <param name="grace">A difference must stand this long, read anew each time: a fill may be told a moment after the position it made.</param>
public sealed class SyncStage(
    OrderDesk desk, VenueBooks books, Protector protector, TradingControls controls, IDiary diary, CycleSettings settings, TimeProvider clock, TimeSpan grace = default)
{
    private const int GraceReads = 3;
    private const int MostReads = 12;
    private readonly HashSet<long> _foreign = [];

    public async ValueTask<Outcome<Synced>> RunAsync(string cycleId, CancellationToken cancel)
    {
        await desk.Turn.WaitAsync(cancel);
        try
        {
            await desk.SettleAsync(cancel);
            var account = await AgreeAsync(cancel);
            if (!account.Ok)
            {
                return account.Rejection;
            }

            var drifts = books.Compare(account.Value);
            foreach (var drift in drifts)
            {
                await SettleAsync(drift, account.Value, cycleId, cancel);
            }

            if (drifts.Count > 0)
            {
                account = await desk.Exchange.AccountAsync(cancel);
                if (!account.Ok)
                {
                    return account.Rejection;
                }
            }

            var orders = await desk.Exchange.OpenOrdersAsync(cancel);
            if (orders.Ok)
            {
                await SettleForeignAsync(orders.Value, cycleId, cancel);
            }

            return orders.Ok ? new Synced(account.Value, [.. orders.Value], [.. drifts]) : orders.Rejection;
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    /// <summary>
    /// The account, when it and the books agree, or when they differ and go on differing while nothing moves: then it is a drift and no race.
    /// </summary>
    private async ValueTask<Outcome<AccountState>> AgreeAsync(CancellationToken cancel)
    {
        var differing = 0;
        for (var read = 1; ; read++)
        {
            // The account first: a position that moved makes the exchange read its fills anew.
            var before = await desk.Exchange.AccountAsync(cancel);
            if (!before.Ok)
            {
                return before;
            }

            if (await books.BookAsync(cancel) is { } failed)
            {
                return failed;
            }

            if (books.Compare(before.Value).Count == 0)
            {
                return before;
            }

            desk.Exchange.Distrust();
            if (await books.BookAsync(cancel) is { } unread)
            {
                return unread;
            }

            var after = await desk.Exchange.AccountAsync(cancel);
            if (!after.Ok || books.Compare(after.Value).Count == 0)
            {
                return after;
            }

            differing += Positions(before.Value).SequenceEqual(Positions(after.Value)) ? 1 : 0;
            if (grace <= TimeSpan.Zero || differing == GraceReads)
            {
                return after;
            }

            if (read == MostReads)
            {
                // Things move faster than they can be read: no policy is carried out on a moving picture.
                return new Rejection("unsettled", $"Positions and fills did not agree in {MostReads} readings, and went on moving.");
            }

            await Task.Delay(grace, clock, cancel);
        }
    }

    private static IEnumerable<(string, decimal)> Positions(AccountState account) => account.Positions.Select(p => (p.Asset, p.SignedSize));

    /// <summary>Orders of somebody else: told once, and treated by the policy when they could open something.</summary>
    private async ValueTask SettleForeignAsync(IReadOnlyList<OpenOrder> orders, string cycleId, CancellationToken cancel)
    {
        foreach (var order in orders.Where(o => !desk.IsOurs(o.Cloid) && _foreign.Add(o.Oid)))
        {
            diary.Append(
                new ForeignOrderFound(order.Asset, order.Oid, order.Side, order.Size, order.LimitPrice, order.TriggerPrice, order.ReduceOnly, settings.OnDrift.ToString()), cycleId);
            if (order.ReduceOnly)
            {
                continue;
            }

            if (settings.OnDrift == DriftPolicy.Flatten)
            {
                await desk.CancelAsync(order, "the diary does not know this order", cycleId, cancel);
            }
            else if (settings.OnDrift == DriftPolicy.Halt)
            {
                await controls.HaltAsync("rez", $"the diary does not know order {order.Oid} of {order.Asset}");
            }
        }
    }

    private async ValueTask SettleAsync(Drift drift, AccountState account, string cycleId, CancellationToken cancel)
    {
        diary.Append(new DriftFound(drift.Asset, drift.DiarySize, drift.VenueSize, settings.OnDrift.ToString()), cycleId);
        books.Adopt(drift.Asset, account.Of(drift.Asset));
        if (settings.OnDrift == DriftPolicy.Flatten && drift.VenueSize != 0)
        {
            await protector.FlattenAsync(drift.Asset, ExitCodes.Risk, "the diary does not know this position", cycleId, cancel);
        }
        else if (settings.OnDrift == DriftPolicy.Halt)
        {
            await controls.HaltAsync("rez", $"diary and venue differ on {drift.Asset}: {drift.DiarySize} against {drift.VenueSize}");
        }
    }
}
