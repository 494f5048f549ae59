using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Replay;
using Rez.Core.Risk;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez replay CYCLE</c>: a stored cycle again, offline and bit for bit; or with another model or prompt, and what that would have made.</summary>
internal static class ReplayCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private static readonly Argument<string> Cycle = new("CYCLE") { Description = "Id or number of the cycle, or last" };
    private static readonly Option<string?> Model = new("--model") { Description = "Ask this model instead (endpoint and key as the settings say)" };
    private static readonly Option<string?> Prompt = new("--prompt") { Description = "Ask with other words: a folder of prompts, or a file in place of strategy.md" };
    private static readonly Option<string?> Candles = new("--candles") { Description = "Folder of candle files to play what came after; a generated market needs none" };
    private static readonly Option<double> Hours = new("--hours") { Description = "How long to play on at most, hours of market time", DefaultValueFactory = _ => 24 };

    public static Command Build()
    {
        var command = new Command("replay", "Runs a stored cycle again and compares the hash; with --model or --prompt asks anew and shows the difference in decision, verdicts and PnL")
        {
            Cycle, Model, Prompt, Candles, Hours, CommonOptions.DataDir, CommonOptions.Json,
        };
        command.SetAction((parse, cancel) => StoredDiary.ReadAsync(parse, db => RunAsync(parse, db, cancel)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, RezDb db, CancellationToken cancel)
    {
        var reading = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)), ("Model:Name", parse.GetValue(Model)));
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        if (StoredDiary.Capsule(db, parse.GetValue(Cycle)!) is not { } stored)
        {
            Console.Error.WriteLine($"The diary holds no capsule of cycle '{parse.GetValue(Cycle)}'.");
            return ExitCode.BadData;
        }

        var capsule = CapsuleReading.Read(stored.Sealed.Capsule.Utf8);
        var replayed = capsule.Ok
            ? await CycleReplay.RunAsync(capsule.Value, stored.Sealed.Hash, Deciders.Rule, cancel)
            : capsule.Rejection;
        if (!replayed.Ok)
        {
            Console.Error.WriteLine(replayed.Rejection.Message);
            return ExitCode.BadData;
        }

        var other = parse.GetValue(Model) is null && parse.GetValue(Prompt) is null ? null : await OtherAsync(parse, reading.Options, db, capsule.Value, cancel);
        if (other is { Ok: false })
        {
            Console.Error.WriteLine(other.Value.Rejection.Message);
            return other.Value.Rejection.Code == "no-model" ? ExitCode.Configuration : ExitCode.BadData;
        }

        var report = new { replayed.Value.CycleId, replayed.Value.RecordedHash, replayed.Value.ReplayedHash, identical = replayed.Value.IsIdentical, replayed.Value.Differences, other = other?.Value };
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, Json));
        }
        else
        {
            Print(replayed.Value, other?.Value);
        }

        return replayed.Value.IsIdentical ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<Outcome<OtherDecision>?> OtherAsync(ParseResult parse, RezOptions options, RezDb db, CycleCapsule capsule, CancellationToken cancel)
    {
        var prompts = PromptsOf(parse.GetValue(Prompt), options);
        var another = new AnotherDecision(options, DiaryQueries.Session(db)?.World ?? "an unknown market", LiveHost.Handler, TimeProvider.System, TradingHost.Version);
        return prompts.Ok ? await another.AskAsync(capsule, prompts.Value, TimeSpan.FromHours(parse.GetValue(Hours)), parse.GetValue(Candles), cancel) : prompts.Rejection;
    }

    private static Outcome<PromptSet> PromptsOf(string? path, RezOptions options)
    {
        if (path is null || Directory.Exists(path))
        {
            return (path is null ? Deciders.Prompts(options) : new PromptFolder(path)).Current();
        }

        var current = Deciders.Prompts(options).Current();
        try
        {
            return current.Ok ? current.Value with { Strategy = File.ReadAllText(path) } : current.Rejection;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Rejection("bad-prompt", $"The prompt {path} can't be read: {e.Message}");
        }
    }

    private static void Print(ReplayedCycle replayed, OtherDecision? other)
    {
        Console.Out.WriteLine(replayed.IsIdentical
            ? $"{replayed.CycleId}: identical, {replayed.ReplayedHash}"
            : $"{replayed.CycleId}: DIFFERENT: recorded {replayed.RecordedHash}, now {replayed.ReplayedHash}");
        foreach (var difference in replayed.Differences)
        {
            Console.Out.WriteLine("  ! " + difference);
        }

        if (other is null)
        {
            return;
        }

        Console.Out.WriteLine($"Asked {other.Asked}, prompts {other.PromptDigest[..12]}: {other.Usage.Total} tokens, {other.Usage.CostUsd ?? 0:0.####} USD{(other.Ended is null ? string.Empty : $"; ended: {other.Ended}")}");
        Console.Out.WriteLine($"  {other.Reasoning}");
        foreach (var (who, lines) in new[] { ("then", other.Recorded), ("now", other.Decided) })
        {
            foreach (var line in lines.Where(l => l.Item.Action != DecisionAction.Hold))
            {
                Console.Out.WriteLine($"  {who,-5}{line.Item.Asset} {line.Item.Action} {line.Item.SizeUsd:0.##} USD at {line.Item.Leverage}x, stop {line.Item.StopLoss}, target {line.Item.TakeProfit}: {line.Gate}");
            }
        }

        if (other.Pnl is { Recorded: { } recorded, Other: { } now, Hold: { } hold })
        {
            Console.Out.WriteLine($"  PnL: then {recorded.Pnl:+0.00;-0.00;0.00} USD, now {now.Pnl:+0.00;-0.00;0.00} USD, holding {hold.Pnl:+0.00;-0.00;0.00} USD");
        }

        Console.Out.WriteLine($"  {other.Pnl.Note}");
    }
}
