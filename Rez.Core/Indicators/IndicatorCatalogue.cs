using System.Collections.Immutable;

namespace Rez.Core.Indicators;

/// <summary>A parameter of an indicator: its name, default and least value; whole numbers only when <paramref name="Whole"/>.</summary>
public sealed record IndicatorParameter(string Name, double Default, double Minimum = 1, bool Whole = true, double Maximum = 10_000);

/// <summary>A catalogue entry.</summary>
/// <param name="Name">Name as used in <c>name:p1,p2</c>.</param>
/// <param name="Description">What it measures, in a few words.</param>
/// <param name="Parameters">Parameters in order.</param>
/// <param name="Outputs">Names of the outputs in order.</param>
/// <param name="WarmUp">Bars needed until every output is there; for data-dependent ones the least number.</param>
/// <param name="Build">Makes a fresh instance from validated parameters.</param>
public sealed record IndicatorDefinition(
    string Name,
    string Description,
    ImmutableArray<IndicatorParameter> Parameters,
    ImmutableArray<string> Outputs,
    Func<double[], int> WarmUp,
    Func<double[], IIndicator> Build);

/// <summary>An indicator chosen with its parameters, for example <c>rsi:14</c>.</summary>
public sealed record IndicatorSpec(IndicatorDefinition Definition, ImmutableArray<double> Parameters)
{
    public int WarmUp => Definition.WarmUp([.. Parameters]);

    public IIndicator Create() => Definition.Build([.. Parameters]);

    public override string ToString() =>
        Parameters.IsEmpty ? Definition.Name : $"{Definition.Name}:{string.Join(',', Parameters)}";
}

/// <summary>Every indicator by name. The seam where another library's indicators would be plugged in.</summary>
public static class IndicatorCatalogue
{
    public static ImmutableArray<IndicatorDefinition> All { get; } =
    [
        new("sma", "simple moving average", [P("period", 20)], ["sma"], p => I(p[0]), p => new Sma(I(p[0]))),
        new("ema", "exponential moving average", [P("period", 20)], ["ema"], p => I(p[0]), p => new Ema(I(p[0]))),
        new("wma", "linearly weighted moving average", [P("period", 20)], ["wma"], p => I(p[0]), p => new Wma(I(p[0]))),
        new("rsi", "relative strength index", [P("period", 14)], ["rsi"], p => I(p[0]) + 1, p => new Rsi(I(p[0]))),
        new("macd", "moving average convergence/divergence", [P("fast", 12), P("slow", 26), P("signal", 9)], ["macd", "signal", "histogram"],
            p => I(Math.Max(p[0], p[1]) + p[2]) - 1, p => new Macd(I(p[0]), I(p[1]), I(p[2]))),
        new("atr", "average true range", [P("period", 14)], ["atr", "atr-percent"], p => I(p[0]) + 1, p => new Atr(I(p[0]))),
        new("true-range", "true range", [], ["true-range"], _ => 2, _ => new TrueRange()),
        new("bollinger", "Bollinger bands", [P("period", 20, 2), D("deviations", 2)], ["middle", "upper", "lower", "percent-b", "width"],
            p => I(p[0]), p => new Bollinger(I(p[0]), p[1])),
        new("zscore", "z-score of the close", [P("period", 20, 2)], ["zscore"], p => I(p[0]), p => new ZScore(I(p[0]))),
        new("adx", "average directional index", [P("period", 14)], ["adx", "plus-di", "minus-di"], p => 2 * I(p[0]), p => new Adx(I(p[0]))),
        new("stochastic", "stochastic oscillator", [P("period", 14), P("signal", 3), P("smooth", 3)], ["k", "d", "j"],
            p => I(p[0] + p[1] + p[2]) - 2, p => new Stochastic(I(p[0]), I(p[1]), I(p[2]))),
        new("stoch-rsi", "stochastic of the RSI", [P("rsi", 14), P("period", 14), P("signal", 3), P("smooth", 1)], ["stoch-rsi", "signal"],
            p => I(p[0] + p[1] + p[2] + p[3]) - 2, p => new StochRsi(I(p[0]), I(p[1]), I(p[2]), I(p[3]))),
        new("cci", "commodity channel index", [P("period", 20)], ["cci"], p => I(p[0]), p => new Cci(I(p[0]))),
        new("roc", "rate of change", [P("period", 14)], ["roc", "momentum"], p => I(p[0]) + 1, p => new Roc(I(p[0]))),
        new("williams-r", "Williams %R", [P("period", 14)], ["williams-r"], p => I(p[0]), p => new WilliamsR(I(p[0]))),
        new("mfi", "money flow index", [P("period", 14)], ["mfi"], p => I(p[0]) + 1, p => new Mfi(I(p[0]))),
        new("obv", "on-balance volume", [], ["obv"], _ => 1, _ => new Obv()),
        new("vwap", "volume-weighted average price of the session", [new IndicatorParameter("session-hours", 24, 0, Whole: false)], ["vwap"],
            _ => 1, p => new Vwap(p[0])),
        new("supertrend", "SuperTrend", [P("period", 10), D("multiplier", 3)], ["supertrend", "trend"],
            p => I(p[0]) + 1, p => new SuperTrend(I(p[0]), p[1])),
        new("donchian", "Donchian channel of the bars before", [P("period", 20)], ["upper", "middle", "lower", "width"],
            p => I(p[0]) + 1, p => new Donchian(I(p[0]))),
        new("keltner", "Keltner channel", [P("period", 20), D("multiplier", 2), P("atr", 10)], ["upper", "middle", "lower", "width"],
            p => I(Math.Max(p[0], p[2] + 1)), p => new Keltner(I(p[0]), p[1], I(p[2]))),
        new("parabolic-sar", "parabolic stop and reverse", [D("step", 0.02), D("maximum", 0.2)], ["sar", "trend"],
            _ => 2, p => new ParabolicSar(p[0], p[1])),
        new("ichimoku", "Ichimoku Kinko Hyo", [P("tenkan", 9), P("kijun", 26), P("senkou", 52)], ["tenkan", "kijun", "senkou-a", "senkou-b", "chikou"],
            p => I(Math.Max(Math.Max(p[0], p[1]), p[2]) + p[1]), p => new Ichimoku(I(p[0]), I(p[1]), I(p[2]))),
        new("choppiness", "choppiness index", [P("period", 14, 2)], ["choppiness"], p => I(p[0]) + 1, p => new Choppiness(I(p[0]))),
        new("aroon", "Aroon", [P("period", 25)], ["up", "down", "oscillator"], p => I(p[0]) + 1, p => new Aroon(I(p[0]))),
        new("realised-volatility", "standard deviation of log returns", [P("period", 20, 2)], ["per-bar", "annualised"],
            p => I(p[0]) + 1, p => new RealisedVolatility(I(p[0]))),
        new("hurst", "Hurst exponent by rescaled range", [P("period", 100, 16)], ["hurst"], p => I(p[0]) + 1, p => new Hurst(I(p[0]))),
    ];

