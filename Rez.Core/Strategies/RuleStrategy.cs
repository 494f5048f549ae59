using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>
/// A strategy that decides asset by asset on the shortest interval of the sheet. Openings risk a share of equity at a stop so many average true ranges away, with the target at a
/// multiple of that distance: what the gate asks of every entry.
/// </summary>
public abstract class RuleStrategy(string name, StrategyValues values) : IQuietDecider
{
    /// <summary>Parameters that all of them have.</summary>
    public static readonly ImmutableArray<StrategyParameter> Sizing =
    [
        new("risk", 1, 0.01, 10, "percent of equity lost at the stop", IsWhole: false),
        new("stop", 2, 0.3, 20, "distance of the stop, average true ranges of 14 bars", IsWhole: false),
        new("reward", 2, 1.6, 20, "distance of the target, as a multiple of the stop's", IsWhole: false),
    ];

    private const string Atr = "atr:14";

    public string Name => name;

    protected StrategyValues Values => values;

    public ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var items = ImmutableArray.CreateBuilder<DecisionItem>(context.Assets.Length);
        Begin(context);
        foreach (var asset in context.Assets)
        {
            items.Add(asset.Sheet.Intervals.IsEmpty ? Hold(asset, "no closed bar yet") : Decide(asset, Bars(asset), context));
        }

        return new(new Decision(Name, string.Join(" ", items.Select(i => $"{i.Asset}: {Words.Of(i.Action)}.")), items.MoveToImmutable()));
    }

    public bool IsQuiet(IndicatorSheet sheet, Direction? held) => sheet.Intervals.IsEmpty ? HoldsWithoutBars : Holds(Bars(sheet), held);

    /// <summary>Whether <see cref="Decide"/> would hold and leaves no trace in the strategy; false where that isn't known.</summary>
    protected virtual bool Holds(IntervalSheet bars, Direction? held) => false;

    /// <summary>False for a strategy that counts the times it is asked.</summary>
    protected virtual bool HoldsWithoutBars => false;

    /// <summary>Looks at all assets before any is decided on.</summary>
    protected virtual void Begin(DecisionContext context)
    {
    }

    protected abstract DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context);

    /// <summary>The sheet's shortest interval.</summary>
    protected static IntervalSheet Bars(AssetView asset) => Bars(asset.Sheet);

    private static IntervalSheet Bars(IndicatorSheet sheet)
    {
        var shortest = sheet.Intervals[0];
        foreach (var interval in sheet.Intervals)
        {
            shortest = interval.Interval.Milliseconds < shortest.Interval.Milliseconds ? interval : shortest;
        }

        return shortest;
    }

    protected static DecisionItem Hold(AssetView asset, string why) => new() { Asset = asset.Instrument.Asset, Action = DecisionAction.Hold, Rationale = why };

    protected static DecisionItem Close(AssetView asset, string why) => new() { Asset = asset.Instrument.Asset, Action = DecisionAction.Close, Confidence = 80, Rationale = why };

    /// <summary>Goes with a direction: opens when flat, closes what is against it, keeps what is with it.</summary>
    protected DecisionItem Follow(AssetView asset, IntervalSheet bars, decimal equity, Direction direction, string why) =>
        asset.Position is null ? Open(asset, bars, equity, direction, why)
        : asset.Position.Direction == direction ? Hold(asset, $"stays: {why}")
        : Close(asset, why);

    protected DecisionItem Open(AssetView asset, IntervalSheet bars, decimal equity, Direction direction, string why)
    {
        var reference = direction == Direction.Long ? asset.Context.Ask : asset.Context.Bid;
        var distance = PriceRules.FromDouble(bars[Atr] * values["stop"]);
        if (!distance.Ok || distance.Value <= 0 || distance.Value >= reference / 2)
        {
            return Hold(asset, "the average true range is not warm, or makes no stop");
        }

        var sign = direction.Sign();
        var stop = PriceRules.Price(asset.Instrument, reference - (sign * distance.Value), sign > 0 ? RoundTo.Up : RoundTo.Down);
        var target = reference + (sign * distance.Value * (decimal)values["reward"]);
        return target <= 0 ? Hold(asset, "the target would lie below zero") : new DecisionItem
        {
            Asset = asset.Instrument.Asset,
            Action = direction == Direction.Long ? DecisionAction.OpenLong : DecisionAction.OpenShort,
            SizeUsd = decimal.Round(equity * (decimal)values["risk"] / 100m / (distance.Value / reference), 2),
            Leverage = 5,
            StopLoss = stop,
            TakeProfit = PriceRules.Price(asset.Instrument, target, RoundTo.Nearest),
            Confidence = 75,
            Rationale = why,
        };
    }
}
