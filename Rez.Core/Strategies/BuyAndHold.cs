using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Buys and keeps, as far as limits let it: what a stop, the longest holding time or a protection ended is bought again.</summary>
public sealed class BuyAndHold(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "buy-and-hold";

    protected override bool HoldsWithoutBars => true;

    protected override bool Holds(IntervalSheet bars, Direction? held) => held is not null;

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context) =>
        asset.Position is null ? Open(asset, bars, context.Account.Equity, Direction.Long, "held") : Hold(asset, "held");
}
