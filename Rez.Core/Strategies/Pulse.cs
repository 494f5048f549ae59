using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>For benchmarks: opens and closes in turn, every so many cycles, whatever the market does.</summary>
public sealed class Pulse(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "pulse";

    private long _cycle;

    protected override void Begin(DecisionContext context) => _cycle++;

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var period = Values.Whole("period");
        return _cycle % period != 0 ? Hold(asset, "between beats")
            : asset.Position is null ? Open(asset, bars, context.Account.Equity, _cycle / period % 2 == 0 ? Direction.Long : Direction.Short, "beat")
            : Close(asset, "beat");
    }
}
