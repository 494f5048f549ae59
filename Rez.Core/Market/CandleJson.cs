using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rez.Core.Market;

/// <summary>
/// A candle as a line of JSON: an object with <c>t, o, h, l, c, v</c> (as Hyperliquid's candles) or long names (<c>time, open, high, low, close, volume</c>), or an array in the order of the CSV
/// (as Binance's klines). Numbers may be strings. Other members are ignored.
/// </summary>
internal static class CandleJson
{
    private static readonly string[] Names = ["time", "open", "high", "low", "close", "volume"];

    /// <returns>What is wrong with the line, or null.</returns>
    public static string? TryRow(string line, out Candle candle)
    {
        candle = default;
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(line.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(line, bytes);
            return Read(bytes.AsSpan(0, length), line, out candle);
        }
        catch (JsonException e)
        {
            return $"not JSON ({e.Message.Split('.')[0]}): '{CandleFile.Short(line)}'";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static string? Read(ReadOnlySpan<byte> json, string line, out Candle candle)
    {
        candle = default;
        Span<double> values = stackalloc double[6];
        values.Fill(double.NaN);
        var (time, at) = (0L, 0);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var isArray = reader.TokenType == JsonTokenType.StartArray;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            var slot = isArray ? at++ : SlotOf(ref reader);
            if (!isArray)
            {
                reader.Read();
            }

            if (slot is < 0 or > 5)
            {
                reader.Skip();
                continue;
            }

            var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
            if (slot == 0 ? !CandleFile.TryTime(text, out time) : !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out values[slot]))
            {
                return $"'{CandleFile.Short(text)}' is no {Names[slot]}";
            }
        }

        for (var slot = 1; slot < 6; slot++)
        {
            if (double.IsNaN(values[slot]))
            {
                return $"no {Names[slot]} in '{CandleFile.Short(line)}'";
            }
        }

        if (time == 0)
        {
            return $"no time in '{CandleFile.Short(line)}'";
        }

        candle = new Candle(time, values[1], values[2], values[3], values[4], values[5]);
        return null;
    }

    private static int SlotOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("t") || reader.ValueTextEquals("ts") || reader.ValueTextEquals("ts_ms") || reader.ValueTextEquals("time") || reader.ValueTextEquals("timestamp") || reader.ValueTextEquals("open_time")
            || reader.ValueTextEquals("date") ? 0
        : reader.ValueTextEquals("o") || reader.ValueTextEquals("open") ? 1
        : reader.ValueTextEquals("h") || reader.ValueTextEquals("high") ? 2
        : reader.ValueTextEquals("l") || reader.ValueTextEquals("low") ? 3
        : reader.ValueTextEquals("c") || reader.ValueTextEquals("close") ? 4
        : reader.ValueTextEquals("v") || reader.ValueTextEquals("volume") || reader.ValueTextEquals("vol") ? 5
        : -1;
}
