using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>What live trading looks after beside positions: the address's action budget and the dead man's switch.</summary>
internal sealed class LiveGuard(HyperliquidExchange exchange, VenueLink link, DeadManSwitch deadMan)
{
    private static readonly TimeSpan BudgetHoldsFor = TimeSpan.FromMinutes(5);
    private DateTimeOffset _budgetAt = DateTimeOffset.MinValue;

    /// <summary>Never stands in the way of a beat: what fails here is asked for again at the next one.</summary>
    public async ValueTask<Rejection?> RefreshAsync(CancellationToken cancel)
    {
        var now = link.Clock.GetUtcNow();
        if (now - _budgetAt > BudgetHoldsFor && (await exchange.RefreshBudgetAsync(cancel)).Ok)
        {
            _budgetAt = now;
        }

        await TendSwitchAsync(now, cancel);
        return null;
    }

    private async ValueTask TendSwitchAsync(DateTimeOffset now, CancellationToken cancel)
    {
        if (!deadMan.IsOn)
        {
            return;
        }

        var account = await exchange.AccountAsync(cancel);
        var orders = await exchange.OpenOrdersAsync(cancel);
        if (!account.Ok || !orders.Ok)
        {
            return;
        }

        var action = deadMan.Decide(account.Value, orders.Value, now);
        if (action == SwitchAction.None)
        {
            return;
        }

        var fires = deadMan.FiresAt(now);
        deadMan.Note(action, await exchange.ScheduleCancelAsync(action == SwitchAction.Arm ? fires : null, cancel), fires);
    }
}
