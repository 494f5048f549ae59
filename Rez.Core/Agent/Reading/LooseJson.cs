using System.Globalization;
using System.Text;

namespace Rez.Core.Agent.Reading;

public enum LooseKind
{
    Null,
    True,
    False,
    Number,
    Text,
    List,
    Object,
}

/// <summary>A value as a model wrote it. Names that come twice in an object are both kept: which one is meant is not for a parser to say.</summary>
/// <param name="Text">A text, or a number as it was written.</param>
public sealed record LooseValue(LooseKind Kind, string Text, IReadOnlyList<LooseValue> Items, IReadOnlyList<KeyValuePair<string, LooseValue>> Members)
{
    public static LooseValue Of(LooseKind kind, string text = "") => new(kind, text, [], []);

    public LooseValue? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            foreach (var (key, value) in Members)
            {
                if (key.Length == name.Length && string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }
        }

        return null;
    }
}

/// <summary>
/// Reads JSON as models write it: comments, trailing commas, single and typographic quotes, names without quotes, NaN and None, thousands separators and
/// percent signs. What is cut off or has no form is no JSON; nothing is completed.
/// </summary>
public sealed class LooseJson
{
    /// <summary>How the reason begins when something is nested deeper than anything that is meant.</summary>
    internal const string TooDeep = "nested too deep";

    private const int MostDepth = 40;
    private readonly string _text;
    private int _at;

    private LooseJson(string text, int at)
    {
        _text = text;
        _at = at;
    }

    /// <summary>Reads the value that begins at <paramref name="start"/>; where it ended, or why it is none.</summary>
    public static Outcome<LooseValue> Read(string text, int start, out int end)
    {
        var reader = new LooseJson(text, start);
        try
        {
            var value = reader.Value(0, inObject: false);
            end = reader._at;
            return value;
        }
        catch (LooseException e)
        {
            end = reader._at;
            return new Rejection("no-json", $"{e.Message} at character {reader._at}");
        }
    }

    private LooseValue Value(int depth, bool inObject)
    {
        if (depth > MostDepth)
        {
            throw new LooseException(TooDeep);
        }

        Blank();
        var c = Peek();
        return c switch
        {
            '{' => Object(depth),
            '[' => List(depth),
            '"' or '\'' or '“' or '‘' or '”' => LooseValue.Of(LooseKind.Text, Quoted()),
            '-' or '+' or '.' or '$' or (>= '0' and <= '9') => Number(inObject),
            _ => Word(),
        };
    }

    private LooseValue Object(int depth)
    {
        _at++;
        var members = new List<KeyValuePair<string, LooseValue>>();
        while (true)
        {
            Blank();
            if (Peek() == '}')
            {
                _at++;
                return new LooseValue(LooseKind.Object, string.Empty, [], members);
            }

            var name = Peek() is '"' or '\'' or '“' or '‘' ? Quoted() : Identifier();
            Blank();
            if (Peek() != ':')
            {
                throw new LooseException($"no ':' after '{Short(name)}'");
            }

            _at++;
            members.Add(KeyValuePair.Create(name, Value(depth + 1, inObject: true)));
            Separator('}');
        }
    }

    private LooseValue List(int depth)
    {
        _at++;
        var items = new List<LooseValue>();
        while (true)
        {
            Blank();
            if (Peek() == ']')
            {
                _at++;
                return new LooseValue(LooseKind.List, string.Empty, items, []);
            }

            items.Add(Value(depth + 1, inObject: false));
            Separator(']');
        }
    }

    /// <summary>A comma, or the end that comes next.</summary>
    private void Separator(char end)
    {
        Blank();
        if (Peek() == ',')
        {
            _at++;
        }
        else if (Peek() != end)
        {
            throw new LooseException($"neither ',' nor '{end}'");
        }
    }

