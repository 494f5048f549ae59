using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Risk;

namespace Rez.Core.Cycle;

/// <summary>Stage 4's result: the decision, why it is <i>hold</i> when the decider failed, and what the decider was told.</summary>
public sealed record Reasoned(Decision Decision, Rejection? Failure, DecisionContext Context);

/// <summary>What the decider is told of beside the market and the account.</summary>
/// <param name="Past">Null where nothing is remembered.</param>
public sealed record ReasonParts(Protector Protector, VenueBooks Books, ExitPlans Plans, Backgrounds Backgrounds, InForce<RiskOptions> Limits, IPast? Past);

/// <summary>
/// Stage 4: asks the decider. A failure of the decider is a hold, said aloud; items for assets that were not asked about, and
/// second items for one asset, are dropped.
/// </summary>
public sealed class ReasonStage(InForce<IDecider> inForce, ReasonParts parts)
{
    public string DeciderName => inForce.Now.Name;

    public async ValueTask<Reasoned> RunAsync(
        string cycleId, DateTimeOffset at, Synced synced, Ingested ingested, ImmutableArray<IndicatorSheet> sheets, CandleStore candles, ImmutableArray<string> notes, CancellationToken cancel)
    {
        var decider = inForce.Now;
        var views = ImmutableArray.CreateBuilder<AssetView>(ingested.Assets.Length);
        for (var i = 0; i < ingested.Assets.Length; i++)
        {
            var a = ingested.Assets[i];
            var view = ViewOf(a, sheets[i], at, synced);
            views.Add(decider.WantsBackground ? view with { Background = await parts.Backgrounds.OfAsync(a, at, candles, cancel) } : view);
        }

        var context = new DecisionContext(cycleId, at, synced.Account, views.MoveToImmutable())
        {
            Notes = notes,
            Orders = synced.OpenOrders,
            Limits = decider.WantsBackground ? RiskGate.Uses(synced.Account, parts.Limits.Now) : [],
            Past = decider.WantsBackground && parts.Past is { } past ? await past.RecallAsync(at, cancel) : Recall.Nothing,
        };
        var answer = await decider.DecideAsync(context, cancel);
        return answer.Ok
            ? new Reasoned(Keep(answer.Value, context), null, context)
            : new Reasoned(new Decision(decider.Name, $"No decision: {answer.Rejection.Message}", []), answer.Rejection, context);
    }

    private AssetView ViewOf(AssetMarket a, IndicatorSheet sheet, DateTimeOffset at, Synced synced)
    {
        var asset = a.Instrument.Asset;
        var (stop, target) = parts.Protector.LevelsOf(asset);
        var plan = parts.Plans.Of(asset);
        return new AssetView(a.Instrument, a.Context, sheet, synced.Account.Of(asset), stop, target, a.Unfit)
        {
            Thesis = plan?.Thesis,
            Plan = plan?.Plan,
            Held = parts.Books.Positions.TryGetValue(asset, out var held) ? at - DateTimeOffset.FromUnixTimeMilliseconds(held.OpenedMs) : null,
        };
    }

    /// <summary>What may be carried out of a decision.</summary>
    public static Decision Keep(Decision decision, DecisionContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return decision with
        {
            Items = [.. decision.Items.Where(i => context.Assets.Any(a => a.Instrument.Asset == i.Asset) && seen.Add(i.Asset))],
        };
    }
}
