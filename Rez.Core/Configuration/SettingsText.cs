using System.Collections.Immutable;
using System.Text.Json;

namespace Rez.Core.Configuration;

/// <summary>Reads the text of a source of settings. Whatever is wrong with it is a fault that names where; a secret is never repeated.</summary>
public static class SettingsText
{
    /// <summary>How names of the environment begin: <c>REZ__Risk__MaxLeverage</c>.</summary>
    public const string Prefix = "REZ__";

    /// <summary>A settings file: JSON with comments and trailing commas.</summary>
    /// <param name="name">As shown to people.</param>
    public static SettingsLayer Json(string text, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            Flatten(document.RootElement, string.Empty, values);
            return new SettingsLayer(name, values, []);
        }
        catch (JsonException e)
        {
            return Broken(name, $"well-formed JSON: line {e.LineNumber + 1}, column {e.BytePositionInLine + 1} is not");
        }
        catch (InvalidOperationException)
        {
            // The framework's words name no place: half of a surrogate pair, escaped.
            return Broken(name, "texts of whole characters: one holds half of a surrogate pair (\\ud800 to \\udfff)");
        }
    }

    /// <summary>Lines of NAME=value, as in <c>.env</c>.</summary>
    public static SettingsLayer DotEnv(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var faults = ImmutableArray.CreateBuilder<SettingFault>();
        var number = 0;
        foreach (var raw in lines)
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

    /// <summary>Takes a variable that is ours.</summary>
    public static void Add(Dictionary<string, string?> values, string name, string value)
    {
        if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            values[name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal)] = value;
        }
    }

    /// <summary>A source that can't be read.</summary>
    public static SettingsLayer Broken(string name, string expectation) => new(name, new Dictionary<string, string?>(), [new SettingFault(string.Empty, string.Empty, name, "expected " + expectation)]);

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

    private static string Unquote(string value) => value.Length >= 2 && value[0] == value[^1] && value[0] is '"' or '\'' ? value[1..^1] : value;
}
