using System.CommandLine;
using System.Text.Json;
using Rez.Worker.Bench;

namespace Rez.Worker.Commands;

/// <summary><c>rez bench …</c>: measures on this machine; docs/benchmarks.md keeps the results.</summary>
internal static class BenchCommand
{
    public static Command Build()
    {
        var indicators = new Command("indicators", "Nanoseconds and bytes a bar") { CommonOptions.Json };
        indicators.SetAction(parse => Print(IndicatorBench.Run(), parse));

        var events = new Option<int>("--events") { Description = "Events to append", DefaultValueFactory = _ => 300_000 };
        var diary = new Command("diary", "Durable appends and rebuild") { events, CommonOptions.Json };
        diary.SetAction(async (parse, _) =>
        {
            var reading = CommonOptions.Read(parse);
            return reading.Faults.IsEmpty ? Print(await DiaryBench.RunAsync(parse.GetValue(events), reading.Options), parse) : CommonOptions.Report(reading);
        });

        var cycles = new Option<int>("--cycles") { Description = "Cycles to run", DefaultValueFactory = _ => 3_000 };
        var cycle = new Command("cycle", "Demo cycles at full speed") { cycles, CommonOptions.Json };
        cycle.SetAction(async (parse, _) =>
        {
            var reading = CommonOptions.Read(parse);
            return reading.Faults.IsEmpty ? Print(await CycleBench.RunAsync(reading.Options, parse.GetValue(cycles)), parse) : CommonOptions.Report(reading);
        });

        var signing = new Command("signing", "Order to signed bytes, with each signer") { CommonOptions.Json };
        signing.SetAction(parse => Print(SigningBench.Run(), parse));

        var frames = new Command("frames", "Frames of the socket to typed events") { CommonOptions.Json };
        frames.SetAction(parse => Print(FrameBench.Run(), parse));

        var agent = new Command("agent", "The agent's own work: its context, and reading an answer") { CommonOptions.Json };
        agent.SetAction(parse => Print(AgentBench.Run(), parse));

        var gate = new Command("gate", "A proposal through the risk gate; ten thousand positions guarded") { CommonOptions.Json };
        gate.SetAction(parse => Print(GateBench.Run(), parse));

        var times = new Option<int>("--rounds") { Description = "Times each is run; the best counts", DefaultValueFactory = _ => 3 };
        var year = new Option<bool>("--short") { Description = "One year of 1m candles instead of two" };
        var backtest = new Command("backtest", "Candles through the code that trades") { times, year, CommonOptions.Json };
        backtest.SetAction(async (parse, _) =>
        {
            var reading = CommonOptions.Read(parse);
            return reading.Faults.IsEmpty ? Print(await BacktestBench.RunAsync(reading.Options, parse.GetValue(times), !parse.GetValue(year)), parse) : CommonOptions.Report(reading);
        });

        var rounds = new Option<int>("--rounds") { Description = "Orders to send (the venue's weight allows about 500 beside the rest)", DefaultValueFactory = _ => 400 };
        var loopback = new Command("loopback", "Decision to acknowledged order, against the local exchange") { rounds, CommonOptions.Json };
        loopback.SetAction(async (parse, cancel) =>
        {
            var reading = CommonOptions.Read(parse);
            return reading.Faults.IsEmpty ? Print(await LoopbackBench.RunAsync(reading.Options, parse.GetValue(rounds), cancel), parse) : CommonOptions.Report(reading);
        });

        var combinations = new Option<int>("--combinations") { Description = "Sets of parameters to try, a multiple of ten", DefaultValueFactory = _ => 100 };
        var sweep = new Command("sweep", "A grid of backtests on one core and on all") { combinations, CommonOptions.Json };
        sweep.SetAction(async (parse, cancel) =>
        {
            var reading = CommonOptions.Read(parse);
            return reading.Faults.IsEmpty ? Print(await SweepBench.RunAsync(reading.Options, Math.Max(10, parse.GetValue(combinations)), cancel), parse) : CommonOptions.Report(reading);
        });

        var rows = new Option<int>("--rows") { Description = "Candles in the file", DefaultValueFactory = _ => 1_000_000 };
        var candles = new Command("candles", "Candle files as text and from their cache") { rows, CommonOptions.Json };
        candles.SetAction(parse => Print(CandleBench.Run(Math.Max(1_000, parse.GetValue(rows))), parse));

        var ticks = new Option<int>("--ticks") { Description = "Ticks to send", DefaultValueFactory = _ => 100_000 };
        var file = new Option<string?>("--file") { Description = "Ticks of a file, one message a line, instead of the generated ones" };
        var strategy = new Option<string>("--strategy") { Description = "momentum or pulse", DefaultValueFactory = _ => "pulse" };
        strategy.AcceptOnlyFromAmong("momentum", "pulse");
        var store = new Option<string>("--store") { Description = "sqlite or memory", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "memory");
        var pipeline = new Command("pipeline", "A socket's tick to an approved order, its bytes and the diary") { ticks, file, strategy, store, CommonOptions.Json };
        pipeline.SetAction(async (parse, cancel) =>
        {
            string[] payloads;
            try
            {
                payloads = parse.GetValue(file) is { } path ? [.. File.ReadLines(path).Where(l => l.Length > 0).Take(parse.GetResult(ticks) is { Implicit: false } ? parse.GetValue(ticks) : int.MaxValue)] : TickerFeed.Zigzag(Math.Max(1, parse.GetValue(ticks)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"--file: {e.Message}");
                return ExitCode.BadData;
            }

            return Print(await PipelineBench.RunAsync(payloads, parse.GetValue(strategy) == "pulse", parse.GetValue(store) == "sqlite", cancel), parse);
        });

        var start = new Command("start", "Start-up time and idle memory") { CommonOptions.Json };
        start.SetAction(async (parse, cancel) => Print(await StartBench.RunAsync(cancel), parse));
        return new Command("bench", "Measures speed and memory on this machine") { indicators, diary, cycle, signing, frames, agent, gate, backtest, sweep, candles, pipeline, loopback, start };
    }

    private static int Print(PipelineResult r, ParseResult parse)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(r, Lab.BacktestCommand.Json));
            return r.Ticks > 0 ? ExitCode.Ok : ExitCode.BadData;
        }

        return Print(
            BenchReport.Of($"pipeline, {r.Strategy}, {r.Store}",
            [
                new Figure("ticks read", r.Ticks, $"of which {r.Signals} signals, {r.Orders} approved orders; {r.Unread} messages were no ticks"),
                new Figure("ticks a second, everything included", Math.Round(r.Ticks / r.ElapsedMs * 1000), "ticks/s"),
                new Figure("tick → approved order, p50", r.P50Us, "µs", "≤ 5", r.P50Us <= 5),
                new Figure("tick → approved order, p95", r.P95Us, "µs"),
                new Figure("tick → approved order, p99", r.P99Us, "µs", "≤ 50", r.P99Us <= 50),
                new Figure("tick → approved order, worst", r.MaxUs, "µs"),
                new Figure("order → its bytes, p50", r.Serialise.P50Us, "µs"),
                new Figure("order → its bytes, p99", r.Serialise.P99Us, "µs"),
                new Figure("diary append, p50", r.Append.P50Us, "µs"),
                new Figure("diary append, p99", r.Append.P99Us, "µs"),
            ]), parse);
    }

    private static int Print(IReadOnlyList<BacktestFigure> runs, ParseResult parse)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(runs, JsonSerializerOptions.Web));
            return ExitCode.Ok;
        }

        return Print(
            BenchReport.Of("backtest", [.. runs.SelectMany(r => new[]
            {
                new Figure(r.Name, r.BarsPerSecond, "bars/s", r.Goal > 0 ? $"≥ {r.Goal:#,0}" : string.Empty, r.Goal > 0 ? r.BarsPerSecond >= r.Goal : null),
                new Figure($"  {r.Trades} trades, {r.TradesHash[..12]}, {r.Seconds:0.00} s; allocated a bar", Math.Round(r.AllocatedBytes / (double)r.Bars), "bytes"),
            })]), parse);
    }

    private static int Print(BenchReport report, ParseResult parse)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));
            return ExitCode.Ok;
        }

        Console.Out.WriteLine($"{report.Bench}: {report.Machine}; {report.Runtime}; {report.Date}");
        foreach (var f in report.Figures)
        {
            var verdict = f.Met is { } met ? $"   goal {f.Goal}: {(met ? "met" : "MISSED")}" : string.Empty;
            Console.Out.WriteLine($"  {f.Name,-72} {f.Value,12:#,0.###} {f.Unit}{verdict}");
        }

        return ExitCode.Ok;
    }
}
