using System.Collections.Immutable;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>
/// Reads a book's levels straight from the bytes when they have exactly the form the venue writes, without white space and in its order of keys. Any
/// other form is left to the general reader; nothing is guessed.
/// </summary>
internal static class BookFrame
{
    /// <summary>Both sides from <c>[[…],[…]]</c>.</summary>
    /// <param name="levels">Bytes from the first bracket on.</param>
    /// <param name="scratch">Room for the levels of a side.</param>
    /// <param name="length">How many bytes were read.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> levels, BookLevel[] scratch, out ImmutableArray<BookLevel> bids, out ImmutableArray<BookLevel> asks, out int length)
    {
        var at = 0;
        length = 0;
        bids = asks = default;
        if (!Take(levels, ref at, "["u8) || !Side(levels, ref at, scratch, out bids) || !Take(levels, ref at, ","u8)
            || !Side(levels, ref at, scratch, out asks) || !Take(levels, ref at, "]"u8))
        {
            return false;
        }

        length = at;
        return true;
    }

    private static bool Side(ReadOnlySpan<byte> bytes, ref int at, BookLevel[] scratch, out ImmutableArray<BookLevel> side)
    {
        side = default;
        if (!Take(bytes, ref at, "["u8))
        {
            return false;
        }

        var count = 0;
        while (count < scratch.Length && Take(bytes, ref at, "{\"px\":\""u8))
        {
            if (!Number(bytes, ref at, out var price) || !Take(bytes, ref at, "\",\"sz\":\""u8) || !Number(bytes, ref at, out var size)
                || !Take(bytes, ref at, "\",\"n\":"u8) || !Count(bytes, ref at, out var orders) || !Take(bytes, ref at, "}"u8) || price <= 0)
            {
                return false;
            }

            scratch[count++] = new BookLevel(price, size, orders);
            if (!Take(bytes, ref at, ","u8))
            {
                break;
            }
        }

        if (!Take(bytes, ref at, "]"u8))
        {
            return false;
        }

        side = [.. scratch.AsSpan(0, count)];
        return true;
    }

    private static bool Take(ReadOnlySpan<byte> bytes, ref int at, ReadOnlySpan<byte> text)
    {
        if (!bytes[at..].StartsWith(text))
        {
            return false;
        }

        at += text.Length;
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> bytes, ref int at, out decimal value)
    {
        var rest = bytes[at..];
        var end = rest.IndexOf((byte)'"');
        value = 0;
        if (end <= 0 || !WireNumber.TryParse(rest[..end], out value))
        {
            return false;
        }

        at += end;
        return true;
    }

    private static bool Count(ReadOnlySpan<byte> bytes, ref int at, out int value)
    {
        value = 0;
        var start = at;
        while (at < bytes.Length && at - start < 9 && bytes[at] is >= (byte)'0' and <= (byte)'9')
        {
            value = (value * 10) + (bytes[at++] - '0');
        }

        // A leading zero or a tenth digit is not what the venue writes.
        return at > start && (at - start == 1 || bytes[start] != '0');
    }
}
