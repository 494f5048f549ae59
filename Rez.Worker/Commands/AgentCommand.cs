using System.CommandLine;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Agent.Reading;

namespace Rez.Worker.Commands;

/// <summary><c>rez agent read</c>: what Rez reads in a model's answer, for finding out what a model does wrong.</summary>
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
        return new Command("agent", "The model's side: what it was told, what it said") { read };
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
