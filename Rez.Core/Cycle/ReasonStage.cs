using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Indicators;

namespace Rez.Core.Cycle;

/// <summary>Stage 4's result: the decision, and why it is <i>hold</i> when the decider failed.</summary>
public sealed record Reasoned(Decision Decision, Rejection? Failure);

/// <summary>
/// Stage 4: asks the decider. A failure of the decider is a hold, said aloud; items for assets that were not asked about, and
/// second items for one asset, are dropped.
/// </summary>
public sealed class ReasonStage(IDecider decider, Protector protector, VenueBooks books, ExitPlans plans)
{
    public string DeciderName => decider.Name;

    public async ValueTask<Reasoned> RunAsync(
        string cycleId, DateTimeOffset at, Synced synced, Ingested ingested, ImmutableArray<IndicatorSheet> sheets, ImmutableArray<string> notes, CancellationToken cancel)
    {
        var views = ImmutableArray.CreateBuilder<AssetView>(ingested.Assets.Length);
        for (var i = 0; i < ingested.Assets.Length; i++)
        {
            var a = ingested.Assets[i];
            var (stop, target) = protector.LevelsOf(a.Instrument.Asset);
            views.Add(new AssetView(a.Instrument, a.Context, sheets[i], synced.Account.Of(a.Instrument.Asset), stop, target, a.Unfit)
            {
                Thesis = plans.Of(a.Instrument.Asset)?.Thesis,
                Plan = plans.Of(a.Instrument.Asset)?.Plan,
                Held = books.Positions.TryGetValue(a.Instrument.Asset, out var held) ? at - DateTimeOffset.FromUnixTimeMilliseconds(held.OpenedMs) : null,
            });
        }

        var context = new DecisionContext(cycleId, at, synced.Account, views.MoveToImmutable()) { Notes = notes };
        var answer = await decider.DecideAsync(context, cancel);
        return answer.Ok
            ? new Reasoned(Keep(answer.Value, context), null)
            : new Reasoned(new Decision(decider.Name, $"No decision: {answer.Rejection.Message}", []), answer.Rejection);
    }

    private static Decision Keep(Decision decision, DecisionContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return decision with
        {
            Items = [.. decision.Items.Where(i => context.Assets.Any(a => a.Instrument.Asset == i.Asset) && seen.Add(i.Asset))],
        };
    }
}
