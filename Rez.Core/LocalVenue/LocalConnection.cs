using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;

namespace Rez.Core.LocalVenue;

/// <summary>
/// One socket: its subscriptions, what it was told last, and the requests it posts (protocol §6). The host owns the transport; frames come out
/// in order under the exchange's lock.
/// </summary>
public sealed class LocalConnection
{
    private const int MostUsers = 15;
    private const int MostSubscriptions = 1_000;
    private readonly LocalExchange _exchange;
    private readonly string _caller;
    private readonly Action<ReadOnlyMemory<byte>> _send;
    private readonly MarketInfo _market;
    private readonly AccountInfo _accounts;
    private readonly InfoRequests _info;
    private readonly Dictionary<string, Feed> _feeds = new(StringComparer.Ordinal);

    internal LocalConnection(LocalExchange exchange, string caller, Action<ReadOnlyMemory<byte>> send)
    {
        _exchange = exchange;
        _caller = caller;
        _send = send;
        _market = new MarketInfo(exchange);
        _accounts = new AccountInfo(exchange);
        _info = new InfoRequests(exchange);
    }

    /// <summary>Takes a frame from the client.</summary>
    public void Receive(ReadOnlySpan<byte> frame)
    {
        if (WireJson.Parse(frame.ToArray()) is not { } document)
        {
            lock (_exchange.Gate)
            {
                Error("Error parsing JSON into valid websocket request: " + System.Text.Encoding.UTF8.GetString(frame));
            }

            return;
        }

        lock (_exchange.Gate)
        {
            _exchange.Step();
            Handle(document.RootElement);
        }
    }

    /// <summary>Sends what changed since the last time. Called under the lock.</summary>
    internal void Publish()
    {
        foreach (var feed in _feeds.Values)
        {
            feed.Publish();
        }
    }

    private void Handle(JsonElement frame)
    {
        var method = frame.ValueKind == JsonValueKind.Object && frame.TryGetProperty("method", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString() : null;
        switch (method)
        {
            case "ping":
                _send("{\"channel\":\"pong\"}"u8.ToArray());
                return;
            case "subscribe" or "unsubscribe" when frame.TryGetProperty("subscription", out var subscription) && subscription.ValueKind == JsonValueKind.Object:
                Subscribe(subscription, method == "subscribe");
                return;
            case "post" when frame.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number) && frame.TryGetProperty("request", out var request)
                && InfoRequests.TypeOf(request) is { } kind && request.TryGetProperty("payload", out var payload):
                Post(number, kind, payload);
                return;
            default:
                Error("Error parsing JSON into valid websocket request: " + frame.GetRawText());
                return;
        }
    }

    private void Post(long id, string kind, JsonElement payload)
    {
        var reply = _exchange.HandleParsed(payload, _caller, kind == "action");
        _send(VenueJson.Frame("post", j =>
        {
            j.WriteStartObject();
            j.WriteNumber("id"u8, id);
            j.WriteStartObject("response"u8);
            if (reply.Status != 200)
            {
                j.WriteString("type"u8, "error"u8);
                j.WriteString("payload"u8, $"{reply.Status} {System.Text.Encoding.UTF8.GetString(reply.Body.Span)}");
            }
            else if (kind == "action")
            {
                j.WriteString("type"u8, "action"u8);
                j.WritePropertyName("payload"u8);
                j.WriteRawValue(reply.Body.Span);
            }
            else
            {
                j.WriteString("type"u8, "info"u8);
                j.WriteStartObject("payload"u8);
                j.WriteString("type"u8, InfoRequests.TypeOf(payload));
                j.WritePropertyName("data"u8);
                j.WriteRawValue(reply.Body.Span);
                j.WriteEndObject();
            }

            j.WriteEndObject();
            j.WriteEndObject();
        }));
    }

    private void Subscribe(JsonElement subscription, bool on)
    {
        var key = subscription.GetRawText();
        if (on == _feeds.ContainsKey(key))
        {
            Error($"Already {(on ? "subscribed" : "unsubscribed")}: {key}");
            return;
        }

        if (!on)
        {
            _feeds.Remove(key);
        }
        else
        {
            if (Open(subscription) is not { } feed)
            {
                Error($"Invalid subscription {key}");
                return;
            }

            if (_feeds.Count >= MostSubscriptions || _feeds.Values.Append(feed).Select(f => f.User).Where(u => u is not null).Distinct().Count() > MostUsers)
            {
                Error($"Cannot track more than {MostUsers} total users.");
                return;
            }

            _feeds[key] = feed;
        }

        _send(VenueJson.Frame("subscriptionResponse", j =>
        {
            j.WriteStartObject();
            j.WriteString("method"u8, on ? "subscribe"u8 : "unsubscribe"u8);
            j.WritePropertyName("subscription"u8);
            subscription.WriteTo(j);
            j.WriteEndObject();
        }));
        if (on)
        {
            _feeds[key].Publish();
        }
    }

