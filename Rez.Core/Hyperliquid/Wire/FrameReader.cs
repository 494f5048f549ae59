using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>
/// Reads the socket's frames (protocol §6). The frequent ones (prices, trades, books, fills) are read token by token into values; the rare ones
/// as documents. A frame that can't be read is trouble, never a guess and never an exception.
/// </summary>
public sealed class FrameReader
{
    private const int MostLevels = 64;
    private readonly CoinNames _coins = new();
    private readonly BookLevel[] _levels = new BookLevel[MostLevels];

    /// <param name="at">Receipt time, for what carries none.</param>
    public void Read(ReadOnlySpan<byte> frame, DateTimeOffset at, IFrameSink sink)
    {
        if (frame.StartsWith("Websocket connection"u8))
        {
            return;
        }

        try
        {
            var json = new Utf8JsonReader(frame);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject || !json.Read() || !json.ValueTextEquals("channel"u8) || !json.Read())
            {
                ReadRare(frame, at, sink);
                return;
            }

            if (json.ValueTextEquals("bbo"u8) && Data(ref json))
            {
                sink.OnBest(Best(ref json));
            }
            else if (json.ValueTextEquals("trades"u8) && Data(ref json))
            {
                Trades(ref json, sink);
            }
            else if (json.ValueTextEquals("l2Book"u8) && Data(ref json))
            {
                sink.OnBook(Book(ref json, frame));
            }
            else if (json.ValueTextEquals("userFills"u8) && Data(ref json))
            {
                Fills(ref json, sink);
            }
            else
            {
                ReadRare(frame, at, sink);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            sink.OnTrouble($"A frame could not be read ({e.Message}): {ExchangeReply.Excerpt(frame)}");
        }
    }

    private static bool Data(ref Utf8JsonReader json) => json.Read() && json.ValueTextEquals("data"u8) && json.Read();

    private BestPrices Best(ref Utf8JsonReader json)
    {
        var (coin, time, bid, bidSize, ask, askSize) = (string.Empty, 0L, 0m, 0m, 0m, 0m);
        while (Property(ref json))
        {
            if (json.ValueTextEquals("coin"u8))
            {
                coin = Coin(ref json);
            }
            else if (json.ValueTextEquals("time"u8))
            {
                time = Whole(ref json);
            }
            else if (json.ValueTextEquals("bbo"u8))
            {
                Expect(ref json, JsonTokenType.StartArray);
                (bid, bidSize) = SideOfBest(ref json);
                (ask, askSize) = SideOfBest(ref json);
                Expect(ref json, JsonTokenType.EndArray);
            }
            else
            {
                Skip(ref json);
            }
        }

        return coin.Length == 0 || time == 0 ? throw new FormatException("bbo lacks coin or time") : new BestPrices(coin, time, bid, bidSize, ask, askSize);
    }

    private static (decimal Price, decimal Size) SideOfBest(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var level = Level(ref json);
        return (level.Price, level.Size);
    }

    private void Trades(ref Utf8JsonReader json, IFrameSink sink)
    {
        Is(ref json, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var (coin, side, price, size, time, tid) = (string.Empty, Side.Buy, 0m, 0m, 0L, 0L);
            while (Property(ref json))
            {
                if (json.ValueTextEquals("coin"u8))
                {
                    coin = Coin(ref json);
                }
                else if (json.ValueTextEquals("side"u8))
                {
                    side = SideOf(ref json);
                }
                else if (json.ValueTextEquals("px"u8))
                {
                    price = Number(ref json);
                }
                else if (json.ValueTextEquals("sz"u8))
                {
                    size = Number(ref json);
                }
                else if (json.ValueTextEquals("time"u8))
                {
                    time = Whole(ref json);
                }
                else if (json.ValueTextEquals("tid"u8))
                {
                    tid = Whole(ref json);
                }
                else
                {
                    Skip(ref json);
                }
            }

            if (coin.Length == 0 || price <= 0 || size <= 0)
            {
                throw new FormatException("a trade lacks coin, price or size");
            }

            sink.OnTrade(new MarketTrade(coin, side, price, size, time, tid));
        }
    }

