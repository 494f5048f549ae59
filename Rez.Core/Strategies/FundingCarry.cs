using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Funding carry: takes the side that is paid when the hourly rate is far from zero, and leaves when it no longer is.</summary>
public sealed class FundingCarry(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "funding-carry";

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        // Above zero longs pay, so shorts are paid.
        var bps = (double)asset.Context.FundingHourly * 10_000;
        var words = $"funding is {bps:0.000} bps an hour";
        if (asset.Position is { } position)
        {
            return bps * position.Direction.Sign() > -Values["exit"] ? Close(asset, words) : Hold(asset, words);
        }

        return Math.Abs(bps) >= Values["entry"] ? Open(asset, bars, context.Account.Equity, bps > 0 ? Direction.Short : Direction.Long, words) : Hold(asset, words);
    }
}
