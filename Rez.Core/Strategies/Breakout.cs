using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Donchian breakout (the channel of the turtles): long above the highest high of so many bars before, short below the lowest low; out at the channel's middle.</summary>
public sealed class Breakout(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "breakout";

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var channel = $"donchian:{Values.Whole("period")}";

        // The newest bar is part of its own channel: it is measured against the one before.
        var (upper, middle, lower) = (bars[channel, 1], bars[channel + ".middle"], bars[channel + ".lower", 1]);
        if (!Signals.IsWarm(upper, middle, lower))
        {
            return Hold(asset, "not warm");
        }

        if (asset.Position is { } position)
        {
            return (bars.Close - middle) * position.Direction.Sign() < 0 ? Close(asset, "back beyond the channel's middle") : Hold(asset, "the breakout holds");
        }

        return bars.Close > upper ? Open(asset, bars, context.Account.Equity, Direction.Long, $"closed above {upper:G6}")
            : bars.Close < lower ? Open(asset, bars, context.Account.Equity, Direction.Short, $"closed below {lower:G6}")
            : Hold(asset, "inside the channel");
    }
}
