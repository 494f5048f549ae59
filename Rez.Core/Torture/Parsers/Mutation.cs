using System.Buffers;
using System.Text;
using Rez.Core.Market;

namespace Rez.Core.Torture.Parsers;

/// <summary>Makes inputs that are almost right: parts of a well-formed one replaced, left out, repeated, nested, taken from another one; and now and then bytes that are simply wrong.</summary>
internal static class Mutation
{
    /// <summary>Longest input: larger than the venue, a model or a person sends, small enough that a million pass in a minute.</summary>
    public const int MostBytes = 256 * 1024;

    private const int MostEdits = 4;
    private static readonly byte[][] Atoms =
    [
        .. new[]
        {
            "", "0", "-0", "1", "-1", "null", "true", "false", "\"\"", "{}", "[]", "[[]]", "{\"\":\"\"}", "NaN", "\"NaN\"", "Infinity", "\"-Infinity\"", "1e309", "\"1e309\"", "-1e-320", "9223372036854775807", "9223372036854775808",
            "-9223372036854775809", "18446744073709551616", "79228162514264337593543950336", "\"79228162514264337593543950336\"", "0.1e-28", "\"0.00000000000000000000000000000000001\"", "00012", "+5", "\"+5\"", "1.2.3", "\"1,5\"",
            "\"0x\"", "0x10", "\"BTC\"", "\"@107\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\", "\"", "\\", "'", "`", "```", "253402300800000", "-62135596800001", "8640000000000001", "\"2026-02-30T25:61:61Z\"", "2147483648", "-2147483649", "\"\\ud83d\\ude00\"",
            "١٢٣", "\"١٢٣\"", "\u00a0", "\u2028", "\ufeff", "<script>", "..", "/dev/null", "1h", "1d;", "true,false", "#", "//", "/*", "*/", ",", ":", "\r\n", "\n\n", "\t", "%s", "{0}", "--", "=", "a=b=c",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3], [0xed, 0xa0, 0x80], [0x22, 0xff, 0xfe, 0x22], [0], [0xf0, 0x9f, 0x98],
    ];

    /// <summary>One input from a seed.</summary>
    /// <param name="others">Parts are taken from these.</param>
    public static ReadOnlySpan<byte> Of(SeedText seed, IReadOnlyList<SeedText> others, SeededRandom random, ArrayBufferWriter<byte> into)
    {
        into.ResetWrittenCount();
        var edits = 1 + random.Next(MostEdits);
        Span<(int From, int To)> places = stackalloc (int, int)[MostEdits];
        Span<int> kinds = stackalloc int[MostEdits];
        for (var i = 0; i < edits; i++)
        {
            kinds[i] = random.Next(10);
            var among = kinds[i] is 3 or 4 ? seed.Members : seed.Values;
            var (from, length) = among[random.Next(among.Length)].GetOffsetAndLength(seed.Bytes.Length);
            places[i] = (from, from + length);
        }

        places[..edits].Sort(kinds[..edits]);
        var at = 0;
        for (var i = 0; i < edits; i++)
        {
            var (from, to) = places[i];
            if (from < at)
            {
                // Lies within what was replaced already.
                continue;
            }

            into.Write(seed.Bytes.AsSpan(at..from));
            Edit(kinds[i], seed.Bytes.AsSpan(from..to), seed, others, random, into);
            at = to;
        }

        into.Write(seed.Bytes.AsSpan(at));
        if (into.WrittenCount > MostBytes)
        {
            return into.WrittenSpan[..MostBytes];
        }

        return random.Next(5) == 0 ? Broken(random, into) : into.WrittenSpan;
    }

    private static void Edit(int kind, ReadOnlySpan<byte> part, SeedText seed, IReadOnlyList<SeedText> others, SeededRandom random, ArrayBufferWriter<byte> into)
    {
        switch (kind)
        {
            case 0 or 1:
                into.Write(Atoms[random.Next(Atoms.Length)]);
                break;
            case 2:
                var other = random.Next(2) == 0 ? seed : others[random.Next(others.Count)];
                into.Write(other.Bytes.AsSpan(other.Values[random.Next(other.Values.Length)]));
                break;
            case 3:
                break;
            case 4:
                for (var n = random.Next(8) == 0 ? 1 + random.Next(400) : 2; n > 0 && into.WrittenCount < MostBytes; n--)
                {
                    into.Write(part);
                }

                break;
            case 5:
                Nest(part, random, into);
                break;
            case 6 or 7:
                Number(part, random, into);
                break;
            case 8:
                into.Write("\""u8);
                into.Write(part);
                into.Write("\""u8);
                break;
            default:
                Long(random, into);
                break;
        }
    }

    private static void Nest(ReadOnlySpan<byte> part, SeededRandom random, ArrayBufferWriter<byte> into)
    {
        var deep = random.Next(6) == 0 ? 1 + random.Next(3_000) : 1 + random.Next(4);
        var isList = random.Next(2) == 0;
        for (var i = 0; i < deep; i++)
        {
            into.Write(isList ? "["u8 : "{\"a\":"u8);
        }

        into.Write(part);
        for (var i = 0; i < deep; i++)
        {
            into.Write(isList ? "]"u8 : "}"u8);
        }
    }

    /// <summary>Another digit, sign, point or exponent somewhere in it.</summary>
    private static void Number(ReadOnlySpan<byte> part, SeededRandom random, ArrayBufferWriter<byte> into)
    {
        var at = random.Next(part.Length + 1);
        into.Write(part[..at]);
        into.Write("0123456789-.eE+"u8.Slice(random.Next(15), 1));
        into.Write(part[Math.Min(part.Length, at + random.Next(2))..]);
    }

    private static void Long(SeededRandom random, ArrayBufferWriter<byte> into)
    {
        var length = random.Next(10) == 0 ? random.Next(60_000) : random.Next(200);
        var kind = random.Next(4);
        var span = into.GetSpan(length + 2)[..(length + 2)];
        span.Fill((byte)(kind switch { 0 => 'A', 1 => '9', 2 => ' ', _ => '\\' }));
        if (kind != 1)
        {
            span[0] = span[^1] = (byte)'"';
        }

        into.Advance(span.Length);
    }

    /// <summary>What a wire does: cut off, or some bytes wrong.</summary>
    private static ReadOnlySpan<byte> Broken(SeededRandom random, ArrayBufferWriter<byte> into)
    {
        if (into.WrittenCount == 0)
        {
            return [];
        }

        var copy = into.WrittenSpan.ToArray();
        for (var n = random.Next(4); n > 0; n--)
        {
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        }

        return random.Next(2) == 0 ? copy.AsSpan(0, random.Next(copy.Length + 1)) : copy;
    }
}
