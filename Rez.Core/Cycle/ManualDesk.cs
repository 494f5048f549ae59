using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Desk.Watches;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>A position that a person wants opened: never without its stop and target.</summary>
/// <param name="Id">Chosen by who asks: the same id is carried out once, however often it arrives.</param>
/// <param name="SizeUsd">Notional.</param>
public sealed record ManualOrder(
    string Id, string Asset, [property: System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<Direction>))] Direction Direction, decimal SizeUsd, int Leverage, decimal StopLoss, decimal TakeProfit);

/// <summary>What became of it.</summary>
/// <param name="Gated">What the gate left of it, in words.</param>
/// <param name="Done">What the venue did, in words; <c>not sent</c> where it was only checked or refused.</param>
/// <param name="IsOpen">Whether a position stands now because of it.</param>
/// <param name="LossAtStopUsd">Most that is lost when the stop is hit: from the worst price the entry may take, before fees.</param>
public sealed record ManualResult(ImmutableArray<Verdict> Verdicts, string Gated, string Done, bool IsOpen, decimal LossAtStopUsd);

/// <summary>
/// A person trades through the same gate as the decider, and under the same protections; only confidence is not asked for, and auto-trading may be off. What was asked, by whom, and what the gate
/// said is in the diary before anything is sent.
/// </summary>
public sealed class ManualDesk(
    OrderDesk desk, VenueBooks books, Protector protector, EntrySender sender, GateKnowledge knowledge, MeasureBoard board, IMarketData market, IDiary diary, Func<GateTerms> terms, CycleSettings settings, TimeProvider clock)
{
    /// <summary>How ids of what a person asked for begin.</summary>
    public const string Prefix = OrderDesk.ByHand + "-";

    private const string NotSent = "not sent";
    private const int SureOfIt = 100;
    private const int KeptIds = 500;
    private const int CandlesRead = 1_200;
    private readonly ConcurrentDictionary<string, ManualResult> _done = new(StringComparer.Ordinal);

    /// <summary>What the gate would say; nothing is sent.</summary>
    public async ValueTask<Outcome<ManualResult>> CheckAsync(ManualOrder order, CancellationToken cancel)
    {
        var judged = await JudgeAsync(order, desk.NameOfCommand(), cancel);
        return judged.Ok ? new ManualResult(judged.Value.Verdicts, ExecuteStage.Gated(judged.Value), $"{NotSent}: only checked", false, LossAtStop(judged.Value)) : judged.Rejection;
    }

    public async ValueTask<Outcome<ManualResult>> OpenAsync(ManualOrder order, string by, CancellationToken cancel)
    {
        if (_done.TryGetValue(order.Id, out var before))
        {
            return before;
        }

        await desk.Turn.WaitAsync(cancel);
        try
        {
            // Asked twice at once: the second one waited for the first.
            return _done.TryGetValue(order.Id, out before) ? before : await PlaceAsync(order, by, cancel);
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    /// <summary>Closes a share of a position, never refused.</summary>
    /// <param name="share">Above 0, at most 1.</param>
    public async ValueTask<Outcome<string>> ReduceAsync(string asset, decimal share, string by, CancellationToken cancel)
    {
        if (share is <= 0 or > 1)
        {
            return new Rejection("bad-share", $"The share to close must be above 0 and at most 1, not {share}.");
        }

        await desk.Turn.WaitAsync(cancel);
        try
        {
            var (account, context) = (await desk.Exchange.AccountAsync(cancel), await market.ContextAsync(asset, cancel));
            var instruments = await protector.InstrumentsAsync(cancel);
            if (!account.Ok || !context.Ok)
            {
                return account.Ok ? context.Rejection : account.Rejection;
            }

            if (account.Value.Of(asset) is not { } position || !instruments.TryGetValue(asset, out var instrument))
            {
                return new Rejection("no-position", $"There is no open position in {asset}.");
            }

            var id = desk.NameOfCommand();
            var exit = RiskGate.ApproveExit(position, instrument, context.Value, terms().Limits, id, $"reduced by {by}", position.Size * share, protector.NextAttempt());
            var outcome = await desk.PlaceAsync(exit, "exit", ExitCodes.Manual, cancel);
            await books.BookAsync(cancel);
            await diary.FlushAsync();
            return outcome.State == SendState.Confirmed && outcome.Legs[0].State == LegState.Filled
                ? $"closed {outcome.Legs[0].FilledSize} of {position.Size}"
                : new Rejection("not-closed", outcome.Detail ?? outcome.Legs.FirstOrDefault(l => l.Error is not null)?.Error ?? outcome.State.ToString());
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    private async ValueTask<Outcome<ManualResult>> PlaceAsync(ManualOrder order, string by, CancellationToken cancel)
    {
        var id = desk.NameOfCommand();
        var judged = await JudgeAsync(order, id, cancel);
        if (!judged.Ok)
        {
            return judged.Rejection;
        }

        var gated = ExecuteStage.Gated(judged.Value);
        diary.Append(new ManualAsked(order.Asset, order.Direction, order.SizeUsd, order.Leverage, order.StopLoss, order.TakeProfit, by, gated), id);
        await diary.FlushAsync();
        if (judged.Value.Approved is not { } entry)
        {
            return new ManualResult(judged.Value.Verdicts, gated, NotSent, false, 0);
        }

        var sent = await sender.SendAsync(order.Asset, entry, id, null, cancel);
        await diary.FlushAsync();
        var result = new ManualResult(judged.Value.Verdicts, gated, sent.Done, sent.IsOpen, LossAtStop(judged.Value));
        if (sent.Outcome is not null)
        {
            // What was sent is never sent again; what was refused may be asked for again, when things are otherwise.
            Keep(order.Id, result);
        }

        return result;
    }

    private void Keep(string id, ManualResult result)
    {
        if (_done.Count >= KeptIds)
        {
            _done.Clear();
        }

        _done[id] = result;
    }

    private async ValueTask<Outcome<Adjudication>> JudgeAsync(ManualOrder order, string id, CancellationToken cancel)
    {
        var instruments = await market.InstrumentsAsync(cancel);
        var context = await market.ContextAsync(order.Asset, cancel);
        var account = await desk.Exchange.AccountAsync(cancel);
        if (!instruments.Ok || !context.Ok || !account.Ok)
        {
            return !instruments.Ok ? instruments.Rejection : !context.Ok ? context.Rejection : account.Rejection;
        }

        if (instruments.Value.FirstOrDefault(i => i.Asset == order.Asset) is not { } instrument)
        {
            return new Rejection("unknown-asset", $"The market has no {order.Asset}.");
        }

        var candles = await CandlesAsync([order.Asset, .. account.Value.Positions.Select(p => p.Asset)], cancel);
        var facts = await knowledge.OfAsync(order.Asset, order.Direction, Unfit(candles, order.Asset), board.Of(order.Asset)?.Atr, candles, account.Value, cancel);
        var wish = new EntryRequest(order.Asset, order.Direction, order.SizeUsd, order.Leverage, order.StopLoss, order.TakeProfit, SureOfIt, "a person");
        var now = terms();
        return RiskGate.JudgeEntry(wish, new GateInput(instrument, context.Value, account.Value, now.Limits, now.Assets, now.TakerFeeBps, facts), id);
    }

    /// <summary>Candles of its own: the cycle's belong to the cycle.</summary>
    private async ValueTask<CandleStore> CandlesAsync(IEnumerable<string> assets, CancellationToken cancel)
    {
        var store = new CandleStore(market.BaseInterval);
        var to = market.BaseInterval.OpenOf(NowMs);
        foreach (var asset in assets.Distinct(StringComparer.Ordinal))
        {
            var read = await market.CandlesAsync(asset, market.BaseInterval, to - (CandlesRead * market.BaseInterval.Milliseconds), to, cancel);
            foreach (var candle in read.Ok ? read.Value : [])
            {
                store.Append(asset, candle);
            }
        }

        return store;
    }

    private string? Unfit(CandleStore candles, string asset) => candles.Staleness(asset, market.BaseInterval, clock.GetUtcNow()) is not { } late ? "no candle has come in yet"
        : late.TotalMilliseconds >= settings.StaleAfterBars * market.BaseInterval.Milliseconds ? $"the newest {market.BaseInterval} candle is {late:c} late"
        : null;

    private static decimal LossAtStop(Adjudication judged) => judged.Approved is { } entry ? decimal.Round(entry.Entry.Size * Math.Abs(entry.Entry.LimitPrice - (entry.Stop.TriggerPrice ?? 0)), 2) : 0;

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();
}
