using System.Diagnostics;
using Rez.Core.Configuration;
using Rez.Core.Desk;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;
using Rez.Worker.Hosting;

namespace Rez.Worker.Bench;

/// <summary>A wish through the gate, durable in the diary, signed, over HTTP to the local exchange, and acknowledged.</summary>
internal static class LoopbackBench
{
    private const int WarmUp = 150;
    private const int StopRounds = 3;

    public static async Task<BenchReport> RunAsync(RezOptions options, int rounds, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        try
        {
            var now = TimeProvider.System.GetUtcNow();
            var market = new GeneratedMarket(2, [DemoInstruments.Find("BTC")!], Interval.M1.OpenOf(now.AddDays(-1).ToUnixTimeMilliseconds()));
            var exchange = new LocalExchange(market, new LocalExchangeOptions { Faucet = 1_000_000m, WeightPerMinute = 1e9 }, TimeProvider.System, TimeProvider.System);
            await using var host = await LocalVenueHost.StartAsync(exchange, 0, TimeProvider.System, TimeSpan.FromMilliseconds(500));
            using var key = PrivateKey.Parse("0123456789012345678901234567890123456789012345678901234567890123").Value;
            options.Hyperliquid.Network = Network.Local;
            options.Hyperliquid.Url = host.Address.ToString();
            options.Hyperliquid.Account = NativeSecp256k1.Preferred.AddressOf(key).Text;
            await using var link = await VenueLink.OpenAsync(options.Hyperliquid, Interval.M5, LiveHost.Handler, TimeProvider.System, new SeededRandom(1), null, cancel);
            using var diary = DiaryStore.Open(Path.Combine(folder, "diary.db"), TimeProvider.System);
            return BenchReport.Of("loopback", await MeasureAsync(options, host, link, diary, key, folder, rounds, cancel));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<Figure>> MeasureAsync(
        RezOptions options, LocalVenueHost host, VenueLink link, DiaryStore diary, PrivateKey key, string folder, int rounds, CancellationToken cancel)
    {
        var nonces = NonceFile.Open(Path.Combine(folder, "nonce"), TimeProvider.System).Value;
        var ports = LiveComposition.Live(options, link, NativeSecp256k1.Preferred, key, nonces, TimeProvider.System, _ => { });
        var desk = new OrderDesk(ports.Exchange, diary, TimeProvider.System, DeskStart.Empty);
        var instrument = (await link.Market.InstrumentsAsync(cancel)).Value[0];
        var account = options.Hyperliquid.Account;
        var times = new double[rounds];
        for (var round = -WarmUp; round < rounds; round++)
        {
            // What Sync and Ingest have read by then, taken from the exchange itself: their reads are not part of the way to the venue.
            var (context, state) = host.Exchange.With(account, v => (v.Context("BTC")!, v.Account()));
            var cycle = $"bench-{round}";
            var wish = new EntryRequest("BTC", Direction.Long, 1_000m, 3, context.Mark * 0.97m, context.Mark * 1.06m, 90, "bench");
            var started = Stopwatch.GetTimestamp();
            var judged = RiskGate.JudgeEntry(wish, new GateInput(instrument, context, state, options.Risk, ["BTC"], 4.5m, new GateFacts(BidDepthUsd: 1e9m, AskDepthUsd: 1e9m)), cycle);
            var outcome = await desk.PlaceAsync(judged.Approved ?? throw new InvalidOperationException(judged.FirstRejection!.Value.Message), "entry", null, cancel);
            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            if (outcome.State != SendState.Confirmed || outcome.Legs[0].State != LegState.Filled)
            {
                throw new InvalidOperationException($"An order of the benchmark was not filled: {outcome}");
            }

            host.Exchange.With(account, v =>
            {
                foreach (var order in v.OpenOrders())
                {
                    v.Cancel(order.Asset, order.Oid);
                }

                var size = v.Account().Positions[0].Size;
                return v.Place(new OrderRequest("BTC", OrderGrouping.None,
                [
                    new OrderLeg { Cloid = Cloid.For(cycle, "BTC", "close"), Side = Side.Sell, Size = size, LimitPrice = Math.Round(context.Mark * 0.9m), TimeInForce = TimeInForce.Ioc, ReduceOnly = true },
                ]));
            });
        }

        // On wires of its own: what the orders used of a minute's weight must not slow the sentinel down.
        await using var wires = await VenueLink.OpenAsync(options.Hyperliquid, Interval.M5, LiveHost.Handler, TimeProvider.System, new SeededRandom(2), null, cancel);
        var own = LiveComposition.Live(options, wires, NativeSecp256k1.Preferred, key, nonces, TimeProvider.System, _ => { });
        var guarded = await GuardAsync(options, host, own, new OrderDesk(own.Exchange, diary, TimeProvider.System, DeskStart.Empty), diary, instrument, cancel);
        Array.Sort(times);
        var (p50, p99) = (Math.Round(times[rounds / 2], 2), Math.Round(times[rounds * 99 / 100], 2));
        return
        [
            new Figure("decision → acknowledged grouped order, diary included, p50", p50, "ms", "≤ 2", p50 <= 2),
            new Figure("decision → acknowledged grouped order, diary included, p99", p99, "ms", "≤ 10", p99 <= 10),
            new Figure($"stop gone at the venue → the sentinel's new one live there, {StopRounds} times, median", guarded.Median, "ms", "≤ 50", guarded.Median <= 50),
            new Figure("the same, worst", guarded.Worst, "ms"),
        ];
    }

    /// <summary>A position whose stop is taken away at the venue: from the beat that the venue's news would start until a stop stands again.</summary>
    private static async Task<(double Median, double Worst)> GuardAsync(
        RezOptions options, LocalVenueHost host, Core.Session.LivePorts ports, OrderDesk desk, DiaryStore diary, Instrument instrument, CancellationToken cancel)
    {
        var account = options.Hyperliquid.Account;
        var history = new Core.Risk.Portfolio.PortfolioHistory();
        var books = new VenueBooks(ports.Exchange, diary, BooksStart.Empty with { SinceMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() }, desk.IsOurs, history);
        var protector = new Protector(desk, books, diary, ports.Market, options.Risk, TimeProvider.System);
        var controls = new TradingControls(desk, protector, diary, TimeProvider.System, Core.Diary.ControlState.Initial);
        var sentinel = new Sentinel(desk, books, protector, new PortfolioGuard(history, options.Protection, controls, diary, TimeProvider.System), []);
        var (context, state) = host.Exchange.With(account, v => (v.Context("BTC")!, v.Account()));
        var wish = new EntryRequest("BTC", Direction.Long, 1_000m, 3, context.Mark * 0.97m, context.Mark * 1.06m, 90, "bench");
        var facts = new GateFacts(BidDepthUsd: 1e9m, AskDepthUsd: 1e9m);
        await desk.PlaceAsync(RiskGate.JudgeEntry(wish, new GateInput(instrument, context, state, options.Risk, ["BTC"], 4.5m, facts), "guard").Approved!, "entry", null, cancel);
        await sentinel.BeatAsync(cancel);
        var times = new double[StopRounds];
        for (var round = -1; round < StopRounds; round++)
        {
            host.Exchange.With(account, v =>
            {
                foreach (var order in v.OpenOrders())
                {
                    v.Cancel(order.Asset, order.Oid);
                }

                return 0;
            });
            ports.Exchange.Distrust();
            var started = Stopwatch.GetTimestamp();
            await sentinel.BeatAsync(cancel);
            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            if (!host.Exchange.With(account, v => v.OpenOrders().Any(o => o.Trigger == TriggerKind.StopLoss)))
            {
                throw new InvalidOperationException("The sentinel's beat left the benchmark's position without a stop.");
            }
        }

        host.Exchange.With(account, v =>
        {
            v.CancelAll("canceled");
            return v.Place(new OrderRequest("BTC", OrderGrouping.None,
            [
                new OrderLeg { Cloid = Cloid.For("guard", "BTC", "close"), Side = Side.Sell, Size = v.Account().Positions[0].Size, LimitPrice = Math.Round(context.Mark * 0.9m), TimeInForce = TimeInForce.Ioc, ReduceOnly = true },
            ]));
        });
        Array.Sort(times);
        return (Math.Round(times[StopRounds / 2], 2), Math.Round(times[^1], 2));
    }
}
