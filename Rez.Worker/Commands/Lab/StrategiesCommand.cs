using System.CommandLine;
using System.Text.Json;
using Rez.Core.Strategies;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez strategies</c>: rule strategies with their parameters.</summary>
internal static class StrategiesCommand
{
    public static Command Build()
    {
        var command = new Command("strategies", "Lists the rule strategies: rules, parameters, ranges") { CommonOptions.Json };
        command.SetAction(parse => List(parse.GetValue(CommonOptions.Json)));
        return command;
    }

    private static int List(bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(StrategyCatalogue.All.Select(s => new { s.Name, s.Rules, s.Parameters, Needs = s.Needs(s.Read([]).Value) }), JsonSerializerOptions.Web));
            return ExitCode.Ok;
        }

        foreach (var strategy in StrategyCatalogue.All)
        {
            Console.Out.WriteLine(strategy.Name);
            Console.Out.WriteLine($"  {strategy.Rules}");
            foreach (var p in strategy.Parameters)
            {
                Console.Out.WriteLine($"    {p.Name,-8} {p.Default,6}   {p.Least} … {p.Most}{(p.IsWhole ? " whole" : string.Empty)}: {p.Description}");
            }
        }

        return ExitCode.Ok;
    }
}
