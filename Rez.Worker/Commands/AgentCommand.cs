using System.CommandLine;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Agent.Reading;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;

namespace Rez.Worker.Commands;

/// <summary><c>rez agent read|preview|prompts|cost</c>: what Rez reads in a model's answer, what it would send, and what that cost.</summary>
internal static class AgentCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() }, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Build()
    {
        var files = new Argument<string[]>("FILE") { Description = "Files that hold one answer each; - for standard input", Arity = ArgumentArity.OneOrMore };
        var assets = new Option<string?>("--assets") { Description = "Assets that may be decided about, separated by commas; any when left out" };
        var read = new Command("read", "Prints the decision in a model's answer, what is dropped and why, and whether repair would be asked") { files, assets, CommonOptions.Json };
        read.SetAction(parse => Read(parse.GetValue(files)!, parse.GetValue(assets), parse.GetValue(CommonOptions.Json)));
        var cycle = new Argument<string>("CYCLE") { Description = "Id or number of a cycle, or last", DefaultValueFactory = _ => "last" };
        var preview = new Command("preview", "Prints the request exactly as it would be sent: the prompts as they are now, the state as it was in a cycle") { cycle, CommonOptions.DataDir };
        preview.SetAction(parse => StoredDiary.Read(parse, db => Preview(parse, db, parse.GetValue(cycle)!)));
        var prompts = new Command("prompts", "Writes the built-in prompts into their folder for editing, and tells what is in force") { CommonOptions.DataDir, CommonOptions.Json };
        prompts.SetAction(Prompts);
        var cost = new Command("cost", "What the model cost, by day; calls that were saved") { CommonOptions.DataDir, CommonOptions.Json };
        cost.SetAction(parse => StoredDiary.Read(parse, db => Cost(db, parse.GetValue(CommonOptions.Json))));
        return new Command("agent", "The model's side: what it was told, what it said, what it cost") { read, preview, prompts, cost };
    }

    private static int Preview(ParseResult parse, RezDb db, string cycle)
    {
        var reading = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)));
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        if (StoredDiary.Capsule(db, cycle) is not { } stored)
        {
            Console.Error.WriteLine($"The diary holds no capsule of cycle '{cycle}'.");
            return ExitCode.BadData;
        }

        var capsule = CapsuleReading.Read(stored.Sealed.Capsule.Utf8);
        var prompts = Deciders.Prompts(reading.Options).Current();
        var opening = !capsule.Ok ? capsule.Rejection : !prompts.Ok ? prompts.Rejection : AnotherDecision.OpeningOf(capsule.Value, prompts.Value, reading.Options.Model);
        if (!opening.Ok)
        {
            Console.Error.WriteLine(opening.Rejection.Message);
            return ExitCode.BadData;
        }

        Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(ChatBody.Write(
            new ChatRequest([new ChatMessage("system", opening.Value.System), new ChatMessage("user", opening.Value.Payload)], AgentTools.All, DecisionSchema.Element),
            reading.Options.Model.Name, reading.Options.Model, new ModelCapability())));
        return ExitCode.Ok;
    }

    private static int Prompts(ParseResult parse)
    {
        var reading = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)));
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        var folder = Deciders.Prompts(reading.Options);
        try
        {
            folder.Unpack();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The prompts can't be written to {folder.Path}: {e.Message}");
            return ExitCode.NotWritable;
        }

        var current = folder.Current();
        if (!current.Ok)
        {
            Console.Error.WriteLine(current.Rejection.Message);
            return ExitCode.BadData;
        }

        var (set, isBuiltIn) = (current.Value, current.Value.Digest == PromptSet.BuiltIn.Digest);
        Console.Out.WriteLine(parse.GetValue(CommonOptions.Json)
            ? JsonSerializer.Serialize(new { folder = Path.GetFullPath(folder.Path), digest = set.Digest, builtIn = isBuiltIn, notes = set.Notes.Keys, outside = set.Outside.Length }, Json)
            : $"Prompts in {Path.GetFullPath(folder.Path)}, digest {set.Digest[..12]}{(isBuiltIn ? " (as built in)" : string.Empty)}; notes on {(set.Notes.IsEmpty ? "no asset" : string.Join(' ', set.Notes.Keys))}. An edit counts from the next decision.");
        return ExitCode.Ok;
    }

    private static int Cost(RezDb db, bool json)
    {
        var facts = db.Events.Where(e => e.Stream == "agent").OrderBy(e => e.Seq).AsEnumerable().Select(e => DiaryTypes.Read(e.Type, e.Version, e.Payload)).Where(r => r.Ok).Select(r => r.Value).ToArray();
        static string Day(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var spent = facts.OfType<AgentSpent>().ToLookup(s => Day(s.AtMs));
        var skipped = facts.OfType<AgentSkipped>().ToLookup(s => Day(s.AtMs));
        var reflected = facts.OfType<AgentReflected>().ToLookup(s => Day(s.AtMs));
        var days = spent.Select(g => g.Key).Union(skipped.Select(g => g.Key)).Union(reflected.Select(g => g.Key)).Order(StringComparer.Ordinal).Select(day => new
        {
            day,
            decisions = spent[day].Count(),
            skipped = skipped[day].Count(),
            turns = spent[day].Sum(s => s.Turns ?? 0),
            promptTokens = spent[day].Sum(s => s.PromptTokens),
            cachedTokens = spent[day].Sum(s => s.CachedTokens),
            completionTokens = spent[day].Sum(s => s.CompletionTokens),
            costUsd = spent[day].Sum(s => s.CostUsd) + reflected[day].Sum(r => r.CostUsd),
        }).ToArray();
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { days, totalUsd = days.Sum(d => d.costUsd) }, Json));
            return ExitCode.Ok;
        }

        foreach (var d in days)
        {
            Console.Out.WriteLine($"{d.day}  {d.costUsd,10:0.0000} USD  {d.decisions} decision(s), {d.skipped} skipped, {d.turns} turn(s), {d.promptTokens} prompt tokens ({d.cachedTokens} cached), {d.completionTokens} answered");
        }

        Console.Out.WriteLine($"{days.Sum(d => d.costUsd):0.0000} USD in {days.Length} day(s)");
        return ExitCode.Ok;
    }

    private static int Read(string[] files, string? assets, bool json)
    {
        var allowed = assets?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        var told = new List<object>();
        foreach (var file in files)
        {
            string text;
            try
            {
                text = file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"{file} can't be read: {e.Message}");
                return ExitCode.BadData;
            }

            var answer = DecisionReader.Read(text, allowed);
            told.Add(new
            {
                file,
                decision = new { reasoning = answer.Reasoning, decisions = answer.Items.Select(Item) },
                dropped = answer.Dropped,
                repair = answer.NeedsRepair,
                faults = answer.Faults,
            });
            if (!json)
            {
                Print(file, answer);
            }
        }

        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(told, Json));
        }

        return ExitCode.Ok;
    }

    private static object Item(ReadItem i) => new
    {
        i.Item.Asset,
        i.Item.Action,
        size_usd = i.Item.SizeUsd,
        i.Quantity,
        i.Item.Leverage,
        stop_loss = i.Item.StopLoss,
        take_profit = i.Item.TakeProfit,
        i.Item.Confidence,
        exit_plan = i.Item.ExitPlan,
        i.Item.Rationale,
    };

    private static void Print(string file, ReadAnswer answer)
    {
        Console.Out.WriteLine($"{file}: {answer.Items.Length} item(s), {answer.Dropped.Length} dropped{(answer.NeedsRepair ? ", repair would be asked" : string.Empty)}");
        foreach (var (item, quantity) in answer.Items)
        {
            Console.Out.WriteLine($"  {item.Asset} {item.Action}" + (item.Action is DecisionAction.Hold or DecisionAction.Close ? string.Empty
                : $" {(quantity is { } q ? $"{q} {item.Asset}" : $"{item.SizeUsd} USD")} at {item.Leverage}x, stop {item.StopLoss}, target {item.TakeProfit}, confidence {item.Confidence}"));
        }

        foreach (var fault in answer.Faults)
        {
            Console.Out.WriteLine($"  ! {fault}");
        }
    }
}
