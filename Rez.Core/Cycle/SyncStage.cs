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
public sealed class SyncStage(OrderDesk desk, VenueBooks books, Protector protector, TradingControls controls, IDiary diary, CycleSettings settings)
{
    public async ValueTask<Outcome<Synced>> RunAsync(string cycleId, CancellationToken cancel)
    {
        await desk.Turn.WaitAsync(cancel);
        try
        {
            var booked = await books.BookAsync(cancel);
            if (booked is { } failed)
            {
                return failed;
            }

            var account = await desk.Exchange.AccountAsync(cancel);
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
            return orders.Ok ? new Synced(account.Value, [.. orders.Value], [.. drifts]) : orders.Rejection;
        }
        finally
        {
            desk.Turn.Release();
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
