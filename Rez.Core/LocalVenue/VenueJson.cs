using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Rez.Core.LocalVenue;

/// <summary>What the exchange answers: an HTTP status and a body.</summary>
public readonly record struct LocalReply(int Status, ReadOnlyMemory<byte> Body, bool IsJson = true)
{
    public static LocalReply Ok(Action<Utf8JsonWriter> write) => new(200, VenueJson.Bytes(write));

    public static LocalReply Text(int status, string text) => new(status, System.Text.Encoding.UTF8.GetBytes(text), IsJson: false);

    /// <summary>A refusal of a whole action: HTTP 200 all the same.</summary>
    public static LocalReply Err(string words) => Ok(j =>
    {
        j.WriteStartObject();
        j.WriteString("status"u8, "err"u8);
        j.WriteString("response"u8, words);
        j.WriteEndObject();
    });

    /// <summary>The address of the internet has used its weight.</summary>
    public static LocalReply TooMany { get; } = new(429, "null"u8.ToArray());
}

/// <summary>Numbers and frames as the venue writes them.</summary>
internal static class VenueJson
{
    public static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A price, size or amount: text with at least one decimal, as in <c>"95000.0"</c>.</summary>
    public static string Text(decimal value) => value.ToString("0.0#########", CultureInfo.InvariantCulture);

    public static void Number(this Utf8JsonWriter json, string name, decimal value) => json.WriteString(name, Text(value));

    public static void NumberOrNull(this Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteString(name, Text(number));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A frame of the socket.</summary>
    public static byte[] Frame(string channel, Action<Utf8JsonWriter> data) => Bytes(j =>
    {
        j.WriteStartObject();
        j.WriteString("channel"u8, channel);
        j.WritePropertyName("data"u8);
        data(j);
        j.WriteEndObject();
    });
}
