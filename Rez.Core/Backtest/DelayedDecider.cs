using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Trading;

namespace Rez.Core.Backtest;

/// <summary>
/// Lets openings wait before they are carried out, as a slow model or a person would: so many cycles, then with the size, stop and target that were wished for at first. Exits never wait.
/// Where asked for, an opening whose signal no longer stands by then (the decider does not want the same direction any more) is dropped.
/// </summary>
/// <param name="cycles">1 or more.</param>
public sealed class DelayedDecider(IDecider inner, int cycles, bool dropsGone) : IQuietDecider
{
    private readonly Dictionary<string, (DecisionItem Item, int Left)> _waiting = new(StringComparer.Ordinal);

    public string Name => inner.Name;

    public bool WantsBackground => inner.WantsBackground;

    /// <summary>Openings that were dropped because their signal was gone.</summary>
    public long Dropped { get; private set; }

    public bool IsQuiet(IndicatorSheet sheet, Direction? held) => _waiting.Count == 0 && inner is IQuietDecider quiet && quiet.IsQuiet(sheet, held);

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var decided = await inner.DecideAsync(context, cancel);
        if (!decided.Ok)
        {
            return decided;
        }

        var items = ImmutableArray.CreateBuilder<DecisionItem>();
        foreach (var item in decided.Value.Items)
        {
            items.Add(Due(item, context) ?? (Opens(item) ? Wait(item) : item));
        }

        return decided.Value with { Items = items.ToImmutable() };
    }

    /// <summary>What becomes of an opening that waits for the asset; null when none does.</summary>
    private DecisionItem? Due(DecisionItem now, DecisionContext context)
    {
        if (!_waiting.Remove(now.Asset, out var waiting))
        {
            return null;
        }

        // An exit, or a position that is there by now, ends the waiting.
        if (now.Action is DecisionAction.Close or DecisionAction.Reduce or DecisionAction.Adjust || context.Assets.Any(a => a.Instrument.Asset == now.Asset && a.Position is not null))
        {
            return now;
        }

        if (waiting.Left > 1)
        {
            _waiting[now.Asset] = (waiting.Item, waiting.Left - 1);
            return Hold(now, "an opening waits");
        }

        if (dropsGone && now.Action != waiting.Item.Action)
        {
            Dropped++;
            return Opens(now) ? null : Hold(now, $"the signal to {(waiting.Item.Action == DecisionAction.OpenLong ? "open a long" : "open a short")} is gone");
        }

        return waiting.Item;
    }

    private DecisionItem Wait(DecisionItem item)
    {
        _waiting[item.Asset] = (item, cycles);
        return Hold(item, "an opening waits");
    }

    private static bool Opens(DecisionItem item) => item.Action is DecisionAction.OpenLong or DecisionAction.OpenShort;

    private static DecisionItem Hold(DecisionItem item, string why) => new() { Asset = item.Asset, Action = DecisionAction.Hold, Rationale = why };
}
