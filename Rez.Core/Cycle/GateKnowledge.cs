using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Desk.Watches;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>Gathers what the gate knows beside market and account: the book, the average true range, pauses and caps, the connection, and what the account's protections say.</summary>
public sealed class GateKnowledge(
    IMarketData market, CandleStore candles, PortfolioGuard guard, TradingControls controls, MeasureBoard board, InForce<RiskOptions> limits, InForce<ExitOptions> exits, CycleSettings settings, Func<string?> upstream)
{
    private const string AtrOutput = "atr:14";

    public ValueTask<GateFacts> OfAsync(DecisionItem item, AssetMarket asset, IndicatorSheet? sheet, AccountState account, CancellationToken cancel) =>
        OfAsync(item.Asset, item.Action == DecisionAction.OpenLong ? Direction.Long : Direction.Short, asset.Unfit, AtrOf(sheet, limits.Now), candles, account, cancel);

    /// <param name="history">Candles to tell what moves together: the cycle's own, or a reader's.</param>
    public async ValueTask<GateFacts> OfAsync(string asset, Direction direction, string? unfit, decimal? atr, CandleStore history, AccountState account, CancellationToken cancel)
    {
        var book = await market.BookAsync(asset, cancel);
        var capped = await market.CappedAssetsAsync(cancel);
        return new GateFacts(
            unfit,
            upstream() ?? (capped.Ok ? null : capped.Rejection.Message),
            controls.State.Paused.Contains(asset),
            capped.Ok && capped.Value.Contains(asset),
            book.Ok ? decimal.Round(BookSnapshot.DepthUsd(book.Value.Bids, limits.Now.DepthBps), 2) : null,
            book.Ok ? decimal.Round(BookSnapshot.DepthUsd(book.Value.Asks, limits.Now.DepthBps), 2) : null,
            atr,
            guard.Against(account, asset, Correlations.CountWith(history, settings.CycleInterval, asset, direction, account, guard.Options.CorrelationThreshold)));
    }

    /// <summary>Average true range as the settings measure stops, or null when the sheet has none.</summary>
    public static decimal? AtrOf(IndicatorSheet? sheet, RiskOptions limits) => Output(sheet, limits.AtrInterval, AtrOutput);

    /// <summary>Leaves the newest measures to the sentinel.</summary>
    public void Note(IndicatorSheet sheet) => board.Note(
        sheet.Asset,
        new AssetMeasures(
            AtrOf(sheet, limits.Now), Correlations.Sigma(candles.Series(sheet.Asset, settings.CycleInterval), exits.Now.SigmaBars), exits.Now.FairValue.Length > 0 ? Output(sheet, limits.Now.AtrInterval, exits.Now.FairValue) : null));

    /// <summary>Leaves the newest average true range to the sentinel, the other measures as they were.</summary>
    /// <returns>Whether it is another than before.</returns>
    internal bool NoteAtr(IndicatorSheet sheet)
    {
        var atr = AtrOf(sheet, limits.Now);
        if (board.Of(sheet.Asset) is not { } known || known.Atr == atr)
        {
            return false;
        }

        board.Note(sheet.Asset, known with { Atr = atr });
        return true;
    }

    private static decimal? Output(IndicatorSheet? sheet, string interval, string name)
    {
        if (sheet is null || !Interval.TryParse(interval, out var wanted) || sheet.Of(wanted) is not { } bars || bars.Layout.Names.IndexOf(name) is not (>= 0 and var index))
        {
            return null;
        }

        return PriceRules.FromDouble(bars.Values[index * SheetLayout.Depth]) is { Ok: true, Value: > 0 } value ? value.Value : null;
    }
}
