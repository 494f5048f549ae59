using System.Text;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.LocalVenue;

/// <summary>The venue's own rules, asked of the local exchange in the venue's own shapes.</summary>
public sealed class LocalExchangeTests
{
    private static readonly Secp256k1 Signer = new();
    private readonly ManualClock _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + (2 * 86_400_000L)));

    [Fact]
    public void A_nonce_is_taken_once_and_only_near_the_venues_time()
    {
        var exchange = Open();
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        var now = (ulong)exchange.NowMs;
        Assert.Equal("ok", Status(Send(exchange, VenueAction.Noop(), key, now)));
        Assert.Contains($"Invalid nonce: duplicate nonce {now}", Text(Send(exchange, VenueAction.Noop(), key, now)));
        Assert.Equal("ok", Status(Send(exchange, VenueAction.Noop(), key, now - 5)));
        Assert.Contains("Invalid nonce", Text(Send(exchange, VenueAction.Noop(), key, now + 90_000_000)));
        Assert.Contains("Invalid nonce", Text(Send(exchange, VenueAction.Noop(), key, now - 180_000_000)));
        for (var i = 0UL; i < 100; i++)
        {
            Assert.Equal("ok", Status(Send(exchange, VenueAction.Noop(), key, now + 10 + i)));
        }

        Assert.Contains("Invalid nonce", Text(Send(exchange, VenueAction.Noop(), key, now + 1)));
    }

    [Fact]
    public void Nobody_trades_without_an_account_and_a_wrong_network_is_somebody_else()
    {
        var exchange = Open(new LocalExchangeOptions { Faucet = 0 });
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        var address = Signer.AddressOf(key).Text;
        Assert.Contains($"User or API Wallet {address} does not exist.", Text(Send(exchange, VenueAction.Noop(), key, (ulong)exchange.NowMs)));
        exchange.Credit(address, 1_000m);
        Assert.Equal("ok", Status(Send(exchange, VenueAction.Noop(), key, (ulong)exchange.NowMs)));
        var wrong = VenueAction.Noop().Sign(Signer, key, isMainnet: true, (ulong)exchange.NowMs + 1, (ulong)exchange.NowMs + 10_000);
        var reply = Text(exchange.Exchange(wrong, "t"));
        Assert.Contains("does not exist", reply);
        Assert.DoesNotContain(address, reply);
    }

    [Fact]
    public void The_action_is_hashed_in_the_venues_form_whatever_order_and_zeros_it_came_in()
    {
        var exchange = Open(new LocalExchangeOptions { Faucet = 0 });
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        exchange.Credit(Signer.AddressOf(key).Text, 10_000m);
        var signed = Encoding.UTF8.GetString(Sign(exchange, VenueAction.Order(Order(0.001m, 50_000m), 0).Value, key, (ulong)exchange.NowMs));
        var scrambled = signed.Replace("\"type\":\"order\",", string.Empty, StringComparison.Ordinal).Replace("\"grouping\":\"na\"", "\"grouping\":\"na\",\"type\":\"order\"", StringComparison.Ordinal);
        Assert.NotEqual(signed, scrambled);
        Assert.Equal("ok", Status(exchange.Exchange(Encoding.UTF8.GetBytes(scrambled), "t")));

        // Signed over "50000.0": the venue hashes "50000" and finds a stranger.
        var zeros = Encoding.UTF8.GetString(VenueAction.Order(Order(0.001m, 50_000m), 0).Value.Json).Replace("\"50000\"", "\"50000.0\"", StringComparison.Ordinal);
        using var document = JsonDocument.Parse(zeros);
        var hash = ActionHash.ConnectionId(MsgPack.Encode(document.RootElement), (ulong)exchange.NowMs + 3, null, null);
        var signature = Signer.Sign(Eip712.AgentDigest(hash, isMainnet: false), key);
        var body = $"{{\"action\":{zeros},\"nonce\":{exchange.NowMs + 3},\"signature\":{{\"r\":\"{signature.RText}\",\"s\":\"{signature.SText}\",\"v\":{signature.V}}}}}";
        Assert.Contains("does not exist", Text(exchange.Exchange(Encoding.UTF8.GetBytes(body), "t")));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("not json")]
    [InlineData("{\"type\":\"unheardOf\"}")]
    [InlineData("{\"type\":\"clearinghouseState\"}")]
    [InlineData("{\"type\":\"clearinghouseState\",\"user\":\"bob\"}")]
    [InlineData("{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"BTC\",\"interval\":\"7m\",\"startTime\":0}}")]
    public void What_is_no_request_is_422_in_plain_text(string body)
    {
        var reply = Open().Info(Encoding.UTF8.GetBytes(body), "t");
        Assert.Equal((422, false), (reply.Status, reply.IsJson));
        Assert.Equal("Failed to deserialize the JSON body into the target type", Encoding.UTF8.GetString(reply.Body.Span));
    }

    [Fact]
    public void A_caller_that_asks_too_much_gets_429_and_null_until_its_weight_is_back()
    {
        var exchange = Open();
        for (var i = 0; i < 60; i++)
        {
            Assert.Equal(200, exchange.Info("{\"type\":\"meta\"}"u8, "busy").Status);
        }

        var refused = exchange.Info("{\"type\":\"meta\"}"u8, "busy");
        Assert.Equal((429, "null"), (refused.Status, Encoding.UTF8.GetString(refused.Body.Span)));
        Assert.Equal(200, exchange.Info("{\"type\":\"meta\"}"u8, "other").Status);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(200, exchange.Info("{\"type\":\"meta\"}"u8, "busy").Status);
    }

    [Fact]
    public void An_expired_action_never_acts_and_costs_five()
    {
        var exchange = Open();
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        var body = VenueAction.Order(Order(0.01m, 50_000m), 0).Value.Sign(Signer, key, false, (ulong)exchange.NowMs, (ulong)exchange.NowMs - 1);
        Assert.Equal("err", Status(exchange.Exchange(body, "t")));
        Assert.Empty(exchange.With(Signer.AddressOf(key).Text, v => v.OpenOrders()));
        Assert.Contains("\"nRequestsUsed\":5", Text(exchange.Info(Encoding.UTF8.GetBytes($"{{\"type\":\"userRateLimit\",\"user\":\"{Signer.AddressOf(key)}\"}}"), "t")));
    }

    [Fact]
    public void The_dead_mans_switch_asks_for_volume_and_takes_everything_when_it_fires()
    {
        var exchange = Open(new LocalExchangeOptions { ScheduleCancelVolume = 0 });
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        var address = Signer.AddressOf(key).Text;
        Send(exchange, VenueAction.Order(Order(0.01m, 50_000m), 0).Value, key, (ulong)exchange.NowMs);
        Assert.Single(exchange.With(address, v => v.OpenOrders()));
        Assert.Contains("at least 5 seconds", Text(Send(exchange, VenueAction.ScheduleCancel(exchange.NowMs + 1_000), key, (ulong)exchange.NowMs + 1)));
        Assert.Equal("ok", Status(Send(exchange, VenueAction.ScheduleCancel(exchange.NowMs + 6_000), key, (ulong)exchange.NowMs + 2)));
        _clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Empty(exchange.With(address, v => v.OpenOrders()));
        Assert.Contains("\"status\":\"scheduledCancel\"", Text(exchange.Info(Encoding.UTF8.GetBytes($"{{\"type\":\"historicalOrders\",\"user\":\"{address}\"}}"), "t")));

        Assert.Contains("Required: $1000000. Traded: $0.", Text(Send(Open(), VenueAction.ScheduleCancel(null), key, (ulong)exchange.NowMs)));
    }

    [Fact]
    public void A_modified_order_gets_a_new_id_and_keeps_its_name()
    {
        var exchange = Open();
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        var address = Signer.AddressOf(key).Text;
        var order = Order(0.01m, 50_000m);
        Send(exchange, VenueAction.Order(order, 0).Value, key, (ulong)exchange.NowMs);
        var before = Assert.Single(exchange.With(address, v => v.OpenOrders()));
        Assert.Equal("ok", Status(Send(exchange, VenueAction.Modify(order.Legs[0].Cloid, order.Legs[0] with { LimitPrice = 51_000m }, 0).Value, key, (ulong)exchange.NowMs + 1)));
        var after = Assert.Single(exchange.With(address, v => v.OpenOrders()));
        Assert.Equal((before.Cloid, 51_000m), (after.Cloid, after.LimitPrice));
        Assert.True(after.Oid > before.Oid);
    }

    [Fact]
    public void An_exchange_that_was_kept_goes_on_with_every_account_as_it_was()
    {
        using var folder = new TempFolder();
        var first = Open();
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        var address = Signer.AddressOf(key).Text;
        var mark = first.With(address, v => v.Context("BTC")!.Mark);
        Send(first, VenueAction.UpdateLeverage(0, true, 7), key, (ulong)first.NowMs);
        Send(first, VenueAction.Order(Some.Bracket(Side.Buy, 0.1m, Math.Round(mark * 1.01m), Math.Round(mark * 0.9m), Math.Round(mark * 1.1m)), 0).Value, key, (ulong)first.NowMs + 1);
        Send(first, VenueAction.Order(Order(0.01m, 50_000m), 0).Value, key, (ulong)first.NowMs + 2);
        Assert.NotNull(first.With(address, v => v.Account().Of("BTC")));
        first.Keep().Write(folder.Path);

        var kept = LocalSnapshot.Read(folder.Path).Value;
        var second = new LocalExchange(new GeneratedMarket(1, [DemoInstruments.Find("BTC")!], Some.Start), new LocalExchangeOptions(), _clock, _clock, kept);
        Assert.Equal(Json(first.With(address, v => v.Account())), Json(second.With(address, v => v.Account())));
        Assert.Equal(Json(first.With(address, v => v.OpenOrders())), Json(second.With(address, v => v.OpenOrders())));
        Assert.Equal(Json(first.With(address, v => v.Fills)), Json(second.With(address, v => v.Fills)));
        Assert.Equal(OrderState.Filled, second.With(address, v => v.Status(Some.Bracket(Side.Buy, 0.1m, 1, 1, 1).Legs[0].Cloid)).State);
        Assert.Equal(7, second.With(address, v => v.Account().Of("BTC")!.Leverage));
        File.WriteAllText(Path.Combine(folder.Path, "exchange.json"), "{ half");
        Assert.Equal("bad-snapshot", LocalSnapshot.Read(folder.Path).Rejection.Code);
    }

    [Fact]
    public void Candles_of_larger_intervals_are_built_and_the_last_one_is_forming()
    {
        var exchange = Open();
        using var rows = JsonDocument.Parse(exchange.Info("{\"type\":\"candleSnapshot\",\"req\":{\"coin\":\"BTC\",\"interval\":\"1h\",\"startTime\":0}}"u8, "t").Body);
        var candles = MarketReplies.Candles(rows.RootElement, exchange.NowMs).Value;
        Assert.Equal(candles.Length + 1, rows.RootElement.GetArrayLength());
        Assert.Equal(48, candles.Length);
        Assert.All(candles, c => Assert.Null(c.Fault()));
        Assert.All(candles.Zip(candles.Skip(1)), p => Assert.Equal(3_600_000, p.Second.OpenTimeMs - p.First.OpenTimeMs));
    }

    private LocalExchange Open(LocalExchangeOptions? options = null)
    {
        // Half a minute into the day, so that a bar is forming.
        _clock.Set(DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + (2 * 86_400_000L) + 30_000));
        return new LocalExchange(new GeneratedMarket(1, [DemoInstruments.Find("BTC")!], Some.Start), options ?? new LocalExchangeOptions(), _clock, _clock);
    }

    private static OrderRequest Order(decimal size, decimal price) => new("BTC", OrderGrouping.None,
        [new OrderLeg { Cloid = Some.Id($"local-{size}-{price}"), Side = Side.Buy, Size = size, LimitPrice = price, TimeInForce = TimeInForce.Gtc }]);

    private static byte[] Sign(LocalExchange exchange, VenueAction action, PrivateKey key, ulong nonce) =>
        action.Sign(Signer, key, isMainnet: false, nonce, (ulong)exchange.NowMs + 10_000);

    private static LocalReply Send(LocalExchange exchange, VenueAction action, PrivateKey key, ulong nonce) => exchange.Exchange(Sign(exchange, action, key, nonce), "t");

    private static string Text(LocalReply reply) => Encoding.UTF8.GetString(reply.Body.Span);

    private static string Json(object value) => JsonSerializer.Serialize(value);

    private static string Status(LocalReply reply)
    {
        using var document = JsonDocument.Parse(reply.Body);
        return document.RootElement.GetProperty("status").GetString()!;
    }

    private sealed class ManualClock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset _now = now;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Set(DateTimeOffset at) => _now = at;

        public void Advance(TimeSpan by) => _now += by;
    }
}
