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

    /// <summary>The words of now with the state of then.</summary>
    public static Outcome<Opening> OpeningOf(CycleCapsule capsule, PromptSet prompts, ModelOptions options)
    {
        var context = capsule.Reasoned.Context;
        if (capsule.Reasoned.Decision.Record is { } record)
        {
            return new Opening(prompts.Message(context.Assets.Select(a => a.Instrument.Asset)), prompts.Digest, record.Payload, record.PayloadHash);
        }

        return AgentDecider.OpeningOf(context with { Limits = RiskGate.Uses(context.Account, capsule.Terms.Limits) }, prompts, options);
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
        if (!Deciders.HasModel(options))
        {
            return new Rejection("no-model", "No model is set: name one with --model, or set Model:Name.");
        }

        var prompts = PromptsOf(parse.GetValue(Prompt), options);
        var opening = prompts.Ok ? OpeningOf(capsule, prompts.Value, options.Model) : prompts.Rejection;
        if (!opening.Ok)
        {
            return opening.Rejection;
        }

        using var model = new OpenAiModel(options.Model, LiveHost.Handler(), TimeProvider.System, new SeededRandom((ulong)TimeProvider.System.GetTimestamp()));
        var record = capsule.Reasoned.Decision.Record;
        var asked = await AgentReplay.AskAnotherAsync(model, options.Model, opening.Value, record, capsule.Reasoned.Context, TimeProvider.System, cancel);
        var decision = ReasonStage.Keep(asked, capsule.Reasoned.Context);
        return new OtherDecision(
            AgentDecider.Parameters(options.Model), opening.Value.PromptDigest, decision.Reasoning, Lines(capsule, capsule.Reasoned.Decision), Lines(capsule, decision), asked.Record!.Usage, asked.Record.Ended,
            await PlayAsync(parse, options, db, capsule, decision, cancel));
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

    private static ImmutableArray<OtherLine> Lines(CycleCapsule capsule, Decision decision)
    {
        var judged = CycleReplay.Judge(capsule, decision);
        return [.. decision.Items.Select(i => new OtherLine(i, judged.FirstOrDefault(j => j.Asked.Asset == i.Asset) is { } j ? ExecuteStage.Gated(j) : "not for the gate", judged.FirstOrDefault(x => x.Asked.Asset == i.Asset)?.Verdicts ?? []))];
    }

    private static async Task<PlayedOn> PlayAsync(ParseResult parse, RezOptions options, RezDb db, CycleCapsule capsule, Decision decision, CancellationToken cancel)
    {
        var world = DiaryQueries.Session(db)?.World ?? "an unknown market";
        var market = ReplayMarket.Of(world, parse.GetValue(Candles));
        if (!market.Ok)
        {
            return new PlayedOn(null, null, null, market.Rejection.Message);
        }

        var settings = SessionComposition.Settings(options, market.Value(), null, TradingHost.Version);
        var play = new Counterfactual(settings, market.Value, TimeProvider.System);
        var horizon = TimeSpan.FromHours(parse.GetValue(Hours));
        var recorded = await play.RunAsync(capsule, capsule.Reasoned.Decision, horizon, cancel);
        var other = recorded.Ok ? await play.RunAsync(capsule, decision, horizon, cancel) : recorded;
        var hold = other.Ok ? await play.RunAsync(capsule, null, horizon, cancel) : other;
        return hold.Ok
            ? new PlayedOn(recorded.Value, other.Value, hold.Value, $"Played on {world} for at most {horizon.TotalHours:0.#} h with nothing decided after the cycle; what is open then is at mark.")
            : new PlayedOn(null, null, null, hold.Rejection.Message);
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

    /// <param name="Gate">What the gate would have left of it.</param>
    private sealed record OtherLine(DecisionItem Item, string Gate, ImmutableArray<Verdict> Verdicts);

    private sealed record PlayedOn(CounterfactualResult? Recorded, CounterfactualResult? Other, CounterfactualResult? Hold, string Note);

    private sealed record OtherDecision(
        string Asked, string PromptDigest, string Reasoning, ImmutableArray<OtherLine> Recorded, ImmutableArray<OtherLine> Decided, TokenUsage Usage, string? Ended, PlayedOn Pnl);
}
