using System.Text.Json;

namespace Rez.Core.Torture.Parsers;

/// <summary>
/// A well-formed input and the places in it that mean something: of JSON each value and each member, of anything else each line and each field. Mutation works on these, so that what comes out still gets past
/// a parser's first line.
/// </summary>
internal sealed class SeedText
{
    private static readonly JsonReaderOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 256 };

    public SeedText(byte[] bytes)
    {
        Bytes = bytes;
        var (values, members) = (new List<Range>(), new List<Range>());
        var json = JsonIn(bytes);
        if (json.End.Value <= json.Start.Value || !TryWalk(bytes, json, values, members))
        {
            values.Clear();
            members.Clear();
        }

        if (json.Start.Value > 0 || json.End.Value < bytes.Length || values.Count == 0)
        {
            Fields(bytes, values, members);
        }

        Values = [.. values];
        Members = members.Count > 0 ? [.. members] : Values;
    }

    public byte[] Bytes { get; }

    /// <summary>What can be replaced: never empty.</summary>
    public Range[] Values { get; }

    /// <summary>What can be left out or repeated.</summary>
    public Range[] Members { get; }

    /// <summary>The outermost braces or brackets: a model's answer has prose around them.</summary>
    private static Range JsonIn(ReadOnlySpan<byte> bytes)
    {
        var from = bytes.IndexOfAny((byte)'{', (byte)'[');
        var to = bytes.LastIndexOfAny((byte)'}', (byte)']');
        return from < 0 || to < from ? ..0 : from..(to + 1);
    }

    private static bool TryWalk(byte[] bytes, Range within, List<Range> values, List<Range> members)
    {
        var offset = within.Start.Value;
        var reader = new Utf8JsonReader(bytes.AsSpan(within), Lenient);
        var opened = new Stack<(int Value, int Member)>();
        var member = -1;
        try
        {
            while (reader.Read())
            {
                var at = offset + (int)reader.TokenStartIndex;
                var end = offset + (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        member = at;
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        opened.Push((at, member));
                        member = -1;
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        var (began, named) = opened.Pop();
                        values.Add(began..end);
                        members.Add(WithComma(bytes, named >= 0 ? named : began, end));
                        member = -1;
                        break;
                    case JsonTokenType.Comment:
                        break;
                    default:
                        values.Add(at..end);
                        members.Add(WithComma(bytes, member >= 0 ? member : at, end));
                        member = -1;
                        break;
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON after all: read as lines and fields.
            return false;
        }

        return true;
    }

    private static Range WithComma(ReadOnlySpan<byte> bytes, int from, int to)
    {
        var after = to;
        while (after < bytes.Length && bytes[after] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            after++;
        }

        return after < bytes.Length && bytes[after] == ',' ? from..(after + 1) : from..to;
    }

    private static void Fields(ReadOnlySpan<byte> bytes, List<Range> values, List<Range> members)
    {
        var (line, field) = (0, 0);
        for (var i = 0; i <= bytes.Length; i++)
        {
            var isEnd = i == bytes.Length || bytes[i] == '\n';
            if (isEnd || bytes[i] is (byte)',' or (byte)' ' or (byte)'=' or (byte)';' or (byte)'\t')
            {
                if (i > field)
                {
                    values.Add(field..i);
                }

                field = i + 1;
            }

            if (isEnd)
            {
                if (i > line)
                {
                    members.Add(line..Math.Min(i + 1, bytes.Length));
                }

                line = i + 1;
            }
        }

        if (values.Count == 0)
        {
            values.Add(..bytes.Length);
        }
    }
}
