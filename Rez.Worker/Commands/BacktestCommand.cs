using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Backtest;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Reporting;
using Rez.Core.Strategies;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez backtest</c>: candles through the code that trades, with statistics of what came of it.</summary>
internal static class BacktestCommand
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    private static readonly Option<string?> Data = new("--data") { Description = "Candle file, or folder of ASSET-INTERVAL.csv[.gz]; the generated market when left out" };
    private static readonly Option<string?> Assets = new("--assets") { Description = "Only these assets, separated by commas" };
    private static readonly Option<string?> From = new("--from") { Description = "First moment of trading, UTC; what is before warms the indicators up" };
    private static readonly Option<string?> To = new("--to") { Description = "Last moment, UTC" };
    private static readonly Option<string> Strategy = new("--strategy") { Description = "Name of a strategy ('rez strategies')", DefaultValueFactory = _ => TrendMomentum.StrategyName };
    private static readonly Option<string[]> Param = new("--param") { Description = "A parameter, NAME=VALUE; may be repeated" };
    private static readonly Option<string> Every = new("--interval") { Description = "How often it decides", DefaultValueFactory = _ => "5m" };
    private static readonly Option<bool> KeepOpen = new("--keep-open") { Description = "Leave what is open at the end at mark instead of closing it" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for result.json, trades.csv, equity.csv and report.html" };

    public static Command Build()
    {
        var command = new Command("backtest", "Plays candles through the code that trades live, and says what came of it") { Data, Assets, From, To, Strategy, Param, Every, KeepOpen, Out, CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var assets = parse.GetValue(Assets);
        var reading = CommonOptions.Read(parse, ("Demo:Candles", parse.GetValue(Data)), ("Trading:Assets", parse.GetValue(Data) is null ? assets : null), ("Trading:Mode", "demo"));
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        var options = reading.Options;
        var prepared = Prepare(parse, options, assets);
        if (!prepared.Ok)
        {
            Console.Error.WriteLine(prepared.Rejection.Message);
            return prepared.Rejection.Code is "unknown-strategy" or "unknown-parameter" or "bad-parameter" or "bad-parameters" or "bad-time" or "interval" ? ExitCode.Usage : ExitCode.BadData;
        }

        var (market, strategy, values, run, from, to) = prepared.Value;
        foreach (var note in (market as RecordedMarket)?.Notes ?? [])
        {
            Console.Error.WriteLine(note);
        }

        var started = TimeProvider.System.GetTimestamp();
        var result = await run.RunAsync(market, from, to, !parse.GetValue(KeepOpen), Progress(parse), cancel);
        if (!result.Ok)
        {
            Console.Error.WriteLine(result.Rejection.Message);
            return ExitCode.BadData;
        }

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var report = TrackReport.Of(result.Value.Equity, result.Value.Trades);
        if (parse.GetValue(Out) is { } folder && BacktestFiles.Write(folder, result.Value, report, $"{strategy.Name} {values}") is { } fault)
        {
            Console.Error.WriteLine(fault);
            return ExitCode.NotWritable;
        }

        Print(parse, result.Value, report, values, seconds);
        return ExitCode.Ok;
    }

    private static Outcome<(IMarketSource Market, StrategyDefinition Strategy, StrategyValues Values, BacktestRun Run, DateTimeOffset From, DateTimeOffset To)> Prepare(ParseResult parse, RezOptions options, string? assets)
    {
        var name = parse.GetValue(Strategy)!;
        if (StrategyCatalogue.Find(name) is not { } strategy)
        {
            return new Rejection("unknown-strategy", $"There is no strategy '{name}'; there are {string.Join(", ", StrategyCatalogue.All.Select(s => s.Name))}.");
        }

        var values = strategy.Read(parse.GetValue(Param) ?? []);
        if (!values.Ok)
        {
            return values.Rejection;
        }

        if (!Interval.TryParse(parse.GetValue(Every)!, out var interval))
        {
            return new Rejection("bad-time", $"--interval: '{parse.GetValue(Every)}' is no candle interval; there are {string.Join(' ', Interval.All)}.");
        }

        Outcome<IMarketSource> market;
        if (parse.GetValue(Data) is { } data)
        {
            var opened = RecordedMarket.Open(data, assets?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? []);
            market = opened.Ok ? new Outcome<IMarketSource>(opened.Value) : opened.Rejection;
        }
        else
        {
            market = SessionComposition.Market(options);
        }

        if (!market.Ok)
        {
            return market.Rejection;
        }

        var settings = BacktestComposition.Settings(options, market.Value, strategy, values.Value, interval, TradingHost.Version);
        if (!settings.Ok)
        {
            return settings.Rejection;
        }

        var from = Time(parse.GetValue(From), DateTimeOffset.FromUnixTimeMilliseconds(settings.Value.TradingStartMs));
        var to = Time(parse.GetValue(To), parse.GetValue(Data) is null && from.Ok ? from.Value.AddDays(30) : DateTimeOffset.MaxValue);
        return !from.Ok ? from.Rejection : !to.Ok ? to.Rejection
            : (market.Value, strategy, values.Value, new BacktestRun(settings.Value, () => strategy.Create(values.Value), TimeProvider.System), from.Value, to.Value);
    }

    private static Outcome<DateTimeOffset> Time(string? text, DateTimeOffset otherwise) =>
        text is null ? otherwise
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : new Rejection("bad-time", $"'{text}' is no time; 2025-03-01 or 2025-03-01T12:00 is.");

    private static Action<double>? Progress(ParseResult parse) => parse.GetValue(CommonOptions.Json) || Console.IsErrorRedirected ? null : share => Console.Error.Write($"\r{share:P0} ");

    private static void Print(ParseResult parse, BacktestResult result, TrackReport report, StrategyValues values, double seconds)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    result.Market, result.Strategy, parameters = values.ToString(), result.From, result.To, result.InitialEquity, result.FinalEquity, result.Fees, result.Funding, result.Volume, result.Bars, result.Cycles,
                    result.FailedCycles, result.FirstFailure, result.UnprotectedMs, result.Open, result.Refusals, trades = result.Trades.Length, result.TradesHash, report,
                    seconds = Math.Round(seconds, 3), barsPerSecond = Math.Round(result.Bars / seconds),
                },
                Json));
            return;
        }

        var t = report.Trades;
        Console.Out.WriteLine($"{result.Strategy} {values} on {result.Market}");
        Console.Out.WriteLine($"{result.From:yyyy-MM-dd HH:mm} … {result.To:yyyy-MM-dd HH:mm}: {result.Bars} bars, {result.Cycles} cycles{(result.FailedCycles > 0 ? $", {result.FailedCycles} FAILED ({result.FirstFailure})" : string.Empty)}, {seconds:0.0} s");
        Console.Out.WriteLine($"Equity {result.InitialEquity:0.00} → {result.FinalEquity:0.00} USD ({report.TotalReturn:P2}), fees {result.Fees:0.00}, funding {result.Funding:0.00}, unprotected {result.UnprotectedMs} ms");
        Console.Out.WriteLine($"Sharpe {report.Sharpe:0.00} (probability above zero {report.ProbabilisticSharpe:P0}), Sortino {report.Sortino:0.00}, max drawdown {report.MaxDrawdown:P2}, in the market {report.TimeInMarket:P0}");
        Console.Out.WriteLine($"{t.Trades} trades, won {t.WinRate:P0}, profit factor {t.ProfitFactor:0.00}, expectancy {t.Expectancy:0.00} USD, held {t.HoldMinutes / 60:0.0} h on average");
        if (!result.Refusals.IsEmpty)
        {
            Console.Out.WriteLine($"The gate refused: {string.Join(", ", result.Refusals.Select(r => $"{r.Value} {r.Key}"))}");
        }

        Console.Out.WriteLine($"trades hash {result.TradesHash}");
    }
}
