using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Reading;
using Rez.Core.Binance;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Torture.Parsers;

/// <summary>Everything in Rez that reads what others wrote.</summary>
public static class ParserTargets
{
    private const int RepliesEach = 5;
    private static readonly DateTimeOffset At = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <param name="settings">The settings file that comes with Rez.</param>
    public static ImmutableArray<ParserTarget> All(RecordedInputs recorded, string settings)
    {
        var own = new OwnSeeds();
        var nowMs = At.ToUnixTimeMilliseconds();
        ParserTarget Reply<T>(string name, Func<JsonElement, Outcome<T>> read, params byte[][] seeds) =>
            new(name, [.. seeds, .. recorded.Replies.Where(r => IsRead(r, read))], RepliesEach, () => new Parser(input => Json(input, root => read(root))));
        var rows = string.Join('\n', Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"{nowMs - ((40 - i) * 60_000L)},{100 + i},{101.5 + i},{99.25 + i},{100.5 + i},{12.5 * i}")));
        var lines = string.Join('\n', Enumerable.Range(0, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{\"t\":{nowMs - ((40 - i) * 60_000L)},\"o\":\"100.5\",\"h\":\"101\",\"l\":\"99\",\"c\":\"{100 + (i / 10.0)}\",\"v\":\"3.25\"}}")));
        var klines = $"[{string.Join(',', Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"[{nowMs - ((40 - i) * 60_000L)},\"100.5\",\"101.0\",\"99.0\",\"100.7\",\"12.5\",{nowMs - ((39 - i) * 60_000L)},\"1\",5,\"1\",\"1\",\"0\"]")))}]";
        return
        [
            Reply("clearinghouseState", AccountReplies.Account, own.Info("clearinghouseState")),
            Reply("frontendOpenOrders", AccountReplies.OpenOrders, own.Info("frontendOpenOrders")),
            Reply("orderStatus", AccountReplies.Status, own.Info("orderStatus", "\"oid\":1")),
            Reply("userFills", AccountReplies.Fills, own.Info("userFills")),
            Reply("userFunding", AccountReplies.Funding, own.Info("userFunding", "\"startTime\":0")),
            Reply("meta", MarketReplies.Meta, own.Info("meta")),
            Reply("metaAndAssetCtxs", r => MarketReplies.Contexts(r, At), own.Info("metaAndAssetCtxs")),
            Reply("l2Book", MarketReplies.Book, own.Info("l2Book", "\"coin\":\"BTC\"")),
            Reply("candleSnapshot", r => MarketReplies.Candles(r, nowMs), own.Info("candleSnapshot", OwnSeeds.Candles(1))),
            Reply("fundingHistory", MarketReplies.Funding, own.Info("fundingHistory", "\"coin\":\"BTC\",\"startTime\":0")),
            new("exchange", [.. ExchangeAnswers, .. recorded.Replies.Where(r => Has(r, "status"))], 10, () => new Parser(input =>
            {
                for (var sent = 0; sent < 4; sent++)
                {
                    ExchangeReply.Read(HttpStatusCode.OK, input, sent);
                }
            })),
            new("frames", [.. own.Frames(), .. recorded.Replies.Where(r => Has(r, "channel"))], 30, () => new FrameParser()),
            new("bookTicker", [Utf8("""{"e":"bookTicker","u":400900217,"E":1568014460893,"T":1568014460891,"s":"BTCUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}""")], 3, () => new Parser(input => BookTicker.TryRead(input, out _))),
            new("klines", [Utf8(klines)], 3, () => new Parser(input => BinanceCandles.Parse(input.ToArray(), "BTC", Interval.M1, long.MaxValue, nowMs))),
            new("answers", [.. ModelAnswers, .. recorded.Answers], 12, () => new Parser(input => DecisionReader.Read(Encoding.UTF8.GetString(input), ["BTC", "ETH"]))),
            new("completions", Completions, 5, () => new Parser(input => Complete(input))),
            new("candles", [Utf8("ts_ms,open,high,low,close,volume\n" + rows), Utf8(lines), .. recorded.Candles], 6, () => new Parser(input =>
            {
                using var text = new StreamReader(new MemoryStream(input.ToArray()), Encoding.UTF8);
                CandleFile.Parse("fuzz.csv", text);
            })),
            new("settings", [Utf8(settings)], 1, () => new Parser(input => SettingsReading.Of([SettingsText.Json(Encoding.UTF8.GetString(input), "fuzz.json")]))),
            new("dotenv", [Utf8("# note\nREZ__Risk__MaxLeverage=3\nexport REZ__Trading__Assets='BTC,ETH'\nREZ__Trading__Assets__0=\"SOL\"\nREZ__Market__Indicators__1=macd:12,26,9\nOTHER=1\n")], 1,
                () => new Parser(input => SettingsReading.Of([SettingsText.DotEnv(Encoding.UTF8.GetString(input).Split('\n'))]))),
            new("diary", [.. DiaryPayloads], 4, () => new DiaryParser()),
            new("capsules", [Utf8("""{"capsule":1,"cycle":"c-1","number":1,"at":1767614400000,"account":{"at":"2026-01-05T12:00:00+00:00","equity":1,"balance":1,"marginUsed":0,"maintenanceMargin":0,"positions":[]},"openOrders":[],"drifts":[],"indicators":["ema:20"],"markets":[],"notes":[],"marketFailures":[],"stories":[],"protection":[],"terms":{}}""")], 2, () => new Parser(input => CapsuleReading.Read(input.ToArray()))),
            new("sim info", [.. InfoRequests], 3, () => new LocalParser(sockets: false)),
            new("sim socket", [.. OwnSeeds.Subscriptions.Select(Utf8), .. Posts], 3, () => new LocalParser(sockets: true)),
        ];
    }

    private static IEnumerable<byte[]> ExchangeAnswers => new[]
    {
        """{"status":"ok","response":{"type":"order","data":{"statuses":[{"filled":{"totalSz":"0.02","avgPx":"1891.4","oid":77747314,"cloid":"0x0123456789abcdef0123456789abcdef"}},"waitingForTrigger","waitingForTrigger"]}}}""",
        """{"status":"ok","response":{"type":"order","data":{"statuses":[{"resting":{"oid":77738308}},{"error":"Order must have minimum value of $10."},"waitingForFill"]}}}""",
        """{"status":"ok","response":{"type":"cancel","data":{"statuses":["success",{"error":"Order was never placed, already canceled, or filled."}]}}}""",
        """{"status":"ok","response":{"type":"default"}}""",
        """{"status":"err","response":"Invalid nonce: duplicate nonce 1"}""",
    }.Select(Utf8);

    private static IEnumerable<byte[]> ModelAnswers => new[]
    {
        "I looked at the market.\n```json\n{\"reasoning\":\"x\",\"decisions\":[{\"asset\":\"BTC\",\"action\":\"open_long\",\"size_usd\":500,\"leverage\":3,\"stop_loss\":90000,\"take_profit\":110000,\"confidence\":80,\"rationale\":\"t\",\"exit_plan\":{\"text\":\"t\",\"invalidations\":[{\"metric\":\"close\",\"interval\":\"1h\",\"op\":\"<\",\"level\":1}]}},{\"asset\":\"ETH\",\"action\":\"hold\"}]}\n```\nThat is all.",
        "<think>a { b</think>{\"BTC\":{\"signal\":\"buy_to_enter\",\"quantity\":0.1,\"leverage\":10,\"stop_loss\":\"90,000\",\"profit_target\":110000,\"confidence\":0.8}}",
        "[{'symbol': 'BTC-USD', 'operation': 'close', 'confidence': 75,},]",
    }.Select(Utf8);

    private static byte[][] Completions =>
    [
        Utf8("""{"id":"x","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"{\"decisions\":[]}","tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"candles","arguments":"{\"asset\":\"BTC\"}"}}]}}],"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}"""),
        Utf8("data: {\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n: keep\nevent: x\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"n\",\"arguments\":\"{\"}}]}}]}\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\ndata: [DONE]\n"),
        Utf8("""{"error":{"message":"no","type":"x"}}"""),
    ];

    private static IEnumerable<byte[]> DiaryPayloads =>
    [
        .. new DiaryFact[]
        {
            new Diary.Facts.SessionStarted("live", "hyperliquid/testnet", "1", 1), new Diary.Facts.ControlChanged(true, false, ["BTC"], "console", "why"), new Diary.Facts.CycleStarted(1, 2),
            new Diary.Facts.OrderSending(new OrderRequest("BTC", OrderGrouping.None, [new OrderLeg { Cloid = Cloid.For("a", "b", "c"), Side = Side.Buy, Size = 1, LimitPrice = 2 }]), "entry", null, "why", 3),
            new Diary.Facts.FillBooked(new Fill { Tid = 1, Oid = 2, Asset = "BTC", Side = Side.Sell, Price = 3, Size = 4, Fee = 0.1m, ClosedPnl = 5, StartPosition = 6, IsTaker = true, TimeMs = 7 }),
        }.Select(f => Utf8(DiaryTypes.Of(f).Name + "\n").Concat(DiaryTypes.Write(f)).ToArray()),
    ];

    private static IEnumerable<byte[]> InfoRequests =>
        new[]
        {
            OwnSeeds.Request("meta"), OwnSeeds.Request("clearinghouseState"), OwnSeeds.Request("orderStatus", "\"oid\":1"), OwnSeeds.Request("userFillsByTime", "\"startTime\":0,\"endTime\":5"), OwnSeeds.Request("l2Book", "\"coin\":\"BTC\",\"nSigFigs\":3"),
            OwnSeeds.Request("candleSnapshot", OwnSeeds.Candles(1)), OwnSeeds.Request("fundingHistory", "\"coin\":\"BTC\",\"startTime\":0"),
            """{"action":{"type":"order","orders":[{"a":0,"b":true,"p":"100","s":"0.1","r":false,"t":{"limit":{"tif":"Gtc"}},"c":"0x0123456789abcdef0123456789abcdef"}],"grouping":"na"},"nonce":1767614400000,"signature":{"r":"0x1","s":"0x2","v":27},"vaultAddress":null,"expiresAfter":1}""",
        }.Select(Utf8);

    private static IEnumerable<byte[]> Posts => new[]
    {
        """{"method":"post","id":1,"request":{"type":"info","payload":{"type":"l2Book","coin":"BTC"}}}""", """{"method":"unsubscribe","subscription":{"type":"bbo","coin":"BTC"}}""", """{"method":"ping"}""",
    }.Select(Utf8);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>As <c>VenueHttp</c> does: what is no JSON is told there, and nobody reads on.</summary>
    private static void Json(ReadOnlySpan<byte> input, Action<JsonElement> read)
    {
        using var document = WireJson.Parse(input.ToArray());
        if (document is not null)
        {
            read(document.RootElement);
        }
    }

    /// <summary>A recording is a seed of the readers that read it: elsewhere it would get no further than the first field.</summary>
    private static bool IsRead<T>(byte[] reply, Func<JsonElement, Outcome<T>> read)
    {
        using var document = WireJson.Parse(reply);
        return document is not null && read(document.RootElement).Ok;
    }

    private static bool Has(byte[] reply, string name)
    {
        using var document = WireJson.Parse(reply);
        return document is { RootElement.ValueKind: JsonValueKind.Object } && document.RootElement.TryGetProperty(name, out _);
    }

    private static void Complete(ReadOnlySpan<byte> input)
    {
        var stream = new ChatStream(null);
        if (stream.ReadAsync(new MemoryStream(input.ToArray()), CancellationToken.None).GetAwaiter().GetResult() is null)
        {
            stream.Answer("m", 1);
        }
    }
}
