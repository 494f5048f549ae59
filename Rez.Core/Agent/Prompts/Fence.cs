using System.Text;
using System.Text.Json;

namespace Rez.Core.Agent.Prompts;

/// <summary>
/// Text of others on its way to a model: made plain (no control, zero-width or direction characters), cut to a length, and always the value of a field named
/// <c>untrusted</c>. JSON's own escaping keeps it inside. It reaches nothing but the model's eyes: tools take no text from it, and limits are code.
/// </summary>
public static class Fence
{
    public const string Field = "untrusted";

    public static string Plain(string text, int most)
    {
        var plain = new StringBuilder(Math.Min(text.Length, most));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= most)
            {
                plain.Append('…');
                break;
            }

            var kind = Rune.GetUnicodeCategory(rune);
            if (rune.Value is '\n' or '\t')
            {
                plain.Append(' ');
            }
            else if (kind is not (System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.Surrogate))
            {
                plain.Append(rune.ToString());
            }
        }

        return plain.ToString();
    }

    /// <summary>Writes <c>"name": {"untrusted": "…"}</c>.</summary>
    public static void Write(Utf8JsonWriter json, string name, string text, int most)
    {
        json.WriteStartObject(name);
        json.WriteString(Field, Plain(text, most));
        json.WriteEndObject();
    }
}
