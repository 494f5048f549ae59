using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Diary;

/// <summary>An order as long as it may be filled.</summary>
internal sealed record KnownOrder(string? CycleId, string? Code, decimal Size, decimal Filled, TriggerKind? Trigger);

/// <summary>What a fill did.</summary>
/// <param name="Order">The order it belongs to, with this fill in it; null when the diary does not know it.</param>
/// <param name="Closed">The trade it closed, or null.</param>
internal readonly record struct FoldedFill(KnownOrder? Order, bool IsWhole, ClosedTrade? Closed);

/// <summary>Folds orders and fills into positions and round trips with the reason each was closed for. The same code behind the read models, a rebuild and a backtest.</summary>
internal sealed class TradeFold
{
    private readonly Dictionary<Cloid, KnownOrder> _orders = [];

    public TradeLedger Ledger { get; private set; } = new();

    /// <summary>Goes on from what was kept.</summary>
    public void Restore(IEnumerable<LedgerPosition> positions, long closedTrades, IEnumerable<(Cloid Cloid, KnownOrder Order)> open)
    {
        Ledger = new TradeLedger(positions, closedTrades);
        foreach (var (cloid, order) in open)
        {
            _orders[cloid] = order;
        }
    }

    public void Sent(OrderSending sending, string? cycleId)
    {
        foreach (var leg in sending.Request.Legs)
        {
            _orders[leg.Cloid] = new KnownOrder(cycleId, sending.Code, leg.Size, 0, leg.Trigger);
        }
    }

    /// <summary>The order can't be filled any more.</summary>
    public void Ended(Cloid cloid) => _orders.Remove(cloid);

    public FoldedFill Book(Fill fill)
    {
        KnownOrder? known = null;
        var isWhole = false;
        if (fill.Cloid is { } cloid && _orders.TryGetValue(cloid, out var order))
        {
            known = order with { Filled = order.Filled + fill.Size };
            isWhole = known.Filled >= order.Size;
            if (isWhole)
            {
                _orders.Remove(cloid);
            }
            else
            {
                _orders[cloid] = known;
            }
        }

        return new FoldedFill(known, isWhole, Ledger.Book(fill, known?.CycleId, CodeOf(fill, known)));
    }

    private static string CodeOf(Fill fill, KnownOrder? known) =>
        fill.IsLiquidation ? ExitCodes.Liquidated
        : fill.IsDeleveraging ? ExitCodes.Deleveraged
        : (fill.Trigger ?? known?.Trigger) == TriggerKind.StopLoss ? known?.Code ?? ExitCodes.StopLoss
        : (fill.Trigger ?? known?.Trigger) == TriggerKind.TakeProfit ? ExitCodes.TakeProfit
        : known is null ? ExitCodes.Foreign
        : known.Code ?? ExitCodes.Signal;
}
