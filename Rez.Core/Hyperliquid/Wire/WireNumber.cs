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
}
