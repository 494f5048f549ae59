using System.CommandLine;
using System.Text.Json;
using Rez.Core.Backtest;
using Rez.Core.Backtest.Checks;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Trading;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez compare</c>: what was traded, on paper or live, beside a backtest of the same strategy over the same span, trade by trade.</summary>
internal static class CompareCommand
{
    private static readonly Option<string> Tolerance = new("--tolerance") { Description = "How far apart two openings may lie and still be one trade", DefaultValueFactory = _ => "10m" };
    private static readonly Option<string?> Trades = new("--trades") { Description = "The record as a CSV of trades (as 'rez backtest --out' writes), instead of a diary" };

    public static Command Build()
    {
        var command = new Command("compare", "Lays a record of trades beside a backtest over the same span") { CommonOptions.DataDir, Trades, Tolerance };
        LabOptions.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var tolerance = LabOptions.Length("--tolerance", parse.GetValue(Tolerance)!);
        if (!tolerance.Ok)
        {
            return LabOptions.Report(tolerance.Rejection);
        }

        if (parse.GetValue(Trades) is { } file)
        {
            var trades = StatsCommand.Trades(file);
            return trades.Ok ? await CompareAsync(parse, [.. trades.Value], null, tolerance.Value, cancel) : LabOptions.Report(trades.Rejection);
        }

        return await StoredDiary.ReadAsync(parse, async db => await CompareAsync(parse, [.. DiaryQueries.Trades(db)], SpanOf(db), tolerance.Value, cancel));
    }

    private static async Task<int> CompareAsync(ParseResult parse, ClosedTrade[] recorded, (DateTimeOffset From, DateTimeOffset To)? span, TimeSpan tolerance, CancellationToken cancel)
    {
        var read = LabInput.Read(parse);
        if (!read.Ok)
        {
            return LabOptions.Report(read.Rejection);
        }

        var input = read.Value;
        input.TellNotes();

        // The record says when it began and ended; --from and --to may say otherwise.
        if (span is { } own)
        {
            input = input with { From = parse.GetValue(LabOptions.From) is null ? own.From : input.From, To = parse.GetValue(LabOptions.To) is null ? own.To : input.To };
        }

        var run = new BacktestRun(input.SettingsOf(input.Values).Value, () => input.Strategy.Create(input.Values), TimeProvider.System);
        var result = await run.RunAsync(input.Market, input.From, input.To, closes: false, null, cancel);
        if (!result.Ok)
        {
            return LabOptions.Report(result.Rejection);
        }

        var (fromMs, toMs) = (input.From.ToUnixTimeMilliseconds(), result.Value.To.ToUnixTimeMilliseconds());
        var comparison = TradeComparison.Of(recorded.Where(t => t.OpenedMs >= fromMs && t.ClosedMs <= toMs), result.Value.Trades, tolerance);
        Print(parse, input, comparison, result.Value);
        return ExitCode.Ok;
    }

    /// <summary>From the first cycle to the last.</summary>
    private static (DateTimeOffset From, DateTimeOffset To)? SpanOf(RezDb db)
    {
        var first = db.Events.Where(e => e.Type == "cycle.started").OrderBy(e => e.Seq).FirstOrDefault();
        var last = db.Events.Where(e => e.Type == "cycle.started").OrderByDescending(e => e.Seq).FirstOrDefault();
        return first is null || last is null ? null : (At(first), At(last));

        static DateTimeOffset At(EventRow row) => DiaryTypes.Read(row.Type, row.Version, row.Payload) is { Ok: true, Value: CycleStarted started }
            ? DateTimeOffset.FromUnixTimeMilliseconds(started.CandleCloseMs)
            : DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs);
    }

    private static void Print(ParseResult parse, LabInput input, TradeComparison c, BacktestResult result)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    strategy = input.Strategy.Name, market = input.Market.Fingerprint, result.From, result.To, c.Same, c.Matched, c.OnlyRecorded, c.OnlyTested, c.NetRecorded, c.NetTested,
                    pairs = c.Pairs.Select(p => new { p.Recorded, p.Tested, p.IsSame, p.EntrySlipBps, p.ExitSlipBps, p.NetDifference }),
                },
                BacktestCommand.Json));
            return;
        }

        Console.Out.WriteLine($"{input.Strategy.Name} {input.Values}, {result.From:yyyy-MM-dd HH:mm} … {result.To:yyyy-MM-dd HH:mm}");
        Console.Out.WriteLine($"{c.Matched} trades in both, {c.Same} of them the same to the cent; {c.OnlyRecorded} only recorded, {c.OnlyTested} only in the backtest");
        Console.Out.WriteLine($"Net {c.NetRecorded:0.00} USD recorded, {c.NetTested:0.00} in the backtest");
        foreach (var p in c.Pairs.Where(p => !p.IsSame).Take(30))
        {
            var t = (p.Recorded ?? p.Tested)!;
            Console.Out.WriteLine($"  {DateTimeOffset.FromUnixTimeMilliseconds(t.OpenedMs):yyyy-MM-dd HH:mm} {t.Asset} {t.Direction.ToString().ToLowerInvariant()}: "
                + (p.IsMatched ? $"entry {p.EntrySlipBps:+0.0;−0.0} bps, exit {p.ExitSlipBps:+0.0;−0.0} bps worse, net {p.NetDifference:+0.00;−0.00} USD, {p.Recorded!.ExitCode} against {p.Tested!.ExitCode}"
                    : p.Tested is null ? "only recorded" : "only in the backtest"));
        }
    }
}
