using System.Collections.Immutable;
using System.Diagnostics;
using Rez.Core.Desk;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Trading;

namespace Rez.Worker.Bench;

/// <summary>What guarding costs: a proposal through all layers, and ten thousand positions looked at.</summary>
internal static class GateBench
{
    private const int Judgements = 200_000;
    private const int Positions = 10_000;
    private const int Rounds = 30;

    public static BenchReport Run()
    {
        var (micros, bytes) = Judge();
        var (proof, exits) = Guard();
        return BenchReport.Of("gate",
        [
            new Figure("a proposal through all nine layers, approved, mean", micros, "µs", "≤ 5", micros <= 5),
            new Figure("allocated by it", bytes, "bytes", "0", bytes == 0),
            new Figure("10,000 positions: is each covered by its live stop, median", proof, "ms"),
            new Figure("10,000 positions through the exit rules, median", exits, "ms"),
            new Figure("both together", Math.Round(proof + exits, 3), "ms", "≤ 20", proof + exits <= 20),
        ]);
    }

    private static (double Micros, double Bytes) Judge()
    {
        var btc = DemoInstruments.Find("BTC")!.Instrument;
        var context = new AssetContext("BTC", DateTimeOffset.UnixEpoch, 100_000m, 100_000m, 99_990m, 100_010m, 0.0000125m, 30_000m, 3e9m);
        var eth = new Position { Asset = "ETH", SignedSize = 1m, EntryPrice = 3_000m, MarkPrice = 3_010m, Leverage = 3, IsCross = true, MarginUsed = 1_000m, MaintenanceMargin = 60m };
        var account = new AccountState(DateTimeOffset.UnixEpoch, 10_000m, 9_990m, 1_000m, 60m, [eth]);
        var input = new GateInput(btc, context, account, new RiskOptions(), ["BTC", "ETH"], 4.5m, new GateFacts(BidDepthUsd: 10_000_000m, AskDepthUsd: 10_000_000m, Atr: 500m));
        var verdicts = new Verdict[RiskGate.Layers.Length];
        void Once()
        {
            var proposal = new Proposal { Direction = Direction.Long, Size = 0.00999m, Leverage = 3, Reference = 100_010m, Stop = 99_000m, Target = 103_000m, Confidence = 70 };
            if (!RiskGate.Judge(ref proposal, input, verdicts))
            {
                throw new InvalidOperationException("The benchmark's proposal was refused.");
            }
        }

        for (var i = 0; i < Judgements / 4; i++)
        {
            Once();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Judgements; i++)
        {
            Once();
        }

        var micros = Stopwatch.GetElapsedTime(started).TotalMicroseconds / Judgements;
        return (Math.Round(micros, 3), Math.Round((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Judgements, 1));
    }

    private static (double Proof, double Exits) Guard()
    {
        var instrument = DemoInstruments.Find("BTC")!.Instrument;
        var positions = Enumerable.Range(0, Positions).Select(i => new Position { Asset = $"A{i}", SignedSize = i % 2 == 0 ? 1m : -1m, EntryPrice = 100m, MarkPrice = 101m, Leverage = 3, IsCross = true }).ToArray();
        var orders = positions.Select((p, i) => new OpenOrder
        {
            Oid = i, Asset = p.Asset, Side = p.Direction.Closes(), Size = 1m, LimitPrice = 90m, TriggerPrice = p.SignedSize > 0 ? 95m : 107m, Trigger = TriggerKind.StopLoss, ReduceOnly = true,
        }).ToImmutableArray();
        var byAsset = orders.ToDictionary(o => o.Asset, o => (IReadOnlyList<OpenOrder>)[o], StringComparer.Ordinal);
        var options = new ExitOptions();
        var proof = Median(() =>
        {
            var covered = 0;
            foreach (var position in positions)
            {
                covered += Protector.CoverageOf(position, byAsset[position.Asset]).IsFull ? 1 : 0;
            }

            return covered == Positions;
        });
        var exits = Median(() =>
        {
            var calls = 0;
            foreach (var p in positions)
            {
                var view = new ExitView
                {
                    Instrument = instrument, Direction = p.Direction, Entry = p.EntryPrice, Mark = p.MarkPrice, Best = p.MarkPrice, Held = TimeSpan.FromHours(1), Stop = p.SignedSize > 0 ? 95m : 107m,
                    Target = p.SignedSize > 0 ? 110m : 90m, Atr = 1m, Sigma = 0.002m, TakerFeeBps = 4.5m,
                };
                calls += ExitEngine.Judge(view, options) is null ? 0 : 1;
            }

            return calls == 0;
        });
        return (proof, exits);
    }

    private static double Median(Func<bool> work)
    {
        var times = new double[Rounds];
        for (var round = -5; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            if (!work())
            {
                throw new InvalidOperationException("The benchmark's positions are not as they should be.");
            }

            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }

        Array.Sort(times);
        return Math.Round(times[Rounds / 2], 3);
    }
}
