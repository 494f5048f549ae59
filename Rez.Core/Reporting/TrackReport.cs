using System.Collections.Immutable;
using System.Globalization;
using Rez.Core.Diary;
using Rez.Core.Trading;

namespace Rez.Core.Reporting;

/// <summary>Trades of one kind.</summary>
public sealed record TradeGroup(string By, string Value, int Trades, double WinRate, double Net, double ProfitFactor);

/// <summary>A record beside buying and holding, by daily returns.</summary>
/// <param name="Return">Of the benchmark, over the whole span.</param>
/// <param name="Alpha">Annualised; see <see cref="BenchmarkFit"/>.</param>
public sealed record BenchmarkReport(double Return, double Alpha, double Beta, double Correlation, double Information);

/// <summary>
/// A record of trading in figures. Ratios are of daily returns (UTC, the last equity of each day) at 365 periods a year, without a risk-free rate: Rez's own definitions, named at each.
/// Shares are fractions; money is USD. A figure that can't be had is NaN, never zero.
/// </summary>
public sealed record TrackReport
{
    public const double DaysPerYear = 365;

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required double InitialEquity { get; init; }

    public required double FinalEquity { get; init; }

    public required double TotalReturn { get; init; }

    /// <summary>(final / initial)^(365 / days) − 1.</summary>
    public required double Cagr { get; init; }

    public required double Volatility { get; init; }

    public required double Sharpe { get; init; }

    public required double ProbabilisticSharpe { get; init; }

    public required double Sortino { get; init; }

    public required double Calmar { get; init; }

    public required double Omega { get; init; }

    /// <summary>Of every equity point, not of days only.</summary>
    public required double MaxDrawdown { get; init; }

    public required double AverageDrawdown { get; init; }

    public required double MaxDrawdownDays { get; init; }

    public required double LongestDrawdownDays { get; init; }

    public required double Ulcer { get; init; }

    /// <summary>Daily, 5 %.</summary>
    public required double ValueAtRisk { get; init; }

    public required double ConditionalValueAtRisk { get; init; }

    public required double Skewness { get; init; }

    public required double Kurtosis { get; init; }

    public required double TailRatio { get; init; }

    /// <summary>Share of equity points with an open position; NaN where exposure is not known.</summary>
    public required double TimeInMarket { get; init; }

    /// <summary>Traded notional over mean equity, a year.</summary>
    public required double Turnover { get; init; }

    public required TradeStatistics Trades { get; init; }

    public required ImmutableArray<TradeGroup> Groups { get; init; }

    /// <summary>Null where no benchmark is known.</summary>
    public BenchmarkReport? Benchmark { get; init; }

    /// <param name="benchmark">Value of a benchmark over the same span, or nothing.</param>
    public static TrackReport Of(IReadOnlyList<EquityPoint> equity, IReadOnlyList<ClosedTrade> trades, IReadOnlyList<EquityPoint>? benchmark = null)
    {
        var values = equity.Select(e => (double)e.Equity).ToArray();
        var (from, to) = (DateTimeOffset.FromUnixTimeMilliseconds(equity[0].AtMs), DateTimeOffset.FromUnixTimeMilliseconds(equity[^1].AtMs));
        var days = (to - from).TotalDays;
        var daily = ReturnMath.FromEquity(Daily(equity));
        var falls = Drawdowns.Of(values);
        var cagr = days > 0 && values[0] > 0 && values[^1] > 0 ? Math.Pow(values[^1] / values[0], DaysPerYear / days) - 1 : double.NaN;
        var notional = trades.Sum(t => (double)(t.Size * (t.EntryPrice + t.ExitPrice)));
        return new TrackReport
        {
            From = from,
            To = to,
            InitialEquity = values[0],
            FinalEquity = values[^1],
            TotalReturn = (values[^1] / values[0]) - 1,
            Cagr = cagr,
            Volatility = ReturnMath.Volatility(daily, DaysPerYear),
            Sharpe = SharpeRatio.Of(daily, DaysPerYear),
            ProbabilisticSharpe = SharpeRatio.Probabilistic(daily),
            Sortino = SortinoRatio.Of(daily, 0, DaysPerYear),
            Calmar = falls.Calmar(cagr),
            Omega = OmegaRatio.Of(daily, 0, DaysPerYear),
            MaxDrawdown = falls.Max,
            AverageDrawdown = falls.Average,
            MaxDrawdownDays = Span(falls.Deepest, equity),
            LongestDrawdownDays = Span(falls.Longest, equity),
            Ulcer = falls.Ulcer,
            ValueAtRisk = Reporting.ValueAtRisk.Of(daily),
            ConditionalValueAtRisk = Reporting.ValueAtRisk.Conditional(daily),
            Skewness = Moments.Skewness(daily),
            Kurtosis = Moments.Kurtosis(daily),
            TailRatio = Moments.TailRatio(daily),
            TimeInMarket = equity.Count(e => e.Exposure > 0) / (double)equity.Count,
            Turnover = days > 0 ? notional / values.Average() * DaysPerYear / days : double.NaN,
            Trades = TradeStatistics.Of([.. trades]),
            Groups = [.. GroupsOf(trades)],
            Benchmark = benchmark is { Count: > 1 } ? Beside(daily, benchmark) : null,
        };
    }

