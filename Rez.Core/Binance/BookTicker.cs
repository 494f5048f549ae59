using System.Buffers.Text;
using System.Text.Json;

namespace Rez.Core.Binance;

/// <summary>Best bid and ask of a symbol as Binance's <c>bookTicker</c> stream tells them: <c>{"E":time,"s":"BTCUSDT","b":"bid","B":"size","a":"ask","A":"size","c":"last"}</c>.</summary>
/// <param name="TimeMs">Unix ms, 0 where the message has none.</param>
public readonly record struct BookTicker(long TimeMs, decimal Bid, decimal BidSize, decimal Ask, decimal AskSize)
{
    public decimal Mid => (Bid + Ask) / 2m;

    /// <summary>Reads one message without allocating. Prices are strings or numbers; other members are ignored.</summary>
    /// <returns>False when the message is no book ticker: not JSON, a price missing or not above zero, the ask below the bid.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, out BookTicker ticker)
    {
        ticker = default;
        var (time, bid, bidSize, ask, askSize) = (0L, 0m, 0m, 0m, 0m);
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.ValueSpan is [var letter] ? letter : (byte)0;
                reader.Read();
                var isRead = name switch
                {
                    (byte)'E' => reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out time),
                    (byte)'b' => Utf8Parser.TryParse(reader.ValueSpan, out bid, out _),
                    (byte)'B' => Utf8Parser.TryParse(reader.ValueSpan, out bidSize, out _),
                    (byte)'a' => Utf8Parser.TryParse(reader.ValueSpan, out ask, out _),
                    (byte)'A' => Utf8Parser.TryParse(reader.ValueSpan, out askSize, out _),
                    _ => reader.TrySkip(),
                };
                if (!isRead)
                {
                    return false;
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        ticker = new BookTicker(time, bid, bidSize, ask, askSize);
        return bid > 0 && ask >= bid;
    }
}
