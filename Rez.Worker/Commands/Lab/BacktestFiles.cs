using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Rez.Core.Backtest;
using Rez.Core.Diary;
using Rez.Core.Reporting;
using Rez.Core.Trading;

namespace Rez.Worker.Commands.Lab;

/// <summary>A backtest as files: JSON, CSV, and one HTML page that needs nothing else. The same result gives the same bytes.</summary>
internal static class BacktestFiles
{
    private const int ChartPoints = 1_000;
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <returns>What stood in the way, or null.</returns>
    public static string? Write(string folder, BacktestResult result, TrackReport report, string title)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "result.json"), JsonSerializer.Serialize(new { result = result with { Trades = [], Equity = [], Benchmark = [] }, report }, BacktestCommand.Indented));
            File.WriteAllText(Path.Combine(folder, "trades.csv"), Trades(result.Trades));
            File.WriteAllText(Path.Combine(folder, "equity.csv"), Equity(result.Equity));
            File.WriteAllText(Path.Combine(folder, "report.html"), Page(result, report, title));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The results can't be written to {folder}: {e.Message}";
        }
    }

    private static string Trades(IEnumerable<ClosedTrade> trades)
    {
        var csv = new StringBuilder("number,asset,direction,size,entry_price,exit_price,opened_ms,closed_ms,gross_usd,fees_usd,funding_usd,net_usd,exit_code\n");
        foreach (var t in trades)
        {
            csv.Append(Plain, $"{t.Number},{t.Asset},{t.Direction.ToString().ToLowerInvariant()},{t.Size},{t.EntryPrice:0.##########},{t.ExitPrice:0.##########},{t.OpenedMs},{t.ClosedMs},{t.GrossPnl:0.########},{t.Fees:0.########},{t.Funding:0.########},{t.Net:0.########},{t.ExitCode}\n");
        }

        return csv.ToString();
    }

    private static string Equity(IEnumerable<EquityPoint> equity)
    {
        var csv = new StringBuilder("at_ms,equity_usd,exposure_usd\n");
        foreach (var e in equity)
        {
            csv.Append(Plain, $"{e.AtMs},{e.Equity:0.########},{e.Exposure:0.########}\n");
        }

        return csv.ToString();
    }

    private static string Page(BacktestResult result, TrackReport r, string title)
    {
        var html = new StringBuilder();
        var name = WebUtility.HtmlEncode(title);
        html.Append(Plain, $"<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{name}</title>")
            .Append("<style>body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1a202b}table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}td,th{padding:.25rem .9rem .25rem 0;border-bottom:1px solid #d5dbe6;text-align:left}svg{width:100%;height:260px;background:#f5f7fb;border-radius:8px}small{color:#5b6678}</style>")
            .Append(Plain, $"<h1>{name}</h1><p><small>{WebUtility.HtmlEncode(result.Market)} · {result.From:yyyy-MM-dd HH:mm} … {result.To:yyyy-MM-dd HH:mm} UTC · trades hash {result.TradesHash}</small></p>")
            .Append("<h2>Equity, USD</h2>").Append(Chart(result.Equity)).Append("<table>");
        foreach (var (label, value) in Rows(result, r))
        {
            html.Append(Plain, $"<tr><th>{label}</th><td>{value}</td></tr>");
        }

        html.Append("</table>");
        foreach (var kind in r.Groups.GroupBy(g => g.By))
        {
            html.Append(Plain, $"<h2>By {kind.Key}</h2><table><tr><th>{kind.Key}</th><th>trades</th><th>won</th><th>net USD</th><th>profit factor</th></tr>");
            foreach (var g in kind)
            {
                html.Append(Plain, $"<tr><td>{WebUtility.HtmlEncode(g.Value)}</td><td>{g.Trades}</td><td>{g.WinRate:P0}</td><td>{g.Net:0.00}</td><td>{g.ProfitFactor:0.00}</td></tr>");
            }

            html.Append("</table>");
        }

        return html.Append("</html>\n").ToString();
    }

    private static IEnumerable<(string Label, string Value)> Rows(BacktestResult result, TrackReport r)
    {
        string P(double share) => share.ToString("P2", Plain);
        string N(double value) => value.ToString("0.00", Plain);
        yield return ("Return", P(r.TotalReturn));
        yield return ("CAGR", P(r.Cagr));
        yield return ("Volatility a year", P(r.Volatility));
        yield return ("Sharpe (daily, √365)", N(r.Sharpe));
        yield return ("Probability that it is above zero", P(r.ProbabilisticSharpe));
        yield return ("Sortino", N(r.Sortino));
        yield return ("Calmar", N(r.Calmar));
        yield return ("Omega", N(r.Omega));
        yield return ("Largest drawdown", $"{P(r.MaxDrawdown)}, {N(r.MaxDrawdownDays)} days");
        yield return ("Longest drawdown, days", N(r.LongestDrawdownDays));
        yield return ("Ulcer index", P(r.Ulcer));
        yield return ("Value at risk, conditional (daily, 5 %)", $"{P(r.ValueAtRisk)}, {P(r.ConditionalValueAtRisk)}");
        if (r.Benchmark is { } held)
        {
            yield return ("Buy-and-hold", P(held.Return));
            yield return ("Alpha a year, beta, correlation to it", $"{P(held.Alpha)}, {N(held.Beta)}, {N(held.Correlation)}");
        }

        yield return ("Trades, won", $"{r.Trades.Trades}, {P(r.Trades.WinRate)}");
        yield return ("Profit factor", N(r.Trades.ProfitFactor));
        yield return ("Expectancy, USD", N(r.Trades.Expectancy));
        yield return ("System quality number", N(r.Trades.Sqn));
        yield return ("Best, worst, USD", $"{N(r.Trades.Best)}, {N(r.Trades.Worst)}");
        yield return ("Longest winning, losing streak", $"{r.Trades.LongestWinStreak}, {r.Trades.LongestLossStreak}");
        yield return ("Held on average, h", N(r.Trades.HoldMinutes / 60));
        yield return ("In the market", P(r.TimeInMarket));
        yield return ("Turnover a year, times equity", N(r.Turnover));
        yield return ("Fees, funding, USD", $"{result.Fees.ToString("0.00", Plain)}, {result.Funding.ToString("0.00", Plain)}");
        yield return ("Unprotected, ms", result.UnprotectedMs.ToString(Plain));
    }

    private static string Chart(IReadOnlyList<EquityPoint> equity)
    {
        var step = Math.Max(1, equity.Count / ChartPoints);
        var points = equity.Where((_, i) => i % step == 0 || i == equity.Count - 1).ToArray();
        var (low, high) = (points.Min(p => p.Equity), points.Max(p => p.Equity));
        var range = high > low ? high - low : 1;
        var span = Math.Max(1, points[^1].AtMs - points[0].AtMs);
        var path = new StringBuilder();
        foreach (var p in points)
        {
            path.Append(Plain, $"{(path.Length == 0 ? 'M' : 'L')}{(p.AtMs - points[0].AtMs) * 1_000d / span:0.#},{250 - ((double)((p.Equity - low) / range) * 240):0.#}");
        }

        return string.Create(Plain, $"<svg viewBox=\"0 0 1000 260\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Equity from {equity[0].Equity:0} to {equity[^1].Equity:0} USD\"><path d=\"{path}\" fill=\"none\" stroke=\"#1d5fbf\" stroke-width=\"1.5\" vector-effect=\"non-scaling-stroke\"/></svg><p><small>from {low:0.00} to {high:0.00} USD</small></p>");
    }
}
