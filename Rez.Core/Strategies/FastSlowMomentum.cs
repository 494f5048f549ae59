using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Time-series momentum: with the slow average's direction while the fast one leads it by more than a share, out when it no longer leads.</summary>
public sealed class FastSlowMomentum(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "momentum";

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var (fast, slow) = (bars[$"ema:{Values.Whole("fast")}"], bars[$"ema:{Values.Whole("slow")}"]);
        if (!Signals.IsWarm(fast, slow) || slow <= 0)
        {
            return Hold(asset, "not warm");
        }

        var lead = (fast - slow) / slow * 10_000;
        var words = $"the fast average leads the slow one by {lead:0.0} bps";
        if (asset.Position is { } position)
        {
            return lead * position.Direction.Sign() <= 0 ? Close(asset, words) : Hold(asset, words);
        }

        return Math.Abs(lead) >= Values["lead"] ? Open(asset, bars, context.Account.Equity, lead > 0 ? Direction.Long : Direction.Short, words) : Hold(asset, words);
    }
}
