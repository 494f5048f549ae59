using System.Buffers;
using Rez.Core.Market;

namespace Rez.Core.Torture.Parsers;

/// <summary>What one input may cost at most.</summary>
/// <param name="Milliseconds">Longest time; far above what is normal, since machines hiccup.</param>
/// <param name="Bytes">Allocated for any input, beside <paramref name="BytesPerByte"/> for each of its bytes.</param>
public sealed record ParserLimits(double Milliseconds = 2_000, long Bytes = 16 << 20, long BytesPerByte = 400);

/// <summary>What a thread has done: read while it runs, to see one that hangs.</summary>
public sealed class ParserProgress
{
    private long _inputs;
    private byte[]? _current;

    public long Inputs => Interlocked.Read(ref _inputs);

    /// <summary>The target that is reading.</summary>
    public string Target { get; internal set; } = string.Empty;

    /// <summary>The input that is being read.</summary>
    public byte[]? Current => Volatile.Read(ref _current);

    public Dictionary<string, ParserFinding> Found { get; } = new(StringComparer.Ordinal);

    internal void Begin(byte[] input)
    {
        Volatile.Write(ref _current, input);
        Interlocked.Increment(ref _inputs);
    }
}

/// <summary>Feeds readers with mutated inputs: each is decided by the seed and its number alone, so any of them can be made again.</summary>
public static class ParserRun
{
    private const int MostFindings = 100;

    /// <summary>Feeds the inputs from..to of a seed.</summary>
    /// <param name="clock">Tells how long a reader takes.</param>
    public static void Feed(IReadOnlyList<ParserTarget> targets, ulong seed, long from, long to, ParserLimits limits, ParserProgress progress, TimeProvider clock, CancellationToken cancel = default)
    {
        var texts = targets.Select(t => t.Seeds.Select(s => new SeedText(s)).ToArray()).ToArray();
        var readers = targets.Select(t => t.Open()).ToArray();
        var places = targets.SelectMany((t, i) => Enumerable.Repeat(i, t.Weight)).ToArray();
        var buffer = new ArrayBufferWriter<byte>(4_096);
        for (var number = from; number <= to && !cancel.IsCancellationRequested && progress.Found.Count < MostFindings; number++)
        {
            var random = new SeededRandom(seed + ((ulong)number * 0x9E3779B97F4A7C15UL));
            var chosen = places[random.Next(places.Length)];
            var seeds = texts[chosen];
            var input = Mutation.Of(seeds[random.Next(seeds.Length)], seeds, random, buffer).ToArray();
            progress.Target = targets[chosen].Name;
            progress.Begin(input);
            if (Try(targets[chosen].Name, readers[chosen], input, limits, clock) is { } found)
            {
                progress.Found.TryAdd($"{found.Target} {found.Where}", found);
            }
        }
    }

    /// <summary>One input; null when it was read or refused as it should be.</summary>
    public static ParserFinding? Try(string target, IParser reader, byte[] input, ParserLimits limits, TimeProvider clock)
    {
        var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), clock.GetTimestamp());
        try
        {
            reader.Read(input);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var line = e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("at Rez.", StringComparison.Ordinal))?.Trim() ?? "nowhere";
            return new ParserFinding(target, $"{e.GetType().Name}: {e.Message}", $"{e.GetType().Name} {line}", input);
        }

        var took = clock.GetElapsedTime(began).TotalMilliseconds;
        var used = GC.GetAllocatedBytesForCurrentThread() - before;
        return took > limits.Milliseconds ? new ParserFinding(target, $"{took:0} ms for {input.Length} bytes", "too long", input)
            : used > limits.Bytes + (limits.BytesPerByte * input.Length) ? new ParserFinding(target, $"{used >> 20} MB for {input.Length} bytes", "too much memory", input)
            : null;
    }

    /// <summary>A shorter input of the same finding: pieces are left out as long as it stays the same.</summary>
    public static ParserFinding Reduce(ParserFinding found, Func<byte[], ParserFinding?> again)
    {
        for (var size = Math.Max(1, found.Input.Length / 2); size > 0; size /= 2)
        {
            for (var at = 0; at + size <= found.Input.Length;)
            {
                byte[] shorter = [.. found.Input.AsSpan(0, at), .. found.Input.AsSpan(at + size)];
                if (again(shorter) is { } same && same.Where == found.Where)
                {
                    found = same;
                }
                else
                {
                    at += size;
                }
            }
        }

        return found;
    }
}
