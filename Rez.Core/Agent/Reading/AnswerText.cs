using System.Text;

namespace Rez.Core.Agent.Reading;

/// <summary>Finds the JSON in what a model wrote around it: thinking blocks, code fences, prose.</summary>
public static class AnswerText
{
    /// <summary>Values that can be read, in the order of trust: fenced ones from the last to the first, then bare ones from the last.</summary>
    /// <param name="why">Why the last candidate could not be read, when there was one.</param>
    public static IReadOnlyList<LooseValue> Candidates(string answer, out string? why)
    {
        var text = WithoutThinking(answer);
        var found = new List<LooseValue>();
        why = null;
        foreach (var block in Fenced(text).Reverse())
        {
            var start = FirstBracket(block, 0);
            if (start < 0)
            {
                continue;
            }

            var read = LooseJson.Read(block, start, out _);
            if (read.Ok)
            {
                found.Add(read.Value);
            }
            else
            {
                why ??= read.Rejection.Message;
            }
        }

        if (found.Count == 0)
        {
            found.AddRange(Bare(text, ref why));
        }

        return found;
    }

    /// <summary>What stands before the JSON and outside of thinking: the reasoning, for people.</summary>
    public static string Prose(string answer)
    {
        var text = WithoutThinking(answer);
        var fence = text.IndexOf("```", StringComparison.Ordinal);
        var brace = text.IndexOf('{', StringComparison.Ordinal);
        var end = fence >= 0 ? fence : brace >= 0 ? brace : text.Length;
        return text[..end].Trim();
    }

    private static string WithoutThinking(string text)
    {
        if (!text.Contains('<', StringComparison.Ordinal))
        {
            return text;
        }

        foreach (var tag in (string[])["think", "thinking", "reasoning"])
        {
            text = Without(text, $"<{tag}>", $"</{tag}>");
        }

        return text;
    }

    /// <summary>In one pass: a model that goes in circles writes the same tags thousands of times.</summary>
    private static string Without(string text, string opens, string closes)
    {
        var (start, end) = (Find(text, opens, 0), Find(text, closes, 0));
        if (start < 0 && end < 0)
        {
            return text;
        }

        var kept = new StringBuilder();
        var at = 0;
        while (start >= 0 || end >= 0)
        {
            if (end >= 0 && (start < 0 || start > end))
            {
                // Some endpoints swallow the opening tag: all that came before was thinking.
                kept.Clear();
            }
            else
            {
                kept.Append(text, at, start - at);
            }

            at = end < 0 ? text.Length : end + closes.Length;
            start = start >= 0 && start < at ? Find(text, opens, at) : start;
            end = end >= 0 && end < at ? Find(text, closes, at) : end;
        }

        return kept.Append(text, at, text.Length - at).ToString();
    }

    private static int Find(string text, string what, int from) => from >= text.Length ? -1 : text.IndexOf(what, from, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Fenced(string text)
    {
        var at = 0;
        while ((at = text.IndexOf("```", at, StringComparison.Ordinal)) >= 0)
        {
            var start = at + 3;
            var end = text.IndexOf("```", start, StringComparison.Ordinal);
            if (end < 0)
            {
                // The fence was never closed: what follows may still be whole.
                yield return text[start..];
                yield break;
            }

            yield return text[start..end];
            at = end + 3;
        }
    }

    /// <summary>Objects and lists of objects that stand in prose, the last one first. What fails is stepped over, not mended.</summary>
    private static List<LooseValue> Bare(string text, ref string? why)
    {
        var found = new List<LooseValue>();
        for (var at = FirstBracket(text, 0); at >= 0;)
        {
            var read = LooseJson.Read(text, at, out var end);
            if (read.Ok && (read.Value.Kind == LooseKind.Object || read.Value.Items.Any(i => i.Kind == LooseKind.Object) || read.Value.Items.Count == 0))
            {
                found.Add(read.Value);
                at = FirstBracket(text, end);
            }
            else
            {
                // An object that breaks off hides its inner ones: they are a part of something unreadable.
                why = read.Ok ? why : read.Rejection.Message;
                at = text[at] == '{' && !read.Ok ? -1 : FirstBracket(text, !read.Ok && read.Rejection.Message.StartsWith(LooseJson.TooDeep, StringComparison.Ordinal) ? Deepest(text, at) : at + 1);
            }
        }

        found.Reverse();
        return found;
    }

    /// <summary>The last of brackets that follow each other: reading from each of them anew would take the square of their number.</summary>
    private static int Deepest(string text, int at)
    {
        while (at + 2 < text.Length && text[at + 1] == '[' && text[at + 2] == '[')
        {
            at++;
        }

        return at + 1;
    }

    private static int FirstBracket(string text, int from) => from >= text.Length ? -1 : text.AsSpan(from).IndexOfAny('{', '[') is >= 0 and var i ? from + i : -1;
}
