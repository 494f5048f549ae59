using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Worker.Bench;

/// <summary>Frames of the venue's socket, from bytes to typed events.</summary>
internal static class FrameBench
{
    private const int Rounds = 400_000;
    private const int Batches = 21;

    public static BenchReport Run()
    {
        const string Hash = "0x00000000000000000000000000000000000000000000000000000000000000aa";
        var best = """{"channel":"bbo","data":{"coin":"BTC","time":1790358617881,"bbo":[{"px":"83757.0","sz":"22.61305","n":81},{"px":"83758.0","sz":"0.00016","n":1}]}}""";
        var trade = $$$"""{"channel":"trades","data":[{"coin":"BTC","side":"B","px":"83758.0","sz":"0.0121","time":1790358617881,"hash":"{{{Hash}}}","tid":246814713305894,"users":["0x0000000000000000000000000000000000000001","0x0000000000000000000000000000000000000002"]}]}""";
        var levels = string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"px":"{{83757 - i}}.0","sz":"{{i + 1}}.61305","n":{{i + 3}}}"""));
        var asks = string.Join(',', Enumerable.Range(0, 20).Select(i => $$"""{"px":"{{83758 + i}}.0","sz":"{{i + 1}}.00016","n":{{i + 1}}}"""));
        var book = $$$"""{"channel":"l2Book","data":{"coin":"BTC","time":1790358617881,"levels":[[{{{levels}}}],[{{{asks}}}]]}}""";
        var fill = $$$"""{"channel":"userFills","data":{"user":"0x0000000000000000000000000000000000000001","fills":[{"coin":"BTC","px":"83843.0","sz":"0.31975","side":"A","time":1790357129742,"startPosition":"1.51975","dir":"Close Long","closedPnl":"86.62649561","hash":"{{{Hash}}}","oid":556657630865,"crossed":true,"fee":"18.01551309","tid":246814713305894,"cloid":"0x0123456789abcdef0123456789abcdef","feeToken":"USDC","twapId":null}]}}""";
        return BenchReport.Of("frames",
        [
            Measure("bbo frame → event", best, 600),
            Measure("trade frame → event", trade, 700),
            Measure("20-level book frame → event", book, 4_000),
            Measure("fill frame → event", fill, 1_200),
        ]);
    }

    /// <summary>Median over batches, after a warm-up: a machine with other work spoils single ones.</summary>
    private static Figure Measure(string name, string frame, double goal)
    {
        var bytes = Encoding.UTF8.GetBytes(frame);
        var reader = new FrameReader();
        var sink = new Counter();
        for (var i = 0; i < Rounds / 4; i++)
        {
            reader.Read(bytes, DateTimeOffset.UnixEpoch, sink);
        }

        var times = new double[Batches];
        for (var batch = 0; batch < Batches; batch++)
        {
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < Rounds / Batches; i++)
            {
                reader.Read(bytes, DateTimeOffset.UnixEpoch, sink);
            }

            times[batch] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / (Rounds / Batches);
        }

        if (sink.Troubles > 0 || sink.Events < Rounds)
        {
            throw new InvalidOperationException($"The frame of '{name}' was not read.");
        }

        Array.Sort(times);
        var median = Math.Round(times[Batches / 2]);
        return new Figure(name, median, "ns", $"≤ {goal}", median <= goal);
    }

    private sealed class Counter : IFrameSink
    {
        public long Events { get; private set; }

        public long Troubles { get; private set; }

        public void OnBest(in BestPrices best) => Events++;

        public void OnTrade(in MarketTrade trade) => Events++;

        public void OnBook(BookSnapshot book) => Events++;

        public void OnCandle(in CandleFrame candle) => Events++;

        public void OnContext(AssetContext context) => Events++;

        public void OnFills(ImmutableArray<Fill> fills, bool isSnapshot) => Events++;

        public void OnFundings(int count, bool isSnapshot) => Events++;

        public void OnOrders(ImmutableArray<OrderUpdate> orders) => Events++;

        public void OnNotice(VenueNotice notice) => Events++;

        public void OnSubscribed(string type)
        {
        }

        public void OnPong()
        {
        }

        public void OnTrouble(string words) => Troubles++;
    }
}
