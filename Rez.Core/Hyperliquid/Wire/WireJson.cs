using System.Text.Json;
using System.Text.Unicode;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>
/// JSON from a wire as a document of which every text can be read. The framework's reader takes bytes that are no UTF-8, and halves of escaped surrogate pairs, and throws only when such a text is looked at:
/// far from where it came in.
/// </summary>
internal static class WireJson
{
    private const int EscapeDigits = 4;

    /// <summary>The document, or null when it is no JSON or holds a text that can't be read.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        if (!IsText(body.Span))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether all of it is UTF-8 and each escaped surrogate has its other half.</summary>
    public static bool IsText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        for (var rest = json; ;)
        {
            var at = rest.IndexOf("\\u"u8);
            if (at < 0)
            {
                return true;
            }

            if (IsEscape(rest, at) && Half(rest, at) is { } first)
            {
                if (!char.IsHighSurrogate(first) || Half(rest, at + 2 + EscapeDigits) is not { } second || !char.IsLowSurrogate(second))
                {
                    return false;
                }

                rest = rest[(at + (2 * (2 + EscapeDigits)))..];
                continue;
            }

            rest = rest[(at + 2)..];
        }
    }

    /// <summary>A backslash that is itself escaped begins nothing.</summary>
    private static bool IsEscape(ReadOnlySpan<byte> json, int at)
    {
        var before = at;
        while (before > 0 && json[before - 1] == '\\')
        {
            before--;
        }

        return (at - before) % 2 == 0;
    }

    /// <summary>Half of a surrogate pair that is escaped here, or null.</summary>
    private static char? Half(ReadOnlySpan<byte> json, int at) =>
        at + 2 + EscapeDigits <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
        && System.Buffers.Text.Utf8Parser.TryParse(json.Slice(at + 2, EscapeDigits), out ushort value, out var used, 'x') && used == EscapeDigits && char.IsSurrogate((char)value)
            ? (char)value
            : null;
}