    private static BenchmarkReport Beside(ReadOnlySpan<double> daily, IReadOnlyList<EquityPoint> benchmark)
    {
        var fit = BenchmarkFit.Of(daily, ReturnMath.FromEquity(Daily(benchmark)), DaysPerYear);
        return new BenchmarkReport((double)(benchmark[^1].Equity / benchmark[0].Equity) - 1, fit.Alpha, fit.Beta, fit.Correlation, fit.Information);
    }

    /// <summary>Returns of UTC days, as the ratios are made of.</summary>
    public static double[] DailyReturns(IReadOnlyList<EquityPoint> equity) => ReturnMath.FromEquity(Daily(equity));

    /// <summary>Equity at the beginning and at the end of each UTC day; a day without a point has what the day before had.</summary>
    private static double[] Daily(IReadOnlyList<EquityPoint> equity)
    {
        const long Day = 86_400_000;
        var values = new List<double> { (double)equity[0].Equity };
        var day = equity[0].AtMs / Day;
        for (var i = 1; i < equity.Count; i++)
        {
            for (; day < equity[i].AtMs / Day; day++)
            {
                values.Add((double)equity[i - 1].Equity);
            }
        }

        values.Add((double)equity[^1].Equity);
        return [.. values];
    }

    private static double Span(Drawdown? fall, IReadOnlyList<EquityPoint> equity) => fall is null ? 0 : (equity[fall.End].AtMs - equity[fall.Start].AtMs) / 86_400_000d;

    private static readonly ImmutableArray<(string By, Func<ClosedTrade, string> Of)> Kinds =
    [
        ("asset", t => t.Asset),
        ("direction", t => t.Direction == Direction.Long ? "long" : "short"),
        ("opener", t => t.OpenCycleId?.StartsWith("m-", StringComparison.Ordinal) == true ? "a person" : "the decider"),
        ("exit", t => t.ExitCode),
        ("hour", t => Opened(t).ToString("HH", CultureInfo.InvariantCulture)),
        ("weekday", t => ((int)Opened(t).DayOfWeek).ToString(CultureInfo.InvariantCulture) + " " + Opened(t).DayOfWeek),
        ("month", t => Opened(t).ToString("yyyy-MM", CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<TradeGroup> GroupsOf(IReadOnlyList<ClosedTrade> trades) =>
        Kinds.SelectMany(kind => trades.GroupBy(kind.Of).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Group(kind.By, g.Key, [.. g])));

    private static DateTime Opened(ClosedTrade t) => DateTimeOffset.FromUnixTimeMilliseconds(t.OpenedMs).UtcDateTime;

    private static TradeGroup Group(string by, string value, ClosedTrade[] trades)
    {
        var figures = TradeStatistics.Of(trades);
        return new TradeGroup(by, value, figures.Trades, figures.WinRate, figures.Net, figures.ProfitFactor);
    }
}