    private Feed? Open(JsonElement s)
    {
        var type = InfoRequests.TypeOf(s);
        var coin = s.TryGetProperty("coin", out var c) && c.ValueKind == JsonValueKind.String && _exchange.Market.IndexOf(c.GetString()!) is >= 0 and var index ? index : -1;
        var user = s.TryGetProperty("user", out var u) && u.ValueKind == JsonValueKind.String && Address.TryParse(u.GetString(), out var address) ? address : (Address?)null;
        var account = user is { } a && _exchange.MasterOf(a) is null ? _exchange.AccountOf(a) : null;
        return type switch
        {
            "allMids" => new Feed(null, Same("allMids", j =>
            {
                j.WriteStartObject();
                j.WritePropertyName("mids"u8);
                _market.Mids(j);
                j.WriteEndObject();
            })),
            "l2Book" when coin >= 0 => new Feed(null, () => _send(VenueJson.Frame("l2Book", j => _market.Book(
                j, Coin(coin), s.TryGetProperty("nSigFigs", out var n) && n.ValueKind == JsonValueKind.Number && n.TryGetInt32(out var figures) ? figures : null, 1)))),
            "bbo" when coin >= 0 => new Feed(null, BestBidAsk(coin)),
            "trades" when coin >= 0 => new Feed(null, Trades(coin)),
            "activeAssetCtx" when coin >= 0 => new Feed(null, Same("activeAssetCtx", j =>
            {
                j.WriteStartObject();
                j.WriteString("coin"u8, Coin(coin).Asset);
                j.WritePropertyName("ctx"u8);
                _market.Context(j, Coin(coin));
                j.WriteEndObject();
            })),
            "candle" when coin >= 0 && s.TryGetProperty("interval", out var i) && i.ValueKind == JsonValueKind.String && Interval.TryParse(i.GetString(), out var interval)
                && (interval == _exchange.Market.BaseInterval || interval.IsBuiltFrom(_exchange.Market.BaseInterval)) => new Feed(null, Candles(coin, interval)),
            "activeAssetData" when coin >= 0 && user is { } active => new Feed(active, Same("activeAssetData", j => _info.ActiveAsset(j, account, Coin(coin), active.Text))),
            "orderUpdates" when user is not null => new Feed(user, OrderUpdates(account)),
            "userEvents" when user is not null => new Feed(user, Events(account)),
            "userFills" when user is not null => new Feed(user, UserFills(account, user.Value)),
            "userFundings" when user is not null => new Feed(user, UserFundings(account, user.Value)),
            "openOrders" when user is not null => new Feed(user, Same("openOrders", j => OfUser(j, user.Value, "orders", () => _accounts.OpenOrders(j, account, frontend: true)))),
            "clearinghouseState" when user is not null => new Feed(user, () => _send(VenueJson.Frame(
                "clearinghouseState", j => OfUser(j, user.Value, "clearinghouseState", () => _accounts.State(j, account))))),
            "spotState" when user is not null => new Feed(user, Same("spotState", j => j.WriteRawValue($"{{\"user\":\"{user}\",\"spotState\":{{\"balances\":[]}}}}"))),
            _ => null,
        };
    }

    private Instrument Coin(int index) => _exchange.Market.Instruments[index];

    private static void OfUser(Utf8JsonWriter j, Address user, string name, Action write)
    {
        j.WriteStartObject();
        j.WriteString("dex"u8, ""u8);
        j.WriteString("user"u8, user.Text);
        j.WritePropertyName(name);
        write();
        j.WriteEndObject();
    }

    /// <summary>A frame that is sent only when it differs from the last one.</summary>
    private Action Same(string channel, Action<Utf8JsonWriter> write)
    {
        var last = ReadOnlyMemory<byte>.Empty;
        return () =>
        {
            var frame = VenueJson.Frame(channel, write);
            if (!last.Span.SequenceEqual(frame))
            {
                last = frame;
                _send(frame);
            }
        };
    }

    private Action BestBidAsk(int coin)
    {
        var last = (0m, 0m);
        return () =>
        {
            if (_exchange.Market.House.Context(Coin(coin).Asset) is { } c && (c.Bid, c.Ask) != last)
            {
                last = (c.Bid, c.Ask);
                _send(VenueJson.Frame("bbo", j => _market.BestBidAsk(j, Coin(coin), c)));
            }
        };
    }

    private Action Trades(int coin)
    {
        var last = 0m;
        return () =>
        {
            if (_exchange.Market.House.Context(Coin(coin).Asset) is { } c && c.Mark != last)
            {
                last = c.Mark;
                _send(VenueJson.Frame("trades", j =>
                {
                    j.WriteStartArray();
                    _market.Trade(j, Coin(coin), c, _exchange.NowMs);
                    j.WriteEndArray();
                }));
            }
        };
    }

