using Rez.Core.Market;
using Rez.Core.Reporting;
using Rez.Core.Session;
using Rez.Core.Strategies;

namespace Rez.Core.Backtest;

/// <summary>What one set of parameters came to. Shares are fractions, money USD; NaN where a figure can't be had.</summary>
public sealed record Trial(
    string Parameters, double Return, double Cagr, double Sharpe, double Sortino, double Calmar, double MaxDrawdown, double ProfitFactor, double Expectancy, double WinRate, int Trades, double FinalEquity,
    double Fees, string TradesHash);

/// <summary>A trial with the run behind it.</summary>
public sealed record TrialRun(Trial Trial, BacktestResult Result, TrackReport Report);

/// <summary>A strategy on a market, to be tried with one set of parameters after another, several at once.</summary>
/// <param name="Settings">Limits, costs and indicators for a set of parameters.</param>
public sealed record Trials(KeptMarket Market, StrategyDefinition Strategy, Func<StrategyValues, Outcome<SessionSettings>> Settings, TimeProvider Wall)
{
    /// <summary>Runs from a moment to another; bars before the first warm indicators up, as many as the settings ask for, and none after the last is read.</summary>
    public async Task<Outcome<TrialRun>> RunAsync(StrategyValues values, DateTimeOffset from, DateTimeOffset to, bool closes, CancellationToken cancel)
    {
        var settings = Settings(values);
        if (!settings.Ok)
        {
            return settings.Rejection;
        }

        var warmUpMs = settings.Value.TradingStartMs - Market.StartMs;
        var startMs = from.ToUnixTimeMilliseconds() - warmUpMs;
        if (startMs < Market.StartMs)
        {
            return new Rejection("short-data", $"The data begins at {At(Market.StartMs)}; with a warm-up of {warmUpMs / 86_400_000d:0.#} days nothing can be traded before {At(Market.StartMs + warmUpMs)}.");
        }

        var run = new BacktestRun(settings.Value, () => Strategy.Create(values), Wall);
        var result = await run.RunAsync(Market.Until(to.ToUnixTimeMilliseconds()).Play(startMs), from, to, closes, null, cancel);
        return result.Ok ? Of(values, result.Value) : result.Rejection;
    }

    /// <summary>The figures of a run.</summary>
    public static TrialRun Of(StrategyValues values, BacktestResult result)
    {
        var report = TrackReport.Of(result.Equity, result.Trades, result.Benchmark);
        var t = report.Trades;
        return new TrialRun(
            new Trial(
                values.ToString(), report.TotalReturn, report.Cagr, report.Sharpe, report.Sortino, report.Calmar, report.MaxDrawdown, t.ProfitFactor, t.Expectancy, t.WinRate, t.Trades, report.FinalEquity,
                (double)result.Fees, result.TradesHash),
            result, report);
    }

    private static string At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
