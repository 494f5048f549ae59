using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>Donchian breakout (the channel of the turtles): long above the highest high of so many bars before, short below the lowest low; out at the channel's middle.</summary>
public sealed class Breakout(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "breakout";

    private readonly string _channel = $"donchian:{values.Whole("period")}";
    private readonly string _middle = $"donchian:{values.Whole("period")}.middle";
    private readonly string _lower = $"donchian:{values.Whole("period")}.lower";

    protected override bool HoldsWithoutBars => true;

    protected override bool Holds(IntervalSheet bars, Direction? held)
    {
        var (upper, middle, lower) = (bars[_channel, 1], bars[_middle], bars[_lower, 1]);
        return !Signals.IsWarm(upper, middle, lower) || (held is { } direction ? (bars.Close - middle) * direction.Sign() >= 0 : bars.Close <= upper && bars.Close >= lower);
    }

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        // The newest bar is part of its own channel: it is measured against the one before.
        var (upper, middle, lower) = (bars[_channel, 1], bars[_middle], bars[_lower, 1]);
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
