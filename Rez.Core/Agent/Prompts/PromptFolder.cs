using System.Collections.Immutable;
using System.Text;

namespace Rez.Core.Agent.Prompts;

/// <summary>
/// Prompts as files of a folder: <c>system.md</c>, <c>strategy.md</c>, <c>notes/ASSET.md</c>, <c>outside.md</c>. A file that is not there is the built-in text, or none. Read anew
/// for each decision, so that an edit counts from the next one; what can't be read stops decisions, with its name.
/// </summary>
public sealed class PromptFolder(string path) : IPrompts
{
    private const int MostBytes = 64 * 1024;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public string Path => path;

    public Outcome<PromptSet> Current()
    {
        var system = Read("system.md", PromptSet.BuiltIn.System);
        var strategy = Read("strategy.md", PromptSet.BuiltIn.Strategy);
        var outside = Read("outside.md", string.Empty);
        foreach (var read in (Outcome<string>[])[system, strategy, outside])
        {
            if (!read.Ok)
            {
                return read.Rejection;
            }
        }

        var notes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var folder = System.IO.Path.Combine(path, "notes");
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal).ToArray() : [])
        {
            var note = Read(System.IO.Path.Combine("notes", System.IO.Path.GetFileName(file)), string.Empty);
            if (!note.Ok)
            {
                return note.Rejection;
            }

            notes[System.IO.Path.GetFileNameWithoutExtension(file)] = note.Value;
        }

        return new PromptSet(system.Value, strategy.Value, notes.ToImmutable(), outside.Value);
    }

    /// <summary>Writes the built-in texts into the folder, for editing; what is there stays.</summary>
    /// <returns>Names of the files that were written.</returns>
    public IReadOnlyList<string> Unpack()
    {
        Directory.CreateDirectory(System.IO.Path.Combine(path, "notes"));
        var written = new List<string>();
        foreach (var (name, text) in new[] { ("system.md", PromptSet.BuiltIn.System), ("strategy.md", PromptSet.BuiltIn.Strategy) })
        {
            var file = System.IO.Path.Combine(path, name);
            if (!File.Exists(file))
            {
                File.WriteAllText(file, text);
                written.Add(file);
            }
        }

        return written;
    }

    private Outcome<string> Read(string name, string missing)
    {
        var file = System.IO.Path.Combine(path, name);
        try
        {
            if (!File.Exists(file))
            {
                return new Outcome<string>(missing);
            }

            var bytes = File.ReadAllBytes(file);
            return bytes.Length > MostBytes
                ? new Rejection("bad-prompt", $"The prompt {file} has {bytes.Length} bytes; at most {MostBytes} are sent.")
                : new Outcome<string>(Strict.GetString(bytes));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return new Rejection("bad-prompt", $"The prompt {file} can't be read: {e.Message}");
        }
    }
}
