using System.Globalization;
using Rez.Core.Cycle;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Simulation;

namespace Rez.Core.Configuration;

/// <summary>Turns checked options into the parts of a demo session.</summary>
public static class SessionComposition
{
    /// <summary>The market the options ask for.</summary>
    public static Outcome<IMarketSource> Market(RezOptions o)
    {
        if (o.Demo.Candles.Length > 0)
        {
            var recorded = RecordedMarket.Open(o.Demo.Candles, []);
            return recorded.Ok ? new Outcome<IMarketSource>(recorded.Value) : recorded.Rejection;
        }

        var assets = o.Trading.Assets.Select(a => DemoInstruments.Find(a)!).ToArray();
        return new Outcome<IMarketSource>(new GeneratedMarket(o.Demo.Seed, assets, TradingStart(o) - WarmUp(o)));
    }

    /// <summary>
    /// Settings of a session on that market. A recorded market brings its own assets, and its bars may be longer than the cycle
    /// interval asked for: then the cycle follows the bars.
    /// </summary>
    public static SessionSettings Settings(RezOptions o, IMarketSource market, long? maxCycles, string version)
    {
        var asked = Interval.Parse(o.Trading.CycleInterval);
        var cycle = new CycleSettings(
            [.. o.Demo.Candles.Length > 0 ? market.Instruments.Select(i => i.Asset) : o.Trading.Assets],
            asked < market.BaseInterval ? market.BaseInterval : asked,
            [.. o.Market.Intervals.Select(Interval.Parse).Where(i => i == market.BaseInterval || i.IsBuiltFrom(market.BaseInterval))],
            new SheetLayout([.. o.Market.Indicators.Select(i => IndicatorCatalogue.Parse(i).Value)]),
            o.Market.StaleAfterBars,
            o.Market.GapWindowBars,
            o.Trading.OnDrift,
            o.Simulation.TakerFeeBps);
        var start = cycle.CycleInterval.NextOpen(cycle.CycleInterval.OpenOf(market.StartMs + WarmUp(o) - 1));
        var speed = SettingsRules.Speed(o.Demo.Speed)!.Value;
        return new SessionSettings(
            cycle, new RigLimits(o.Risk, o.Protection, o.Exits), o.Simulation, o.Demo.Seed, double.IsInfinity(speed) ? null : speed, maxCycles, start, o.Trading.MaxBackoffCycles, version);
    }

    private static long WarmUp(RezOptions o) => o.Demo.WarmUpDays * 24L * 3_600_000;

    private static long TradingStart(RezOptions o) =>
        new DateTimeOffset(DateOnly.ParseExact(o.Demo.Start, "yyyy-MM-dd", CultureInfo.InvariantCulture), TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
}
