using System.CommandLine;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Backtest.Checks;
using Rez.Core.Market;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez lookahead</c>: does anything a strategy sees or says depend on data that came later?</summary>
internal static class LookaheadCommand
{
    private static readonly Option<int> Moments = new("--moments") { Description = "How many decisions the data is cut off at", DefaultValueFactory = _ => 12 };
    private static readonly Option<bool> Plant = new("--plant") { Description = "Plant a leak first: the check must find it" };

    public static Command Build()
    {
        var command = new Command("lookahead", "Runs a strategy on data that is cut off, and names every value that comes out differently") { Moments, Plant };
        LabOptions.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var read = LabInput.Read(parse);
        if (!read.Ok)
        {
            return LabOptions.Report(read.Rejection);
        }

        if (parse.GetValue(Moments) < 1)
        {
            Console.Error.WriteLine("--moments must be at least 1.");
            return ExitCode.Usage;
        }

        var input = read.Value;
        input.TellNotes();
        var market = input.Kept(cancel).Market;
        var result = await new LookaheadCheck(market, input.SettingsOf(input.Values).Value, data => Decider(parse, input, data), TimeProvider.System)
            .RunAsync(input.From, input.End(market), parse.GetValue(Moments), null, cancel);
        if (!result.Ok)
        {
            return LabOptions.Report(result.Rejection);
        }

        var r = result.Value;
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { strategy = input.Strategy.Name, parameters = input.Values.ToString(), r.Moments, r.Values, clean = r.Leaks.IsEmpty, r.Leaks }, BacktestCommand.Json));
        }
        else
        {
            Console.Out.WriteLine($"{input.Strategy.Name} {input.Values}: data cut off at {r.Moments} decisions, {r.Values} values compared, {(r.Leaks.IsEmpty ? "none of them knew what came later" : $"{r.Leaks.Length} KNEW WHAT CAME LATER")}");
            foreach (var leak in r.Leaks.Take(20))
            {
                Console.Out.WriteLine($"  {leak.At:yyyy-MM-dd HH:mm} {leak.Name}: {leak.Whole} with all data, {leak.Cut} without the future");
            }
        }

        return r.Leaks.IsEmpty ? ExitCode.Ok : ExitCode.Failed;
    }

    private static IDecider Decider(ParseResult parse, LabInput input, KeptMarket data)
    {
        var strategy = input.Strategy.Create(input.Values);
        return parse.GetValue(Plant) ? new PlantedLeak(strategy, data) : strategy;
    }
}
