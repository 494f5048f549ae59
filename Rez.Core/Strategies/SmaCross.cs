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

    private readonly string _fast = $"sma:{values.Whole("fast")}";
    private readonly string _slow = $"sma:{values.Whole("slow")}";

    protected override bool HoldsWithoutBars => true;

    protected override bool Holds(IntervalSheet bars, Direction? held) =>
        Signals.Crossing(bars, _fast, _slow) switch { > 0 => held == Direction.Long, < 0 => held == Direction.Short, _ => true };

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context) => Signals.Crossing(bars, _fast, _slow) switch
    {
        > 0 => Follow(asset, bars, context.Account.Equity, Direction.Long, $"{_fast} crossed above {_slow}"),
        < 0 => Follow(asset, bars, context.Account.Equity, Direction.Short, $"{_fast} crossed below {_slow}"),
        _ => Hold(asset, "no crossing"),
    };
}
