namespace Rez.Core.Torture.Parsers;

/// <summary>Something that reads what others wrote.</summary>
/// <param name="Name">As shown, and to choose it by.</param>
/// <param name="Seeds">Well-formed inputs.</param>
/// <param name="Weight">Its share of the inputs, against the others': what is slow gets fewer.</param>
/// <param name="Open">A reader for one thread, which may keep what it remembers between inputs, as in real use.</param>
public sealed record ParserTarget(string Name, IReadOnlyList<byte[]> Seeds, int Weight, Func<IParser> Open);

/// <summary>Reads one input. Whatever is wrong with it is a value: an exception is a fault of the reader.</summary>
public interface IParser
{
    void Read(ReadOnlySpan<byte> input);
}

/// <summary>An input that a reader did not stand.</summary>
/// <param name="Words">What happened: an exception, too long, or too much memory.</param>
/// <param name="Where">The first line of Rez that was in it, or what was exceeded: two findings with the same are one.</param>
public sealed record ParserFinding(string Target, string Words, string Where, byte[] Input);