    private BookSnapshot Book(ref Utf8JsonReader json, ReadOnlySpan<byte> frame)
    {
        var (coin, time) = (string.Empty, 0L);
        ImmutableArray<BookLevel> bids = default;
        ImmutableArray<BookLevel> asks = default;
        Is(ref json, JsonTokenType.StartObject);
        while (Property(ref json))
        {
            if (json.ValueTextEquals("coin"u8))
            {
                coin = Coin(ref json);
            }
            else if (json.ValueTextEquals("time"u8))
            {
                time = Whole(ref json);
            }
            else if (json.ValueTextEquals("levels"u8))
            {
                // Most of a book is its levels, and they nearly always have the one form.
                var from = (int)json.BytesConsumed;
                from += frame[from..].IndexOf((byte)'[');
                if (coin.Length > 0 && time > 0 && BookFrame.TryRead(frame[from..], _levels, out bids, out asks, out var length) && frame[(from + length)..].SequenceEqual("}}"u8))
                {
                    return new BookSnapshot(coin, time, bids, asks);
                }

                Expect(ref json, JsonTokenType.StartArray);
                bids = SideOfBook(ref json);
                asks = SideOfBook(ref json);
                Expect(ref json, JsonTokenType.EndArray);
            }
            else
            {
                Skip(ref json);
            }
        }

        return coin.Length == 0 || bids.IsDefault || asks.IsDefault ? throw new FormatException("l2Book lacks coin or levels") : new BookSnapshot(coin, time, bids, asks);
    }

    private ImmutableArray<BookLevel> SideOfBook(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.StartArray);
        var count = 0;
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            if (count == MostLevels)
            {
                throw new FormatException($"a book has more than {MostLevels} levels");
            }

