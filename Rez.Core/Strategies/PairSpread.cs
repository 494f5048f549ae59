using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>
/// Pair spread: the logarithm of the first asset's price over the second's, as a z-score over a rolling window. Wide, the dear one is shorted and the cheap one bought; both go when the
/// spread is back near its mean. Each leg has its own stop, as every position.
/// </summary>
public sealed class PairSpread(StrategyValues values) : RuleStrategy(StrategyName, values)
{
    public const string StrategyName = "pair-spread";

    private readonly RollingValues _spread = new(values.Whole("window"));
    private double _z = double.NaN;

    protected override void Begin(DecisionContext context)
    {
        if (context.Assets.Length < 2 || context.Assets[0].Sheet.Intervals.IsEmpty || context.Assets[1].Sheet.Intervals.IsEmpty)
        {
            return;
        }

        var spread = Math.Log(Bars(context.Assets[0]).Close / Bars(context.Assets[1]).Close);
        _spread.Add(spread);
        _z = _spread.ZScore(spread);
    }

    protected override DecisionItem Decide(AssetView asset, IntervalSheet bars, DecisionContext context)
    {
        var leg = asset.Instrument.Asset == context.Assets[0].Instrument.Asset ? 1 : context.Assets.Length > 1 && asset.Instrument.Asset == context.Assets[1].Instrument.Asset ? -1 : 0;
        if (leg == 0 || !double.IsFinite(_z))
        {
            return Hold(asset, leg == 0 ? "no part of the pair" : "the window is not full");
        }

        var words = $"the spread is {_z:0.00} deviations from its mean";
        if (asset.Position is not null)
        {
            return Math.Abs(_z) < Values["exit"] ? Close(asset, words) : Hold(asset, words);
        }

        return Math.Abs(_z) > Values["entry"] ? Open(asset, bars, context.Account.Equity, _z * leg > 0 ? Direction.Short : Direction.Long, words) : Hold(asset, words);
    }
}
