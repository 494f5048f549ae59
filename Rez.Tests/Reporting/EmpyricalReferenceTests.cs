using System.Text.Json;
using Rez.Core.Reporting;
using Rez.Tests.Support;

namespace Rez.Tests.Reporting;

/// <summary>
/// Published reference values. Where definitions agree they are reproduced: total and annual return, volatility, Sharpe, downside risk, Sortino, Calmar, Omega, drawdown, VaR, tail ratio, information
/// ratio. Rez has no stability of a time series and no up capture.
/// </summary>
public sealed class EmpyricalReferenceTests
{
    [Fact]
    public void Reference_values_are_reproduced_where_definitions_agree()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("data", "metrics-empyrical", "cases.json")));
        var series = document.RootElement.GetProperty("returns").EnumerateObject().ToDictionary(p => p.Name, p => Numbers(p.Value), StringComparer.Ordinal);
        var (checkedCases, other) = (0, 0);
        foreach (var c in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (Compute(c, series) is not { } computed)
            {
                other++;
                continue;
            }

            var expected = Number(c.GetProperty("expected"));
            var decimals = c.TryGetProperty("decimals", out var d) ? d.GetInt32() : 8;
            var agrees = double.IsNaN(expected) ? double.IsNaN(computed) : double.IsInfinity(expected) ? computed == expected : Math.Abs(computed - expected) < 1.5 * Math.Pow(10, -decimals) * Math.Max(1, Math.Abs(expected));
            Assert.True(agrees, $"{c.GetRawText()}: {computed}");
            checkedCases++;
        }

        Assert.Equal((66, 4), (checkedCases, other));
    }

    private static double? Compute(JsonElement c, Dictionary<string, double[]> series)
    {
        var metric = c.GetProperty("metric").GetString();
        if (metric == "value_at_risk")
        {
            return ValueAtRisk.Of(Numbers(c.GetProperty("values")), c.GetProperty("cutoff").GetDouble());
        }

        var returns = series[c.GetProperty("returns").GetString()!];
        var periods = c.TryGetProperty("periods_per_year", out var p) ? p.GetDouble() : 252;
        return metric switch
        {
            "cum_returns_final" => ReturnMath.Total(returns),
            "max_drawdown" => -Drawdowns.OfReturns(returns).Max,
            "annual_return" or "cagr" => ReturnMath.Annual(returns, periods),
            "annual_volatility" => ReturnMath.Volatility(returns, periods),
            "calmar_ratio" => Drawdowns.OfReturns(returns).Calmar(ReturnMath.Annual(returns, periods)),
            "sharpe_ratio" => SharpeRatio.Of(Less(returns, c.GetProperty("risk_free"), series), periods),
            "downside_risk" => SortinoRatio.DownsideRisk(returns, c.GetProperty("required_return").GetDouble(), periods),
            "sortino_ratio" => SortinoRatio.Of(Less(returns, c.GetProperty("required_return"), series), 0, periods),
            "omega_ratio" => OmegaRatio.Of(Less(returns, c.GetProperty("risk_free"), series), c.GetProperty("required_return_annual").GetDouble(), 252),
            "information_ratio" => BenchmarkFit.Of(returns, Less(returns, c.GetProperty("benchmark"), series) is var active ? [.. returns.Zip(active, (r, a) => r - a)] : [], 252).Information,
            "tail_ratio" => Moments.TailRatio(returns),
            _ => null,
        };
    }

    /// <summary>Returns less a number or a series.</summary>
    private static double[] Less(double[] returns, JsonElement what, Dictionary<string, double[]> series) =>
        what.ValueKind == JsonValueKind.Number ? [.. returns.Select(r => r - what.GetDouble())] : [.. returns.Zip(series[what.GetString()!], (r, o) => r - o)];

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(Number)];

    private static double Number(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Null => double.NaN,
        JsonValueKind.String => e.GetString() switch { "nan" => double.NaN, "inf" => double.PositiveInfinity, _ => double.NegativeInfinity },
        _ => e.GetDouble(),
    };
}