    public static IndicatorDefinition? Find(string name) => All.FirstOrDefault(d => d.Name == name);

    /// <summary>Reads <c>name</c> or <c>name:p1,p2</c>; missing parameters take their defaults.</summary>
    public static Outcome<IndicatorSpec> Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var definition = Find(name);
        if (definition is null)
        {
            return new Rejection("unknown-indicator", $"'{name}' is not an indicator; known: {string.Join(' ', All.Select(d => d.Name))}.");
        }

        var given = colon < 0 || colon == text.Length - 1 ? [] : text[(colon + 1)..].Split(',');
        if (given.Length > definition.Parameters.Length)
        {
            return new Rejection("too-many-parameters",
                $"{name} takes {definition.Parameters.Length} parameter(s) ({string.Join(", ", definition.Parameters.Select(p => p.Name))}), got {given.Length}.");
        }

        var values = definition.Parameters.Select(p => p.Default).ToArray();
        for (var i = 0; i < given.Length; i++)
        {
            var parameter = definition.Parameters[i];
            if (!double.TryParse(given[i], out var value) || !(value >= parameter.Minimum) || !(value <= parameter.Maximum)
                || (parameter.Whole && value != Math.Floor(value)))
            {
                return new Rejection("bad-parameter",
                    $"{name}: {parameter.Name} must be {(parameter.Whole ? "a whole number" : "a number")} from {parameter.Minimum} to {parameter.Maximum}, got '{given[i]}'.");
            }

            values[i] = value;
        }

        return new IndicatorSpec(definition, [.. values]);
    }

    private static IndicatorParameter P(string name, double @default, double minimum = 1) => new(name, @default, minimum);

    private static IndicatorParameter D(string name, double @default) => new(name, @default, 0.0001, Whole: false);

    private static int I(double value) => (int)value;
}
