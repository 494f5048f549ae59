using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>
/// Back to the mean, where there is one: short when z-score, RSI and Bollinger band all say too high while ADX says that no trend runs and Hurst's exponent that prices turn back; long mirrored.
/// Out when the z-score is back near zero, or has run on against the position. Rules after the perpetuals bot in the seeds, with Hurst as a filter.
/// </summary>
public sealed class MeanReversion(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "mean-reversion";

    private readonly string _z = $"zscore:{values.Whole("period")}";
    private readonly string _upper = $"bollinger:{values.Whole("period")},2.upper";
    private readonly string _lower = $"bollinger:{values.Whole("period")},2.lower";

    protected override bool HoldsWithoutBars => true;

    protected override bool Holds(IntervalSheet bars, Direction? held)
    {
        var (z, rsi, adx, hurst, upper, lower) = (bars[_z], bars["rsi:14"], bars["adx:14"], bars["hurst:100"], bars[_upper], bars[_lower]);
        return !Signals.IsWarm(z, rsi, adx, hurst, upper, lower)
            || (held is { } direction
                ? Math.Abs(z) >= Values["exit"] && z * direction.Sign() >= -Values["give-up"]
                : !(adx < Values["adx"] && hurst < Values["hurst"]) || Math.Abs(z) <= Values["entry"]);
    }

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var (z, rsi, adx, hurst, upper, lower) = (bars[_z], bars["rsi:14"], bars["adx:14"], bars["hurst:100"], bars[_upper], bars[_lower]);
        if (!Signals.IsWarm(z, rsi, adx, hurst, upper, lower))
        {
            return Hold(asset, "not warm");
        }

        var words = $"z {z:0.00}, RSI {rsi:0}, ADX {adx:0}, Hurst {hurst:0.00}";
        if (asset.Position is { } position)
        {
            return Math.Abs(z) < Values["exit"] ? Close(asset, $"back at the mean: {words}")
                : z * position.Direction.Sign() < -Values["give-up"] ? Close(asset, $"ran on: {words}")
                : Hold(asset, words);
        }

        var isCalm = adx < Values["adx"] && hurst < Values["hurst"];
        return isCalm && z > Values["entry"] && rsi > 70 && bars.Close > upper ? Open(asset, bars, context.Account.Equity, Direction.Short, $"too high: {words}")
            : isCalm && z < -Values["entry"] && rsi < 30 && bars.Close < lower ? Open(asset, bars, context.Account.Equity, Direction.Long, $"too low: {words}")
            : Hold(asset, words);
    }
}
