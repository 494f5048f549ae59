using System.Globalization;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>Numbers as the venue writes them: text, plain notation, at most 8 decimals, no trailing zeros (protocol §3.4).</summary>
public static class WireNumber
{
    private const int Decimals = 8;

    /// <summary>The text of a price or size, or why it can't be sent: nothing is rounded here.</summary>
    public static Outcome<string> Format(decimal value)
    {
        if (decimal.Round(value, Decimals) != value)
        {
            return new Rejection("too-many-decimals", $"{value} has more than {Decimals} decimals.");
        }

        // -0 would sign as "-0": the venue writes 0.
        return value == 0 ? "0" : value.ToString("0.########", CultureInfo.InvariantCulture);
    }

    /// <summary>Reads a number as the venue writes it; exponents, blanks and absurd lengths are no numbers.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out decimal value)
    {
        value = 0;
        return text.Length is > 0 and <= 40
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The same from the bytes of a frame: digits are gathered by hand, since this is most of a book's cost.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out decimal value)
    {
        const int FastDigits = 18;
        value = 0;
        if (utf8.Length is 0 or > 40)
        {
            return false;
        }

        var negative = utf8[0] == '-';
        var at = negative ? 1 : 0;
        var digits = 0UL;
        var (count, decimals, dot) = (0, 0, false);
        for (; at < utf8.Length; at++)
        {
            var b = utf8[at];
            if (b == '.' && !dot)
            {
                dot = true;
                continue;
            }

            if (b is < (byte)'0' or > (byte)'9' || ++count > FastDigits)
            {
                break;
            }

            digits = (digits * 10) + (ulong)(b - '0');
            decimals += dot ? 1 : 0;
        }

        if (at < utf8.Length || count == 0)
        {
            Span<char> text = stackalloc char[utf8.Length];
            return System.Text.Encoding.ASCII.TryGetChars(utf8, text, out var written) && TryParse(text[..written], out value);
        }

        value = new decimal((int)(uint)digits, (int)(uint)(digits >> 32), 0, negative && digits != 0, (byte)decimals);
        return true;
    }
}
