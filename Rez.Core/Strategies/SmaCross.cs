using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>
/// The textbook's moving-average crossover: long when the fast simple average crosses above the slow one, short when it crosses below; the opposite crossing closes what is open, and what
/// is flat afterwards is opened the new way with the next crossing.
/// </summary>
public sealed class SmaCross(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "sma-cross";

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var (fast, slow) = ($"sma:{Values.Whole("fast")}", $"sma:{Values.Whole("slow")}");
        return Signals.Crossing(bars, fast, slow) switch
        {
            > 0 => Follow(asset, bars, context.Account.Equity, Direction.Long, $"{fast} crossed above {slow}"),
            < 0 => Follow(asset, bars, context.Account.Equity, Direction.Short, $"{fast} crossed below {slow}"),
            _ => Hold(asset, "no crossing"),
        };
    }
}
