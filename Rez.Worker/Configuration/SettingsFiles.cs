using System.Collections;
using Rez.Core.Configuration;

namespace Rez.Worker.Configuration;

/// <summary>Reads the layers of the configuration: file → environment-specific file → what the console changed (<see cref="ConsoleLayer"/>) → .env → environment → command line.</summary>
internal static class SettingsFiles
{
    /// <param name="file">Settings file; null looks for appsettings.json here, then beside the program.</param>
    /// <param name="overrides">From the command line.</param>
    public static IReadOnlyList<SettingsLayer> Layers(string? file, IReadOnlyDictionary<string, string?> overrides)
    {
        var path = file ?? new[] { "appsettings.json", Path.Combine(AppContext.BaseDirectory, "appsettings.json") }.FirstOrDefault(File.Exists);
        var layers = new List<SettingsLayer>();
        if (path is null)
        {
            layers.Add(SettingsText.Broken("appsettings.json", "the file; there is none here or beside the program"));
        }
        else
        {
            layers.Add(Json(path));
            var environment = Environment.GetEnvironmentVariable("REZ_ENVIRONMENT");
            var specific = Path.ChangeExtension(path, null) + $".{environment}.json";
            if (!string.IsNullOrEmpty(environment) && File.Exists(specific))
            {
                layers.Add(Json(specific));
            }
        }

        var consoleAt = layers.Count;
        if (File.Exists(".env"))
        {
            layers.Add(SettingsText.DotEnv(File.ReadLines(".env")));
        }

        layers.Add(Variables());
        layers.Add(new SettingsLayer("command line", overrides, []));

        // Where the console keeps its changes is itself a setting, which the console can't change.
        layers.InsertRange(consoleAt, ConsoleLayer.Read(SettingsReading.Of(layers).Options.Storage.DataDir));
        return layers;
    }

    /// <param name="name">As shown to people; the file's own when null.</param>
    internal static SettingsLayer Json(string path, string? name = null)
    {
        name ??= Path.GetFileName(path);
        try
        {
            return SettingsText.Json(File.ReadAllText(path), name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return SettingsText.Broken(name, $"a readable file: {e.Message}");
        }
    }

    private static SettingsLayer Variables()
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            SettingsText.Add(values, (string)variable.Key, (string?)variable.Value ?? string.Empty);
        }

        return new SettingsLayer("environment", values, []);
    }
}
