using System.Text.Json;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>
/// A step into a reply that knows where it is. A field that is missing or of another kind ends the reading with a sentence that names it;
/// nothing is guessed and no default stands in.
/// </summary>
internal readonly struct WireReader(JsonElement element, string path)
{
    public JsonElement Element => element;

    /// <summary>Reads a reply; a fault in it is a value, not an exception.</summary>
    public static Outcome<T> Read<T>(string what, JsonElement root, Func<WireReader, T> read)
    {
        try
        {
            return new Outcome<T>(read(new WireReader(root, what)));
        }
        catch (WireException e)
        {
            return new Rejection("unreadable-reply", e.Message);
        }
        catch (OverflowException)
        {
            return new Rejection("unreadable-reply", $"{what} holds numbers that no account or market can have.");
        }
    }

    public WireReader this[string name] =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
            ? new WireReader(value, $"{path}.{name}")
            : throw Fault($"has no '{name}'");

    public WireReader this[int index] => element.ValueKind == JsonValueKind.Array && index < element.GetArrayLength()
        ? new WireReader(element[index], $"{path}[{index}]")
        : throw Fault($"has no element {index}");

    public bool Has(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public IEnumerable<WireReader> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Fault("is not a list");
        }

        var at = path;
        return element.EnumerateArray().Select((item, i) => new WireReader(item, $"{at}[{i}]"));
    }

    public string Text() => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Fault("is not a text");

    public decimal Number() => element.ValueKind == JsonValueKind.String && WireNumber.TryParse(element.GetString(), out var value) ? value : throw Fault("is not a number in text");

    public long Whole() => element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) ? value : throw Fault("is not a whole number");

    /// <summary>A whole number that an <see cref="int"/> holds.</summary>
    public int Count() => Whole() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw Fault("is out of range");

    /// <summary>How many times the margin may be held: 1 or more.</summary>
    public int Leverage() => Count() is > 0 and var times ? times : throw Fault("is no leverage");

    /// <summary>Unix ms.</summary>
    public long Time() => Whole() is >= 0 and < CandleFile.MostMs and var ms ? ms : throw Fault("is no time");

    /// <summary>Something else is wrong here.</summary>
    public Exception Wrong(string what) => Fault(what);

    public bool Truth() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault("is neither true nor false"),
    };

    /// <summary><c>B</c> buys, <c>A</c> sells.</summary>
    public Side Side() => Text() switch
    {
        "B" => Trading.Side.Buy,
        "A" => Trading.Side.Sell,
        _ => throw Fault("is neither B nor A"),
    };

    private WireException Fault(string what) => new($"{path} {what}.");

    /// <summary>Never leaves this folder: <see cref="Read"/> turns it into a value.</summary>
    private sealed class WireException(string message) : Exception(message);
}
