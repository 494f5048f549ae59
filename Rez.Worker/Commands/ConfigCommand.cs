using System.CommandLine;
using System.Text.Json;
using Rez.Core.Configuration;

namespace Rez.Worker.Commands;

/// <summary><c>rez config print</c> and <c>rez config check</c>.</summary>
internal static class ConfigCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static Command Build()
    {
        var print = new Command("print", "Shows each setting in force and where it comes from; secrets are masked") { CommonOptions.Json };
        print.SetAction(parse => Print(CommonOptions.Read(parse), parse.GetValue(CommonOptions.Json)));
        var check = new Command("check", "Lists every fault of the configuration at once") { CommonOptions.Json };
        check.SetAction(parse => Check(CommonOptions.Read(parse), parse.GetValue(CommonOptions.Json)));
        return new Command("config", "Shows and checks the configuration") { print, check };
    }

    private static int Print(SettingsReading reading, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(reading.Effective, Indented));
        }
        else
        {
            var key = reading.Effective.Max(e => e.Key.Length);
            var value = Math.Min(48, reading.Effective.Max(e => e.Value.Length));
            foreach (var e in reading.Effective)
            {
                Console.Out.WriteLine($"{e.Key.PadRight(key)}  {e.Value.PadRight(value)}  {e.Source}");
            }
        }

        return reading.Faults.IsEmpty ? ExitCode.Ok : CommonOptions.Report(reading);
    }

    private static int Check(SettingsReading reading, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(reading.Faults, Indented));
            return reading.Faults.IsEmpty ? ExitCode.Ok : ExitCode.Configuration;
        }

        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        Console.Out.WriteLine($"{reading.Effective.Length} settings, no fault.");
        return ExitCode.Ok;
    }
}
