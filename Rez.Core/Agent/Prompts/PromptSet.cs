using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Rez.Core.Agent.Prompts;

/// <summary>The texts a model is told besides the state: what it is, how it should trade, what is special about an asset. Known by a digest of all of them.</summary>
/// <param name="Notes">By asset; only those of assets that are asked about are sent.</param>
/// <param name="Outside">Text that others wrote, such as news: sent as data, never as an instruction.</param>
public sealed record PromptSet(string System, string Strategy, ImmutableSortedDictionary<string, string> Notes, string Outside)
{
    /// <summary>Texts that come with Rez.</summary>
    public static PromptSet BuiltIn { get; } = new(Resource("system.md"), Resource("strategy.md"), ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), string.Empty);

    /// <summary>SHA-256 over what a person wrote: system, strategy and notes, in hex. Text of others is no part of it.</summary>
    public string Digest => DigestOf(System, Strategy, Notes);

    /// <summary>The system message, exactly as it is sent.</summary>
    public string Message(IEnumerable<string> assets)
    {
        var text = new StringBuilder(System.TrimEnd()).Append("\n\nHow to trade:\n").Append(Strategy.TrimEnd()).Append('\n');
        foreach (var asset in assets)
        {
            if (Notes.TryGetValue(asset, out var note))
            {
                text.Append("\nOn ").Append(asset).Append(":\n").Append(note.TrimEnd()).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string DigestOf(string system, string strategy, ImmutableSortedDictionary<string, string> notes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, text) in notes.Select(n => ("notes/" + n.Key, n.Value)).Prepend(("strategy", strategy)).Prepend(("system", system)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{Encoding.UTF8.GetByteCount(text)}\n{text}"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Resource(string name)
    {
        using var stream = typeof(PromptSet).Assembly.GetManifestResourceStream($"Rez.Core.Agent.Prompts.{name}") ?? throw new InvalidOperationException($"The prompt {name} is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>Where prompts come from.</summary>
public interface IPrompts
{
    /// <summary>The texts as they are now, or which of them can't be used.</summary>
    Outcome<PromptSet> Current();
}
