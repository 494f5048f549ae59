using System.CommandLine;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Backtest;
using Rez.Core.Reporting;
using Rez.Core.Strategies;

namespace Rez.Worker.Commands.Lab;

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

    private static readonly Option<bool> KeepOpen = new("--keep-open") { Description = "Leave what is open at the end at mark instead of closing it" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for result.json, trades.csv, equity.csv and report.html" };

    private static readonly Option<bool> EveryBar = new("--every-bar") { Description = "Play each bar instead of passing over those in which nothing can happen: slower, the same trades" };

    public static Command Build()
    {
        var command = new Command("backtest", "Plays candles through the code that trades live, and says what came of it") { KeepOpen, EveryBar, Out };
        LabOptions.AddTo(command);
        AgentBacktest.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var read = LabInput.Read(parse, takesAgent: true);
        if (!read.Ok)
        {
            return LabOptions.Report(read.Rejection);
        }

        var input = read.Value;
        input.TellNotes();
        var started = TimeProvider.System.GetTimestamp();
        Outcome<BacktestResult> result;
        if (input.Strategy.Name == AgentBacktest.Name)
        {
            var (code, ran, meter) = await AgentBacktest.RunAsync(parse, input, !parse.GetValue(KeepOpen), Progress(parse), cancel);
            if (ran is null)
            {
                return code;
            }

            Console.Error.WriteLine($"The model was asked {meter!.Asked} times for {meter.SpentUsd:0.####} USD; {meter.FromCache} answers were kept from before, {meter.Failed} decisions came to nothing.");
            result = ran;
        }
        else
        {
            var run = new BacktestRun(input.SettingsOf(input.Values).Value, () => input.Strategy.Create(input.Values), TimeProvider.System, parse.GetValue(EveryBar));
            result = await run.RunAsync(input.Market, input.From, input.To, !parse.GetValue(KeepOpen), Progress(parse), cancel);
        }

        if (!result.Ok)
        {
            return LabOptions.Report(result.Rejection);
        }

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var report = TrackReport.Of(result.Value.Equity, result.Value.Trades, result.Value.Benchmark);
        if (parse.GetValue(Out) is { } folder && BacktestFiles.Write(folder, result.Value, report, $"{input.Strategy.Name} {input.Values}") is { } fault)
        {
            Console.Error.WriteLine(fault);
            return ExitCode.NotWritable;
        }

        Print(parse, result.Value, report, input.Values, seconds);
        return ExitCode.Ok;
    }

    private static Action<double>? Progress(ParseResult parse) => parse.GetValue(CommonOptions.Json) || Console.IsErrorRedirected ? null : share => Console.Error.Write($"\r{share:P0} ");

    private static void Print(ParseResult parse, BacktestResult result, TrackReport report, StrategyValues values, double seconds)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    result.Market, result.Strategy, parameters = values.ToString(), result.From, result.To, result.InitialEquity, result.FinalEquity, result.Fees, result.Funding, result.Volume, result.Bars, result.Cycles,
                    result.FailedCycles, result.FirstFailure, result.UnprotectedMs, result.AmbiguousBars, result.FinerBars, result.Open, result.Refusals, trades = result.Trades.Length, result.TradesHash, report,
                    seconds = Math.Round(seconds, 3), barsPerSecond = Math.Round(result.Bars / seconds),
                },
                Json));
            return;
        }

        var (t, beside) = (report.Trades, string.Empty);
        if (report.Benchmark is { } benchmark)
        {
            beside = $"; buy-and-hold {benchmark.Return:P2}, alpha {benchmark.Alpha:P2} a year, beta {benchmark.Beta:0.00}";
        }

        Console.Out.WriteLine($"{result.Strategy} {values} on {result.Market}");
        Console.Out.WriteLine($"{result.From:yyyy-MM-dd HH:mm} … {result.To:yyyy-MM-dd HH:mm}: {result.Bars} bars, {result.Cycles} cycles{(result.FailedCycles > 0 ? $", {result.FailedCycles} FAILED ({result.FirstFailure})" : string.Empty)}, {seconds:0.0} s");
        Console.Out.WriteLine($"Equity {result.InitialEquity:0.00} → {result.FinalEquity:0.00} USD ({report.TotalReturn:P2}), fees {result.Fees:0.00}, funding {result.Funding:0.00}, unprotected {result.UnprotectedMs} ms");
        Console.Out.WriteLine($"Sharpe {report.Sharpe:0.00} (probability above zero {report.ProbabilisticSharpe:P0}), Sortino {report.Sortino:0.00}, max drawdown {report.MaxDrawdown:P2}, in the market {report.TimeInMarket:P0}{beside}");
        Console.Out.WriteLine(t.Trades == 0 ? "No trade was closed." : $"{t.Trades} trades, won {t.WinRate:P0}, profit factor {t.ProfitFactor:0.00}, expectancy {t.Expectancy:0.00} USD, held {t.HoldMinutes / 60:0.0} h on average");
        if (result.AmbiguousBars > 0 || result.FinerBars > 0)
        {
            Console.Out.WriteLine($"Stop and target lay in one bar {result.AmbiguousBars} times, and the stop was taken to come first; a finer interval told the order inside {result.FinerBars} bars");
        }

        if (!result.Refusals.IsEmpty)
        {
            Console.Out.WriteLine($"The gate refused: {string.Join(", ", result.Refusals.Select(r => $"{r.Value} {r.Key}"))}");
        }

        Console.Out.WriteLine($"trades hash {result.TradesHash}");
    }
}
