using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Time-series momentum: with the slow average's direction while the fast one leads it by more than a share, out when it no longer leads.</summary>
public sealed class FastSlowMomentum(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "momentum";

    private readonly string _fast = $"ema:{values.Whole("fast")}";
    private readonly string _slow = $"ema:{values.Whole("slow")}";
    private readonly double _lead = values["lead"];

    protected override bool HoldsWithoutBars => true;

    protected override bool Holds(IntervalSheet bars, Direction? held)
    {
        var (fast, slow) = (bars[_fast], bars[_slow]);
        return !Signals.IsWarm(fast, slow) || slow <= 0 || (held is { } direction ? Lead(fast, slow) * direction.Sign() > 0 : Math.Abs(Lead(fast, slow)) < _lead);
    }

    private static double Lead(double fast, double slow) => (fast - slow) / slow * 10_000;

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var (fast, slow) = (bars[_fast], bars[_slow]);
        if (!Signals.IsWarm(fast, slow) || slow <= 0)
        {
            return Hold(asset, "not warm");
        }

        var lead = Lead(fast, slow);
        var words = $"the fast average leads the slow one by {lead:0.0} bps";
        if (asset.Position is { } position)
        {
            return lead * position.Direction.Sign() <= 0 ? Close(asset, words) : Hold(asset, words);
        }

        return Math.Abs(lead) >= _lead ? Open(asset, bars, context.Account.Equity, lead > 0 ? Direction.Long : Direction.Short, words) : Hold(asset, words);
    }
}