    private Action Candles(int coin, Interval interval)
    {
        var from = interval.OpenOf(_exchange.NowMs);
        return () =>
        {
            foreach (var (bar, closed) in _exchange.Market.Candles(coin, interval, from, long.MaxValue, 100))
            {
                _send(VenueJson.Frame("candle", j => _market.Candle(j, Coin(coin), interval, bar)));
                from = closed ? interval.NextOpen(bar.OpenTimeMs) : bar.OpenTimeMs;
            }
        };
    }

    private Action OrderUpdates(LocalAccount? account)
    {
        var told = new Dictionary<long, OrderStanding>();
        var first = true;
        return () =>
        {
            if (account is null)
            {
                return;
            }

            account.Changes(_exchange.NowMs);
            var changed = account.Venue.Orders.Where(o => !told.TryGetValue(o.Oid, out var before) || before != account.StandingOf(o)).ToArray();
            foreach (var order in changed)
            {
                told[order.Oid] = account.StandingOf(order);
            }

            var news = first ? changed.Where(o => o.Status == "open").ToArray() : changed;
            first = false;
            if (news.Length > 0)
            {
                _send(VenueJson.Frame("orderUpdates", j =>
                {
                    j.WriteStartArray();
                    foreach (var order in news)
                    {
                        j.WriteStartObject();
                        j.WritePropertyName("order"u8);
                        _accounts.Order(j, account, order, full: false);
                        j.WriteString("status"u8, order.Status);
                        j.WriteNumber("statusTimestamp"u8, account.StandingOf(order).SinceMs);
                        j.WriteEndObject();
                    }

                    j.WriteEndArray();
                }));
            }
        };
    }

    private Action Events(LocalAccount? account)
    {
        var (fills, payments) = (account?.Venue.Fills.Count ?? 0, account?.Venue.Funding.Count ?? 0);
        return () =>
        {
            if (account is null)
            {
                return;
            }

            if (account.Venue.Fills.Count > fills)
            {
                var news = account.Venue.Fills.Skip(fills).ToArray();
                fills = account.Venue.Fills.Count;
                _send(VenueJson.Frame("user", j =>
                {
                    j.WriteStartObject();
                    j.WritePropertyName("fills"u8);
                    _accounts.Fills(j, account, news);
                    j.WriteEndObject();
                }));
            }

            for (; payments < account.Venue.Funding.Count; payments++)
            {
                var payment = account.Venue.Funding[payments];
                _send(VenueJson.Frame("user", j =>
                {
                    j.WriteStartObject();
                    j.WriteStartObject("funding"u8);
                    j.WriteNumber("time"u8, payment.TimeMs);
                    j.WriteString("coin"u8, payment.Asset);
                    j.Number("usdc", -payment.Usd);
                    j.Number("szi", payment.SignedSize);
                    j.Number("fundingRate", payment.Rate);
                    j.WriteNull("nSamples"u8);
                    j.WriteEndObject();
                    j.WriteEndObject();
                }));
            }
        };
    }

    private Action UserFills(LocalAccount? account, Address user)
    {
        var sent = -1;
        return () =>
        {
            var count = account?.Venue.Fills.Count ?? 0;
            if (sent == count)
            {
                return;
            }

            var isSnapshot = sent < 0;
            var news = account?.Venue.Fills.Skip(isSnapshot ? Math.Max(0, count - 2_000) : sent).ToArray() ?? [];
            sent = count;
            _send(VenueJson.Frame("userFills", j =>
            {
                j.WriteStartObject();
                j.WriteString("user"u8, user.Text);
                j.WritePropertyName("fills"u8);
                if (account is null)
                {
                    j.WriteStartArray();
                    j.WriteEndArray();
                }
                else
                {
                    _accounts.Fills(j, account, news);
                }

                if (isSnapshot)
                {
                    j.WriteBoolean("isSnapshot"u8, true);
                }

                j.WriteEndObject();
            }));
        };
    }

    private Action UserFundings(LocalAccount? account, Address user)
    {
        var sent = -1;
        return () =>
        {
            var count = account?.Venue.Funding.Count ?? 0;
            if (sent == count)
            {
                return;
            }

            var isSnapshot = sent < 0;
            var news = account?.Venue.Funding.Skip(isSnapshot ? Math.Max(0, count - 500) : sent).ToArray() ?? [];
            sent = count;
            _send(VenueJson.Frame("userFundings", j =>
            {
                j.WriteStartObject();
                j.WriteString("user"u8, user.Text);
                j.WritePropertyName("fundings"u8);
                _accounts.Funding(j, news, nested: false);
                if (isSnapshot)
                {
                    j.WriteBoolean("isSnapshot"u8, true);
                }

                j.WriteEndObject();
            }));
        };
    }

    private void Error(string words) => _send(VenueJson.Frame("error", j => j.WriteStringValue(words)));

    private sealed class Feed(Address? user, Action publish)
    {
        public Address? User => user;

        public void Publish() => publish();
    }
}
