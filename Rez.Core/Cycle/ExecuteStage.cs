using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Indicators;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>One item from wish to deed: asked → gated → done.</summary>
/// <param name="Gated">What the gate left of it, in words.</param>
/// <param name="Done">What the venue did, in words.</param>
/// <param name="Sent">What was sent, if anything was.</param>
/// <param name="Outcome">What became of that.</param>
public sealed record ItemStory(
    DecisionItem Asked, ImmutableArray<Verdict> Verdicts, string Gated, string Done, OrderRequest? Sent = null, SendOutcome? Outcome = null)
{
    /// <summary>What the gate knew beside the market, where an opening was judged.</summary>
    public JudgedWith? Judged { get; init; }
}

/// <summary>Account and facts at the moment an opening was judged.</summary>
public sealed record JudgedWith(AccountState Account, GateFacts Facts);

/// <summary>
/// Stage 5: exits first, then changes, then entries; every entry through the gate with the account as it is by then. While halted or with
/// auto-trading off nothing is opened, and the story says so.
/// </summary>
public sealed class ExecuteStage(OrderDesk desk, VenueBooks books, Protector protector, TradingControls controls, InForce<RiskOptions> limits, CycleSettings settings, ExitPlans plans, GateKnowledge knowledge, EntrySender sender, InForce<ExitOptions> exits)
{
    /// <summary>Closes a position whose exit plan has fired; exits are never held back, not even with auto-trading off.</summary>
    /// <returns>What became of it, in words.</returns>
    public async ValueTask<string> EndAsync(string cycleId, FiredPlan plan, CancellationToken cancel)
    {
        await desk.Turn.WaitAsync(cancel);
        try
        {
            var left = await protector.FlattenAsync(plan.Asset, ExitCodes.Plan, plan.ToString(), cycleId, cancel);
            return left == 0 ? "closed by its exit plan" : $"its exit plan fired, but {left?.ToString() ?? "an unknown part"} is left";
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    public async ValueTask<ImmutableArray<ItemStory>> RunAsync(string cycleId, Decision decision, Ingested ingested, ImmutableArray<IndicatorSheet> sheets, CancellationToken cancel)
    {
        if (decision.Items.IsEmpty)
        {
            return [];
        }

        var markets = ingested.Assets.ToDictionary(a => a.Instrument.Asset, StringComparer.Ordinal);
        var stories = new Dictionary<string, ItemStory>(StringComparer.Ordinal);
        foreach (var item in decision.Items.OrderBy(i => Order(i.Action)))
        {
            if (item.Action == DecisionAction.Hold)
            {
                stories[item.Asset] = new ItemStory(item, [], "hold", "nothing to do");
                continue;
            }

            await desk.Turn.WaitAsync(cancel);
            try
            {
                stories[item.Asset] = await RunItemAsync(cycleId, item, markets[item.Asset], sheets.FirstOrDefault(s => s.Asset == item.Asset), cancel);
            }
            finally
            {
                desk.Turn.Release();
            }
        }

        return [.. decision.Items.Select(i => stories[i.Asset])];
    }

    private static int Order(DecisionAction action) => action switch
    {
        DecisionAction.Close => 0,
        DecisionAction.Reduce => 1,
        DecisionAction.Adjust => 2,
        DecisionAction.Hold => 3,
        _ => 4,
    };

    private async ValueTask<ItemStory> RunItemAsync(string cycleId, DecisionItem item, AssetMarket market, IndicatorSheet? sheet, CancellationToken cancel)
    {
        if (!controls.State.AutoTrading)
        {
            return new ItemStory(item, [], "auto-trading is off", "not sent");
        }

        var account = await desk.Exchange.AccountAsync(cancel);
        if (!account.Ok)
        {
            return new ItemStory(item, [], "the account could not be read", $"not sent: {account.Rejection.Message}");
        }

        return item.Action is DecisionAction.OpenLong or DecisionAction.OpenShort
            ? await OpenAsync(cycleId, item, market, sheet, account.Value, cancel)
            : await ManageAsync(cycleId, item, market, account.Value.Of(item.Asset), cancel);
    }

    /// <summary>What the gate judges by beside market and account.</summary>
    public GateTerms Terms => new(limits.Now, settings.Assets, settings.TakerFeeBps, exits.Now);

    internal static EntryRequest Wish(DecisionItem item) => new(
        item.Asset, item.Action == DecisionAction.OpenLong ? Direction.Long : Direction.Short,
        item.SizeUsd, item.Leverage, item.StopLoss, item.TakeProfit, item.Confidence, item.Rationale);

    internal static GateInput InputOf(AssetMarket market, JudgedWith with, GateTerms terms) =>
        new(market.Instrument, market.Context, with.Account, terms.Limits, terms.Assets, terms.TakerFeeBps, with.Facts);

    /// <summary>What the gate left of a wish, in words.</summary>
    public static string Gated(Adjudication judged)
    {
        if (judged.FirstRejection is { } why)
        {
            return $"rejected ({why.Code}): {why.Message}";
        }

        var clamps = judged.Verdicts.Where(v => v.Kind == VerdictKind.Clamp).Select(v => v.Message).ToArray();
        return clamps.Length == 0 ? "approved" : "approved, cut: " + string.Join(" ", clamps);
    }

    private async ValueTask<ItemStory> OpenAsync(string cycleId, DecisionItem item, AssetMarket market, IndicatorSheet? sheet, AccountState account, CancellationToken cancel)
    {
        if (exits.Now.CloseOnFlip && account.Of(item.Asset) is { } held && held.Direction != Wish(item).Direction)
        {
            var left = await protector.FlattenAsync(item.Asset, ExitCodes.Fair, $"the signal turned: {item.Rationale}", cycleId, cancel);
            return new ItemStory(item, [], "an exit is never refused", left == 0 ? "closed: the signal turned" : $"left open: {left?.ToString() ?? "unknown"}");
        }

        var with = new JudgedWith(account, await knowledge.OfAsync(item, market, sheet, account, cancel));
        var judged = RiskGate.JudgeEntry(Wish(item), InputOf(market, with, Terms), cycleId);
        if (judged.Approved is not { } entry)
        {
            return new ItemStory(item, judged.Verdicts, Gated(judged), "not sent") { Judged = with };
        }

        var plan = item.ExitPlan is null ? (Action?)null : () => plans.Set(item, cycleId, account.At.ToUnixTimeMilliseconds());
        var sent = await sender.SendAsync(item.Asset, entry, cycleId, plan, cancel);
        return new ItemStory(item, judged.Verdicts, Gated(judged), sent.Done, sent.Outcome is null ? null : entry.Request, sent.Outcome) { Judged = with };
    }

    private async ValueTask<ItemStory> ManageAsync(string cycleId, DecisionItem item, AssetMarket market, Position? position, CancellationToken cancel)
    {
        if (position is null)
        {
            return new ItemStory(item, [], "no position", "nothing to do");
        }

        if (item.Action == DecisionAction.Adjust)
        {
            return await AdjustAsync(cycleId, item, position, market.Context.At.ToUnixTimeMilliseconds(), cancel);
        }

        if (item.Action == DecisionAction.Close)
        {
            var left = await protector.FlattenAsync(item.Asset, ExitCodes.Signal, item.Rationale, cycleId, cancel);
            return new ItemStory(item, [], "an exit is never refused", left == 0 ? $"closed {position.Size}" : $"left open: {left?.ToString() ?? "unknown"}");
        }

        var size = item.SizeUsd > 0 ? item.SizeUsd / position.MarkPrice : 0;
        if (size <= 0)
        {
            return new ItemStory(item, [], "a reduction needs size_usd above zero", "not sent");
        }

        var exit = RiskGate.ApproveExit(position, market.Instrument, market.Context, limits.Now, cycleId, item.Rationale, size, protector.NextAttempt());
        var outcome = await desk.PlaceAsync(exit, "exit", ExitCodes.Signal, cancel);
        await books.BookAsync(cancel);
        return new ItemStory(item, [], "a reduction is never refused", EntrySender.Told(outcome), exit.Request, outcome);
    }

    private async ValueTask<ItemStory> AdjustAsync(string cycleId, DecisionItem item, Position position, long atMs, CancellationToken cancel)
    {
        if (item.ExitPlan is not null)
        {
            plans.Set(item, cycleId, atMs);
        }

        var moved = await protector.MoveAsync(position, item.StopLoss, item.TakeProfit, cycleId, item.Rationale, cancel);
        return moved.Refusal is { } refusal
            ? new ItemStory(item, [], refusal.Message, moved.Sent is null ? "not sent" : "not live; the old stop stays", moved.Sent, moved.Outcome)
            : new ItemStory(item, [], "protection is never refused", "moved", moved.Sent, moved.Outcome);
    }
}
