using System.CommandLine;
using Rez.Core.Configuration;
using Rez.Worker.Configuration;

namespace Rez.Worker.Commands;

/// <summary>Options that several verbs share, and how they become settings.</summary>
internal static class CommonOptions
{
    public static Option<string?> Config { get; } = new("--config") { Description = "Settings file instead of appsettings.json", Recursive = true };

    public static Option<string[]> Set { get; } = new("--set")
    {
        Description = "A setting, KEY=VALUE; may be repeated", Recursive = true, AllowMultipleArgumentsPerToken = false,
    };

    public static Option<string?> DataDir { get; } = new("--data-dir") { Description = "Folder of the diary (Storage:DataDir)" };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON" };

    /// <summary>Reads the configuration with the command line on top.</summary>
    public static SettingsReading Read(ParseResult parse, params (string Key, string? Value)[] overrides) => SettingsReading.Of(Layers(parse, overrides));

    /// <summary>The layers of the configuration, the command line on top.</summary>
    public static IReadOnlyList<SettingsLayer> Layers(ParseResult parse, params (string Key, string? Value)[] overrides)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in parse.GetValue(Set) ?? [])
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            values[equals < 0 ? pair : pair[..equals]] = equals < 0 ? string.Empty : pair[(equals + 1)..];
        }

        foreach (var (key, value) in overrides)
        {
            if (value is not null)
            {
                values[key] = value;
            }
        }

        return SettingsFiles.Layers(parse.GetValue(Config), values);
    }

    /// <summary>Prints every fault; the exit code says that the configuration is the reason.</summary>
    public static int Report(SettingsReading reading)
    {
        Console.Error.WriteLine($"The configuration has {reading.Faults.Length} fault(s):");
        foreach (var fault in reading.Faults)
        {
            Console.Error.WriteLine("  " + fault);
        }

        return ExitCode.Configuration;
    }

    /// <summary>The data dir of a verb that reads a diary: the option, else the configuration.</summary>
    public static string DataDirOf(ParseResult parse) => parse.GetValue(DataDir) ?? Read(parse).Options.Storage.DataDir;
}