    private string Quoted()
    {
        var open = _text[_at++];
        var close = open switch { '“' => '”', '‘' => '’', _ => open };

        // Most texts have no escapes: they are a piece of the answer as it stands.
        var plain = _text.AsSpan(_at).IndexOfAny(close, '\\', open == '“' ? '"' : close);
        if (plain >= 0 && _text[_at + plain] != '\\')
        {
            var whole = _text.Substring(_at, plain);
            _at += plain + 1;
            return whole;
        }

        var text = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at++];
            if (c == close || (open == '“' && c == '"'))
            {
                return text.ToString();
            }

            text.Append(c == '\\' ? Escape() : c);
        }

        throw new LooseException("a text without its end");
    }

    private char Escape()
    {
        var c = Peek();
        _at++;
        switch (c)
        {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b' or 'f':
                return ' ';
            case 'u' when _at + 4 <= _text.Length && ushort.TryParse(_text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                return c;
        }
    }

    /// <summary>A number as written, without its thousands separators; those are understood only where a comma can't begin a next item.</summary>
    private LooseValue Number(bool inObject)
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] is '.' or '-'))
        {
            _at++;
        }

        if (_at == _text.Length || _text[_at] is not (',' or '+' or 'e' or 'E' or '%' or '$' or '_') || (_text[_at] == ',' && !(inObject && IsThousands())))
        {
            return LooseValue.Of(LooseKind.Number, _text[start.._at]);
        }

        _at = start;
        var text = new StringBuilder();
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (char.IsAsciiDigit(c) || c is '.' or '-' or '+' or 'e' or 'E' or '%' or '$' or '_')
            {
                text.Append(c is '_' ? string.Empty : c.ToString());
                _at++;
            }
            else if (c == ',' && inObject && IsThousands())
            {
                _at++;
            }
            else
            {
                break;
            }
        }

        return LooseValue.Of(LooseKind.Number, text.ToString());
    }

    /// <summary>Three digits behind the comma and then no fourth, and no name that would make them a key.</summary>
    private bool IsThousands()
    {
        var rest = _text.AsSpan(_at + 1);
        return rest.Length >= 3 && char.IsAsciiDigit(rest[0]) && char.IsAsciiDigit(rest[1]) && char.IsAsciiDigit(rest[2])
            && (rest.Length == 3 || !(char.IsAsciiLetterOrDigit(rest[3]) || rest[3] is ':' or '_'));
    }

    private LooseValue Word()
    {
        var word = Identifier();
        return word.ToUpperInvariant() switch
        {
            "TRUE" => LooseValue.Of(LooseKind.True),
            "FALSE" => LooseValue.Of(LooseKind.False),
            "NULL" or "NONE" or "NAN" or "UNDEFINED" or "NIL" => LooseValue.Of(LooseKind.Null),
            _ => throw new LooseException($"'{Short(word)}' is no value"),
        };
    }

    private string Identifier()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-' or '/' or '$' or '@'))
        {
            _at++;
        }

        return _at > start ? _text[start.._at] : throw new LooseException(_at < _text.Length ? $"'{_text[_at]}' where a name or value should be" : "the end, too early");
    }

    private void Blank()
    {
        while (_at < _text.Length)
        {
            if (char.IsWhiteSpace(_text[_at]) || _text[_at] is '\uFEFF' or '\u200B')
            {
                _at++;
            }
            else if (_text[_at] == '#' || _text.AsSpan(_at).StartsWith("//"))
            {
                var line = _text.IndexOf('\n', _at);
                _at = line < 0 ? _text.Length : line + 1;
            }
            else if (_text.AsSpan(_at).StartsWith("/*"))
            {
                var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
                _at = end < 0 ? _text.Length : end + 2;
            }
            else
            {
                return;
            }
        }
    }

    private char Peek() => _at < _text.Length ? _text[_at] : throw new LooseException("the end, too early");

    private static string Short(string text) => text.Length <= 30 ? text : text[..30] + "…";

    private sealed class LooseException(string message) : Exception(message);
}
