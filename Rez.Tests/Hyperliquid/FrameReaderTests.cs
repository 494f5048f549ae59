using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class FrameReaderTests
{
    [Fact]
    public void Recorded_frames_turn_into_typed_events()
    {
        var heard = new Listener();
        heard.Hear(Message("jkorf_ws_bbo"));
        Assert.Equal(new BestPrices("HYPE", 1766566375292, 23.757m, 42.09m, 23.758m, 100.26m), heard.Best);
        heard.Hear(Message("jkorf_ws_trades"));
        Assert.True(heard.Trades.Count > 0 && heard.Trades.All(t => t is { Price: > 0, Size: > 0, Tid: > 0 }));
        heard.Hear(Message("bytex_ws_trades"));
        heard.Hear(Message("jkorf_ws_l2Book"));
        Assert.True(heard.Book!.Bids[0].Price < heard.Book.Asks[0].Price);
        heard.Hear(Message("bytex_ws_candle_1"));
        heard.Hear(Message("jkorf_ws_candle"));
        Assert.Equal(2, heard.Candles.Count);
        heard.Hear(Message("bytex_ws_activeAssetCtx"));
        Assert.Equal("BTC", heard.Context!.Asset);
        heard.Hear(Message("jkorf_ws_orderUpdates"));
        Assert.NotEmpty(heard.Orders);
        heard.Hear(Message("bytex_ws_user_fill"));
        heard.Hear(Message("jkorf_ws_userEvents"));
        Assert.Equal(2, heard.FillNews);
        heard.Hear("Websocket connection established."u8.ToArray());
        heard.Hear("""{"channel":"pong"}"""u8.ToArray());
        heard.Hear("""{"channel":"somethingNew","data":{"x":1}}"""u8.ToArray());
        Assert.Empty(heard.Troubles);
    }

    [Theory]
    [InlineData("{\"px\":\"100.5\",\"sz\":\"2.0\",\"n\":3}", "{\"px\":\"101.0\",\"sz\":\"0.5\",\"n\":1}")]
    [InlineData("{ \"px\":\"100.5\",\"sz\":\"2.0\",\"n\":3}", "{\"sz\":\"0.5\",\"n\":1,\"px\":\"101.0\"}")]
    [InlineData("{\"px\":\"100.5\",\"sz\":\"2.0\",\"n\":3,\"x\":1}", "{\"px\":\"101.0\",\"sz\":\"0.5\",\"n\":1}")]
    public void A_book_reads_the_same_quickly_and_carefully(string bid, string ask)
    {
        var heard = new Listener();
        heard.Hear(Encoding.UTF8.GetBytes($"{{\"channel\":\"l2Book\",\"data\":{{\"coin\":\"BTC\",\"time\":5,\"levels\":[[{bid}],[{ask},{ask}]]}}}}"));
        Assert.Equal([new BookLevel(100.5m, 2m, 3)], heard.Book!.Bids);
        Assert.Equal([new BookLevel(101m, 0.5m, 1), new BookLevel(101m, 0.5m, 1)], heard.Book.Asks);
        heard.Hear("""{"channel":"l2Book","data":{"coin":"BTC","time":5,"levels":[[],[]]}}"""u8.ToArray());
        Assert.Empty(heard.Book.Bids);
        Assert.Empty(heard.Troubles);
    }

    [Fact]
    public void Fills_read_whole_with_snapshot_and_liquidation()
    {
        var heard = new Listener();
        heard.Hear("""{"channel":"userFills","data":{"user":"0x1","isSnapshot":true,"fills":[{"coin":"BTC","px":"83843.0","sz":"0.31975","side":"A","time":1790357129742,"startPosition":"1.5","dir":"Close Long","closedPnl":"86.6","hash":"0xaa","oid":556657630865,"crossed":true,"fee":"-0.01","tid":246814713305894,"cloid":"0x0123456789abcdef0123456789abcdef","liquidation":{"markPx":"1","method":"market"},"feeToken":"USDC","twapId":null}]}}"""u8.ToArray());
        var fill = Assert.Single(heard.Fills);
        Assert.Equal(("BTC", Side.Sell, 83843m, 0.31975m, -0.01m, true, true), (fill.Asset, fill.Side, fill.Price, fill.Size, fill.Fee, fill.IsTaker, fill.IsLiquidation));
        Assert.NotNull(fill.Cloid);
        Assert.True(heard.Snapshot);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"channel":"bbo"}""")]
    [InlineData("""{"channel":"bbo","data":null}""")]
    [InlineData("""{"channel":"bbo","data":{"coin":"BTC","time":1,"bbo":[{"px":"x","sz":"1"},null]}}""")]
    [InlineData("""{"channel":"bbo","data":{"time":1,"bbo":[null,null]}}""")]
    [InlineData("""{"channel":"trades","data":[{"coin":"BTC","side":"C","px":"1","sz":"1"}]}""")]
    [InlineData("""{"channel":"l2Book","data":{"coin":"BTC","time":1,"levels":[[{"px":"1e5","sz":"1"}],[]]}}""")]
    [InlineData("""{"channel":"userFills","data":{"fills":[{"coin":"BTC"}]}}""")]
    [InlineData("""{"channel":"orderUpdates","data":[{}]}""")]
    [InlineData("""{"channel":"candle","data":{"t":"now"}}""")]
    [InlineData("""{"channel":"error","data":"Invalid subscription"}""")]
    public void What_can_not_be_read_is_trouble_and_nothing_else(string frame)
    {
        var heard = new Listener();
        heard.Hear(Encoding.UTF8.GetBytes(frame));
        Assert.NotEmpty(heard.Troubles);
        Assert.Equal(0, heard.Events);
    }

    [Fact]
    public void Mangled_frames_never_throw()
    {
        var seeds = new[] { "jkorf_ws_bbo", "jkorf_ws_trades", "jkorf_ws_l2Book", "bytex_ws_orderUpdates", "bytex_ws_activeAssetCtx", "jkorf_ws_candle" }.Select(Message).ToArray();
        var random = new SeededRandom(4);
        var heard = new Listener();
        for (var i = 0; i < 30_000; i++)
        {
            var frame = seeds[(int)(random.NextDouble() * seeds.Length)].ToArray();
            for (var n = 0; n < 3; n++)
            {
                frame[(int)(random.NextDouble() * frame.Length)] = (byte)(random.NextDouble() * 256);
            }

            heard.Hear(frame.AsSpan(0, 1 + (int)(random.NextDouble() * frame.Length)).ToArray());
        }

        Assert.NotEmpty(heard.Troubles);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.00000001")]
    [InlineData("-0.5")]
    [InlineData("95000.0")]
    [InlineData("3096053627.5618200302")]
    [InlineData("123456789012345678901234")]
    [InlineData("1e5")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("1.2.3")]
    [InlineData(" 1")]
    [InlineData("٣")]
    public void Bytes_and_text_read_to_the_same_number(string text)
    {
        var fromText = WireNumber.TryParse(text, out var expected);
        Assert.Equal(fromText, WireNumber.TryParse(Encoding.UTF8.GetBytes(text), out var value));
        Assert.Equal(fromText ? expected : 0, fromText ? value : 0);
    }

    private static byte[] Message(string fixture)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Shared.Path("hyperliquid", "fixtures", fixture + ".json")));
        var root = document.RootElement;
        return JsonSerializer.SerializeToUtf8Bytes(root.TryGetProperty("message", out var message) ? message : root);
    }

    private sealed class Listener : IFrameSink
    {
        private readonly FrameReader _reader = new();

        public BestPrices Best { get; private set; }

        public List<MarketTrade> Trades { get; } = [];

        public BookSnapshot? Book { get; private set; }

        public List<CandleFrame> Candles { get; } = [];

        public AssetContext? Context { get; private set; }

        public List<OrderUpdate> Orders { get; } = [];

        public List<Fill> Fills { get; } = [];

        public bool Snapshot { get; private set; }

        public int FillNews { get; private set; }

        public int Events { get; private set; }

        public List<string> Troubles { get; } = [];

        public void Hear(byte[] frame) => _reader.Read(frame, DateTimeOffset.UnixEpoch, this);

        public void OnBest(in BestPrices best) => (Best, Events) = (best, Events + 1);

        public void OnTrade(in MarketTrade trade)
        {
            Trades.Add(trade);
            Events++;
        }

        public void OnBook(BookSnapshot book) => (Book, Events) = (book, Events + 1);

        public void OnCandle(in CandleFrame candle)
        {
            Candles.Add(candle);
            Events++;
        }

        public void OnContext(AssetContext context) => (Context, Events) = (context, Events + 1);

        public void OnFills(ImmutableArray<Fill> fills, bool isSnapshot)
        {
            Fills.AddRange(fills);
            (Snapshot, FillNews, Events) = (isSnapshot, FillNews + 1, Events + 1);
        }

        public void OnFundings(int count, bool isSnapshot) => Events++;

        public void OnOrders(ImmutableArray<OrderUpdate> orders)
        {
            Orders.AddRange(orders);
            Events++;
        }

        public void OnNotice(VenueNotice notice) => Events++;

        public void OnSubscribed(string type)
        {
        }

        public void OnPong()
        {
        }

        public void OnTrouble(string words) => Troubles.Add(words);
    }
}
