using System.Collections.Immutable;

namespace Rez.Core.Strategies;

/// <summary>Every rule strategy with its parameters.</summary>
public static class StrategyCatalogue
{
    private const string Atr = "atr:14";

    public static ImmutableArray<StrategyDefinition> All { get; } =
    [
        new(TrendMomentum.StrategyName, "With the 1 h trend (EMA 20 and 50, ADX) when 5 min momentum (MACD, RSI) agrees; stop 2 ATR, target twice that. The baseline.", [], _ => TrendMomentum.Needs, _ => new TrendMomentum()),
        new(SmaCross.StrategyName, "Long when the fast simple average crosses above the slow one, short when below; the opposite crossing closes. The textbook's.",
            [Whole("fast", 10, 2, 500, "bars of the fast average"), Whole("slow", 20, 3, 1_000, "bars of the slow average"), .. RuleStrategy.Sizing],
            v => [$"sma:{v.Whole("fast")}", $"sma:{v.Whole("slow")}", Atr], v => new SmaCross(v), FastBelowSlow),
        new(FastSlowMomentum.StrategyName, "With the fast exponential average while it leads the slow one by enough; out when it no longer leads.",
            [Whole("fast", 20, 2, 500, "bars of the fast average"), Whole("slow", 100, 3, 1_000, "bars of the slow average"), Any("lead", 20, 0, 1_000, "basis points by which it must lead"), .. RuleStrategy.Sizing],
            v => [$"ema:{v.Whole("fast")}", $"ema:{v.Whole("slow")}", Atr], v => new FastSlowMomentum(v), FastBelowSlow),
        new(MeanReversion.StrategyName, "Against extremes: z-score, Bollinger band and RSI agree while ADX is low and Hurst says that prices turn back; out near the mean. After the seeds' perpetuals bot.",
            [
                Whole("period", 20, 5, 500, "bars of z-score and band"), Any("entry", 2, 0.5, 6, "z-score to enter"), Any("exit", 0.3, 0, 3, "z-score to leave"), Any("give-up", 3, 1, 10, "z-score against the position to give up"),
                Any("adx", 25, 5, 100, "ADX below which no trend runs"), Any("hurst", 0.55, 0, 1.5, "Hurst exponent below which prices turn back"), .. RuleStrategy.Sizing,
            ],
            v => [$"zscore:{v.Whole("period")}", $"bollinger:{v.Whole("period")},2", "rsi:14", "adx:14", "hurst:100", Atr], v => new MeanReversion(v),
            v => v["exit"] < v["entry"] && v["entry"] < v["give-up"] ? null : "exit must be below entry, and entry below give-up"),
        new(Breakout.StrategyName, "Donchian channel: with a close beyond it, out at its middle. The turtles'.", [Whole("period", 20, 2, 500, "bars of the channel"), .. RuleStrategy.Sizing],
            v => [$"donchian:{v.Whole("period")}", Atr], v => new Breakout(v)),
        new(PairSpread.StrategyName, "The spread of the first two assets as a rolling z-score: wide, the dear one is shorted and the cheap one bought; out near the mean.",
            [Whole("window", 100, 10, 5_000, "bars of the window"), Any("entry", 2, 0.5, 6, "z-score to enter"), Any("exit", 0.5, 0, 3, "z-score to leave"), .. RuleStrategy.Sizing],
            _ => [Atr], v => new PairSpread(v), v => v["exit"] < v["entry"] ? null : "exit must be below entry"),
        new(FundingCarry.StrategyName, "Takes the side that funding pays while the rate is far from zero.",
            [Any("entry", 0.3, 0.01, 100, "basis points an hour to enter"), Any("exit", 0.1, 0, 100, "basis points an hour to leave"), .. RuleStrategy.Sizing],
            _ => [Atr], v => new FundingCarry(v), v => v["exit"] < v["entry"] ? null : "exit must be below entry"),
        new(Pulse.StrategyName, "Opens and closes in turn, whatever the market does: for benchmarks.", [Whole("period", 10, 1, 100_000, "cycles between two beats"), .. RuleStrategy.Sizing], _ => [Atr], v => new Pulse(v)),
        new(BuyAndHold.StrategyName, "Buys and keeps as far as the limits let it.", [.. RuleStrategy.Sizing.Select(p => p.Name == "stop" ? p with { Default = 15 } : p)], _ => [Atr], v => new BuyAndHold(v)),
    ];

    public static StrategyDefinition? Find(string name) => All.FirstOrDefault(s => s.Name == name);

    private static string? FastBelowSlow(StrategyValues v) => v["fast"] < v["slow"] ? null : "fast must be below slow";

    private static StrategyParameter Whole(string name, double standard, double least, double most, string description) => new(name, standard, least, most, description);

    private static StrategyParameter Any(string name, double standard, double least, double most, string description) => new(name, standard, least, most, description, IsWhole: false);
}
