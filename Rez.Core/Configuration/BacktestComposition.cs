using System.Collections.Immutable;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Strategies;

namespace Rez.Core.Configuration;

/// <summary>Turns checked options and a strategy into what a backtest runs with: the options' limits, costs and exit rules, and the strategy's indicators.</summary>
public static class BacktestComposition
{
    /// <summary>What an agent's backtest runs with: indicators and intervals of the settings, as in a session.</summary>
    public static Outcome<SessionSettings> ForAgent(RezOptions o, IMarketSource market, Interval cycleInterval, string version)
    {
        var settings = SessionComposition.Settings(o, market, null, version);
        var interval = cycleInterval < market.BaseInterval ? market.BaseInterval : cycleInterval;
        return interval != market.BaseInterval && !interval.IsBuiltFrom(market.BaseInterval)
            ? new Rejection("interval", $"The agent decides on {interval} candles, which can't be built from the data's {market.BaseInterval}.")
            : settings with { Cycle = settings.Cycle with { Assets = [.. market.Instruments.Select(i => i.Asset)], CycleInterval = interval } };
    }

    /// <param name="cycleInterval">How often the strategy decides; never more often than bars close.</param>
    public static Outcome<SessionSettings> Settings(RezOptions o, IMarketSource market, StrategyDefinition strategy, StrategyValues values, Interval cycleInterval, string version)
    {
        var settings = SessionComposition.Settings(o, market, null, version);
        var interval = cycleInterval < market.BaseInterval ? market.BaseInterval : cycleInterval;
        var wanted = strategy.Name == TrendMomentum.StrategyName ? [.. TrendMomentum.Intervals] : ImmutableArray.Create(interval);
        if (Interval.TryParse(o.Risk.AtrInterval, out var atr) && atr > interval)
        {
            wanted = wanted.Add(atr);
        }

        var intervals = wanted.Distinct().Where(i => i == market.BaseInterval || i.IsBuiltFrom(market.BaseInterval)).ToImmutableArray();
        if (intervals.IsEmpty || !intervals.Contains(strategy.Name == TrendMomentum.StrategyName ? TrendMomentum.Intervals[0] : interval))
        {
            return new Rejection("interval", $"{strategy.Name} decides on {(strategy.Name == TrendMomentum.StrategyName ? TrendMomentum.Intervals[0] : interval)} candles, which can't be built from the data's {market.BaseInterval}.");
        }

        var specs = strategy.Needs(values).Append("atr:14").Distinct(StringComparer.Ordinal).Select(s => IndicatorCatalogue.Parse(s).Value);
        return settings with { Cycle = settings.Cycle with { Assets = [.. market.Instruments.Select(i => i.Asset)], CycleInterval = interval, Intervals = intervals, Built = [.. intervals, interval], Layout = new SheetLayout([.. specs]) } };
    }
}
