using System.Collections;
using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Configuration;

namespace Rez.Worker.Configuration;

/// <summary>Reads the layers of the configuration: file → environment-specific file → what the console changed (<see cref="ConsoleLayer"/>) → .env → environment → command line.</summary>
internal static class SettingsFiles
{
    private const string Prefix = "REZ__";

    /// <param name="file">Settings file; null looks for appsettings.json here, then beside the program.</param>
    /// <param name="overrides">From the command line.</param>
    public static IReadOnlyList<SettingsLayer> Layers(string? file, IReadOnlyDictionary<string, string?> overrides)
    {
        var path = file ?? new[] { "appsettings.json", Path.Combine(AppContext.BaseDirectory, "appsettings.json") }.FirstOrDefault(File.Exists);
        var layers = new List<SettingsLayer>();
        if (path is null)
        {
            layers.Add(Broken("appsettings.json", "the file; there is none here or beside the program"));
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
            layers.Add(DotEnv(".env"));
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
            using var document = JsonDocument.Parse(
                File.ReadAllText(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            Flatten(document.RootElement, string.Empty, values);
            return new SettingsLayer(name, values, []);
        }
        catch (JsonException e)
        {
            return Broken(name, $"well-formed JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1} is not");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Broken(name, $"a readable file: {e.Message}");
        }
    }

    private static void Flatten(JsonElement element, string key, Dictionary<string, string?> into)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    Flatten(property.Value, key.Length == 0 ? property.Name : $"{key}:{property.Name}", into);
                }

                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    Flatten(item, $"{key}:{index++}", into);
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                into[key] = element.ToString();
                break;
        }
    }

    private static SettingsLayer DotEnv(string path)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = ImmutableArray.CreateBuilder<SettingFault>();
        var number = 0;
        foreach (var raw in File.ReadLines(path))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                // Not repeated here: a line without a name may be a secret pasted alone.
                faults.Add(new SettingFault(string.Empty, string.Empty, $".env line {number}", "expected NAME=value"));
                continue;
            }

            var name = line[..equals].Trim();
            name = name.StartsWith("export ", StringComparison.Ordinal) ? name[7..].Trim() : name;
            Add(values, name, Unquote(line[(equals + 1)..].Trim()));
        }

        return new SettingsLayer(".env", values, faults.ToImmutable());
    }

    private static SettingsLayer Variables()
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            Add(values, (string)variable.Key, (string?)variable.Value ?? string.Empty);
        }

        return new SettingsLayer("environment", values, []);
    }

    private static void Add(Dictionary<string, string?> values, string name, string value)
    {
        if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            values[name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal)] = value;
        }
    }

    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] == value[^1] && value[0] is '"' or '\'' ? value[1..^1] : value;

    private static SettingsLayer Broken(string name, string expectation) =>
        new(name, new Dictionary<string, string?>(), [new SettingFault(string.Empty, string.Empty, name, "expected " + expectation)]);
}
