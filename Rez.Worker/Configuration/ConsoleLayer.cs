using System.Text.Json;
using Rez.Core.Configuration;

namespace Rez.Worker.Configuration;

/// <summary>
/// What was changed from the console: <c>settings.json</c> and <c>secrets.json</c> in the data dir, readable by the owner only. Stronger than the administrator's files, weaker than environment and command line. The
/// settings that a session last ran with are kept beside them, to go back to when a start with newer ones fails.
/// </summary>
internal sealed class ConsoleLayer(string dataDir)
{
    public const string Name = "console";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private string SettingsPath => Path.Combine(dataDir, "settings.json");

    private string SecretsPath => Path.Combine(dataDir, "secrets.json");

    private string WorkingPath => SettingsPath + ".working";

    public static IEnumerable<SettingsLayer> Read(string dataDir)
    {
        var layer = new ConsoleLayer(dataDir);
        return new[] { layer.SettingsPath, layer.SecretsPath }.Where(File.Exists).Select(path => SettingsFiles.Json(path, Name));
    }

    public Dictionary<string, string?> Settings() => Values(SettingsPath);

    public Dictionary<string, string?> Secrets() => Values(SecretsPath);

    public void WriteSettings(IReadOnlyDictionary<string, string?> values) => Write(SettingsPath, values);

    public void WriteSecrets(IReadOnlyDictionary<string, string?> values) => Write(SecretsPath, values);

    /// <summary>Goes back to what last worked; false when that is what there is, or nothing ever did.</summary>
    public bool GoBack()
    {
        var working = Values(WorkingPath);
        if (!File.Exists(WorkingPath) || (working.Count == Settings().Count && !working.Except(Settings()).Any()))
        {
            return false;
        }

        Write(SettingsPath, working);
        return true;
    }

    /// <summary>A session runs with these.</summary>
    public void Settle(IReadOnlyDictionary<string, string?> working) => Write(WorkingPath, working);

    private static Dictionary<string, string?> Values(string path) =>
        File.Exists(path) ? new(SettingsFiles.Json(path, Name).Values, StringComparer.OrdinalIgnoreCase) : new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whole or not at all: a kill in between leaves the file as it was.</summary>
    private static void Write(string path, IReadOnlyDictionary<string, string?> values)
    {
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(file, new SortedDictionary<string, string?>(values.ToDictionary(), StringComparer.Ordinal), Indented);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
