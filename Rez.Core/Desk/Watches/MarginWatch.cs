using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk.Watches;

/// <summary>
/// Keeps the account away from the venue's liquidation: opens nothing more when maintenance margin is large, reduces the largest position a quarter at a time when it is too
/// large, when liquidation comes near, or when notional has grown beyond its bounds, and closes everything at the drawdown that says so.
/// </summary>
public sealed class MarginWatch(
    OrderDesk desk, VenueBooks books, Protector protector, IDiary diary, IMarketData market, PortfolioHistory history, InForce<RiskOptions> limits, InForce<ProtectionOptions> protections, InForce<ExitOptions> exits) : IWatch
{
    private const decimal Quarter = 0.25m;

    /// <summary>Room before the distance at which an entry would be refused: danger is not waited for.</summary>
    private const decimal Before = 1.2m;

    public async ValueTask<Tripped?> LookAsync(AccountState account, string beatId, CancellationToken cancel)
    {
        if (account.Positions.IsEmpty)
        {
            return null;
        }

        if (exits.Now.FlattenDrawdown > 0 && history.PeakEquity > 0 && (history.PeakEquity - account.Equity) / history.PeakEquity is var fall && fall >= exits.Now.FlattenDrawdown)
        {
            foreach (var position in account.Positions)
            {
                diary.Append(new ExitCalled(position.Asset, ExitCodes.Risk, nameof(ExitAct.Close), $"equity fell {fall:P1} from its highest: everything is closed"), beatId);
                await protector.FlattenAsync(position.Asset, ExitCodes.Risk, "drawdown", beatId, cancel);
            }

            return new Tripped("drawdown", $"equity fell {fall:P1} from its highest", TradingState.Halted, null);
        }

        if (Worst(account) is var (worst, why))
        {
            await ReduceAsync(worst, why, beatId, cancel);
        }

        var use = account.Equity > 0 ? account.MaintenanceMargin / account.Equity : 1;
        return protections.Now.PauseAtMarginUse > 0 && use >= protections.Now.PauseAtMarginUse
            ? new Tripped("margin-use", $"maintenance margin is {use:P0} of equity", TradingState.Reducing, account.At.ToUnixTimeMilliseconds() + 60_000)
            : null;
    }

    /// <summary>Whether it would leave the account alone, given the highest equity.</summary>
    internal bool IsQuiet(AccountState account, decimal peak)
    {
        var fall = exits.Now.FlattenDrawdown > 0 && peak > 0 && (peak - account.Equity) / peak >= exits.Now.FlattenDrawdown;
        var use = account.Equity > 0 ? account.MaintenanceMargin / account.Equity : 1;
        return account.Positions.IsEmpty || (!fall && Worst(account) is null && (protections.Now.PauseAtMarginUse <= 0 || use < protections.Now.PauseAtMarginUse));
    }

    private (Position Worst, string Why)? Worst(AccountState account)
    {
        var largest = account.Positions.MaxBy(p => p.MaintenanceMargin)!;
        var use = account.Equity > 0 ? account.MaintenanceMargin / account.Equity : 1;
        if (protections.Now.ReduceAtMarginUse > 0 && use >= protections.Now.ReduceAtMarginUse)
        {
            return (largest, $"maintenance margin is {use:P0} of equity");
        }

        foreach (var p in account.Positions)
        {
            if (p.LiquidationPrice is { } liquidation && Math.Abs(p.MarkPrice - liquidation) / p.MarkPrice is var distance && distance <= limits.Now.MinLiquidationDistance * Before)
            {
                return (p, $"the venue would liquidate {distance:P1} away");
            }

            if (exits.Now.ReduceAssetLeverage > 0 && account.Equity > 0 && p.Notional > account.Equity * exits.Now.ReduceAssetLeverage)
            {
                return (p, $"its notional is {p.Notional / account.Equity:0.0} times equity");
            }
        }

        return exits.Now.ReduceEffectiveLeverage > 0 && account.Equity > 0 && account.Exposure > account.Equity * exits.Now.ReduceEffectiveLeverage
            ? (account.Positions.MaxBy(p => p.Notional)!, $"all notional is {account.Exposure / account.Equity:0.0} times equity")
            : null;
    }

    private async ValueTask ReduceAsync(Position position, string why, string beatId, CancellationToken cancel)
    {
        var context = await market.ContextAsync(position.Asset, cancel);
        var instruments = await protector.InstrumentsAsync(cancel);
        if (!context.Ok || !instruments.TryGetValue(position.Asset, out var instrument))
        {
            return;
        }

        // A quarter that the venue would find too small is the whole.
        var part = position.Notional * Quarter < instrument.MinNotional * 2 ? position.Size : position.Size * Quarter;
        diary.Append(new ExitCalled(position.Asset, ExitCodes.Risk, nameof(ExitAct.Reduce), $"{why}: reduced by {part / position.Size:P0}"), beatId);
        var exit = RiskGate.ApproveExit(position, instrument, context.Value, limits.Now, beatId, why, part, protector.NextAttempt());
        await desk.PlaceAsync(exit, "exit", ExitCodes.Risk, cancel);
        await books.BookAsync(cancel);
    }
}