            _levels[count++] = Level(ref json);
        }

        return [.. _levels.AsSpan(0, count)];
    }

    /// <summary>From the start of the object to its end.</summary>
    private static BookLevel Level(ref Utf8JsonReader json)
    {
        var (price, size) = (0m, 0m);
        int? orders = null;
        Is(ref json, JsonTokenType.StartObject);
        while (Property(ref json))
        {
            if (json.ValueTextEquals("px"u8))
            {
                price = Number(ref json);
            }
            else if (json.ValueTextEquals("sz"u8))
            {
                size = Number(ref json);
            }
            else if (json.ValueTextEquals("n"u8))
            {
                orders = (int)Whole(ref json);
            }
            else
            {
                Skip(ref json);
            }
        }

        return price <= 0 ? throw new FormatException("a level lacks its price") : new BookLevel(price, size, orders);
    }

    private void Fills(ref Utf8JsonReader json, IFrameSink sink)
    {
        var fills = ImmutableArray.CreateBuilder<Fill>(1);
        var isSnapshot = false;
        Is(ref json, JsonTokenType.StartObject);
        while (Property(ref json))
        {
            if (json.ValueTextEquals("fills"u8))
            {
                Expect(ref json, JsonTokenType.StartArray);
                while (json.Read() && json.TokenType == JsonTokenType.StartObject)
                {
                    fills.Add(Fill(ref json));
                }
            }
            else if (json.ValueTextEquals("isSnapshot"u8))
            {
                json.Read();
                isSnapshot = json.GetBoolean();
            }
            else
            {
                Skip(ref json);
            }
        }

        sink.OnFills(fills.ToImmutable(), isSnapshot);
    }

    private Fill Fill(ref Utf8JsonReader json)
    {
        var (coin, price, size, side, time, start, pnl, oid, crossed, fee, tid) = (string.Empty, 0m, 0m, default(Side?), 0L, 0m, 0m, 0L, false, 0m, 0L);
        Cloid? cloid = null;
        var isLiquidation = false;
        while (Property(ref json))
        {
            if (json.ValueTextEquals("coin"u8))
            {
                coin = Coin(ref json);
            }
            else if (json.ValueTextEquals("px"u8))
            {
                price = Number(ref json);
            }
            else if (json.ValueTextEquals("sz"u8))
            {
                size = Number(ref json);
            }
            else if (json.ValueTextEquals("side"u8))
            {
                side = SideOf(ref json);
            }
            else if (json.ValueTextEquals("time"u8))
            {
                time = Whole(ref json);
            }
            else if (json.ValueTextEquals("startPosition"u8))
            {
                start = Number(ref json);
            }
            else if (json.ValueTextEquals("closedPnl"u8))
            {
                pnl = Number(ref json);
            }
            else if (json.ValueTextEquals("oid"u8))
            {
                oid = Whole(ref json);
            }
            else if (json.ValueTextEquals("crossed"u8))
            {
                json.Read();
                crossed = json.GetBoolean();
            }
            else if (json.ValueTextEquals("fee"u8))
            {
                fee = Number(ref json);
            }
            else if (json.ValueTextEquals("tid"u8))
            {
                tid = Whole(ref json);
            }
            else if (json.ValueTextEquals("cloid"u8))
            {
                json.Read();
                cloid = json.TokenType == JsonTokenType.String && json.GetString() is { } id && Cloid.IsValid(id) ? new Cloid(id) : null;
            }
            else if (json.ValueTextEquals("liquidation"u8))
            {
                json.Read();
                isLiquidation = json.TokenType == JsonTokenType.StartObject;
                json.Skip();
            }
            else
            {
                Skip(ref json);
            }
        }

        if (coin.Length == 0 || side is null || price <= 0 || size <= 0 || time <= 0 || tid == 0)
        {
            throw new FormatException("a fill lacks coin, side, price, size, time or id");
        }

        return new Fill
        {
            Tid = tid, Oid = oid, Cloid = cloid, Asset = coin, Side = side.Value, Price = price, Size = size, Fee = fee, ClosedPnl = pnl,
            StartPosition = start, IsTaker = crossed, TimeMs = time, IsLiquidation = isLiquidation,
        };
    }

    /// <summary>Moves to the next property's name; false at the end of the object.</summary>
    private static bool Property(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    private static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        json.Read();
        Is(ref json, type);
    }

    private static void Is(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (json.TokenType != type)
        {
            throw new FormatException($"{json.TokenType} where {type} should be");
        }
    }

    private string Coin(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.String);
        return json.ValueIsEscaped ? json.GetString()! : _coins.Of(json.ValueSpan);
    }

    private static Side SideOf(ref Utf8JsonReader json)
    {
        json.Read();
        return json.ValueTextEquals("B"u8) ? Side.Buy : json.ValueTextEquals("A"u8) ? Side.Sell : throw new FormatException("a side is neither B nor A");
    }

    private static decimal Number(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.String);
        return !json.HasValueSequence && WireNumber.TryParse(json.ValueSpan, out var value) ? value : throw new FormatException("a text is no number");
    }

    private static long Whole(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var value) ? value : throw new FormatException("a value is no whole number");
    }

    private static void ReadRare(ReadOnlySpan<byte> frame, DateTimeOffset at, IFrameSink sink)
    {
        var reader = new Utf8JsonReader(frame);
        using var document = JsonDocument.ParseValue(ref reader);
        var read = WireReader.Read("frame", document.RootElement, r =>
        {
            Rare(r, at, sink);
            return true;
        });
        if (!read.Ok)
        {
            sink.OnTrouble(read.Rejection.Message);
        }
    }

    private static void Rare(WireReader r, DateTimeOffset at, IFrameSink sink)
    {
        switch (r["channel"].Text())
        {
            case "pong":
                sink.OnPong();
                break;
            case "subscriptionResponse" when r["data"].Has("method") && r["data"]["method"].Text() == "subscribe":
                sink.OnSubscribed(r["data"]["subscription"]["type"].Text());
                break;
            case "error":
                sink.OnTrouble(r["data"].Text());
                break;
            case "candle":
                foreach (var c in r["data"].Element.ValueKind == JsonValueKind.Array ? r["data"].Items() : [r["data"]])
                {
                    sink.OnCandle(new CandleFrame(c["s"].Text(), c["i"].Text(), new Candle(
                        c["t"].Whole(), (double)c["o"].Number(), (double)c["h"].Number(), (double)c["l"].Number(), (double)c["c"].Number(), (double)c["v"].Number())));
                }

                break;
            case "activeAssetCtx":
                if (MarketReplies.Context(r["data"]["coin"].Text(), r["data"]["ctx"], at) is { } context)
                {
                    sink.OnContext(context);
                }

                break;
            case "userFundings":
                sink.OnFundings(r["data"]["fundings"].Items().Count(), r["data"].Has("isSnapshot") && r["data"]["isSnapshot"].Truth());
                break;
            case "orderUpdates":
                sink.OnOrders([.. r["data"].Items().Select(Update)]);
                break;
            case "user":
                Event(r["data"], sink);
                break;
        }
    }

    private static OrderUpdate Update(WireReader u)
    {
        var o = u["order"];
        var cloid = o.Has("cloid") && Cloid.IsValid(o["cloid"].Text()) ? new Cloid(o["cloid"].Text()) : (Cloid?)null;
        return new OrderUpdate(o["coin"].Text(), o["oid"].Whole(), cloid, u["status"].Text(), o["sz"].Number(), o["origSz"].Number(), u["statusTimestamp"].Whole());
    }

    private static void Event(WireReader data, IFrameSink sink)
    {
        if (data.Has("fills"))
        {
            // The same fills come over their own stream; here they only say that there are some.
            sink.OnFills([], isSnapshot: false);
        }
        else if (data.Has("liquidation"))
        {
            var l = data["liquidation"];
            sink.OnNotice(new VenueNotice("liquidation", $"The venue liquidated {l["liquidated_ntl_pos"].Number()} USD of {l["liquidated_user"].Text()}."));
        }
        else if (data.Has("nonUserCancel"))
        {
            foreach (var c in data["nonUserCancel"].Items())
            {
                sink.OnNotice(new VenueNotice("cancel", $"The venue cancelled order {c["oid"].Whole()} of {c["coin"].Text()}."));
            }
        }
    }
}
