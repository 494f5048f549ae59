using System.Collections.Immutable;
using System.Diagnostics;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Reading;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Worker.Bench;

/// <summary>The agent's own work beside the model's: building and hashing the payload, reading an answer.</summary>
internal static class AgentBench
{
    private const int Assets = 20;
    private const int Rounds = 1_000;
    private const int WarmUp = 1_000;
    private static readonly string[] Indicators = ["ema:20", "ema:50", "rsi:14", "macd:12,26,9", "atr:14", "adx:14", "bollinger:20,2"];

    public static BenchReport Run()
    {
        var context = Context();
        var answer = Answer(context);
        var payload = Measure(() => ContextPayload.Build(context, "leverage at most 5").Json.Length);
        var names = context.Assets.Select(a => a.Instrument.Asset).ToArray();
        var reading = Measure(() => DecisionReader.Read(answer, names).Items.Length == Assets ? 1 : throw new InvalidOperationException("The benchmark's answer was not read whole."));
        return BenchReport.Of("agent",
        [
            new Figure("context of 20 assets × 4 intervals, built and hashed, p50", payload.P50, "ms"),
            new Figure("context of 20 assets × 4 intervals, built and hashed, p99", payload.P99, "ms", "≤ 5", payload.P99 <= 5),
            new Figure("size of that context", ContextPayload.Build(context, "leverage at most 5").Json.Length, "characters"),
            new Figure("answer of 20 items with prose around it, read, p50", reading.P50, "ms"),
            new Figure("answer of 20 items with prose around it, read, p99", reading.P99, "ms", "≤ 1", reading.P99 <= 1),
        ]);
    }

    private static (double P50, double P99) Measure(Func<int> work)
    {
        var times = new double[Rounds];
        for (var round = -WarmUp; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            work();
            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }

        Array.Sort(times);
        return (Math.Round(times[Rounds / 2], 3), Math.Round(times[Rounds * 99 / 100], 3));
    }

    private static DecisionContext Context()
    {
        var layout = new SheetLayout([.. Indicators.Select(i => IndicatorCatalogue.Parse(i).Value)]);
        var btc = DemoInstruments.Find("BTC")!.Instrument;
        var random = new SeededRandom(1);
        var intervals = new[] { Interval.M5, Interval.M15, Interval.H1, Interval.H4 };
        var views = ImmutableArray.CreateBuilder<AssetView>(Assets);
        for (var a = 0; a < Assets; a++)
        {
            var instrument = btc with { Asset = $"A{a}", AssetId = a };
            var sheets = intervals.Select(i => new IntervalSheet(i, 0, 95_000, layout, [.. Enumerable.Range(0, layout.Names.Length * SheetLayout.Depth).Select(_ => random.NextDouble() * 95_000)]));
            var context = new AssetContext(instrument.Asset, DateTimeOffset.UnixEpoch, 95_000m, 95_010m, 94_999m, 95_001m, 0.0000125m, 30_000m, 3_000_000_000m);
            views.Add(new AssetView(instrument, context, new IndicatorSheet(instrument.Asset, [.. sheets]), null, null, null, null));
        }

        return new DecisionContext("bench", DateTimeOffset.UnixEpoch, new AccountState(DateTimeOffset.UnixEpoch, 10_000m, 10_000m, 0m, 0m, []), views.ToImmutable());
    }

    private static string Answer(DecisionContext context) => "Thinking it over, I see the following.\n```json\n{\"reasoning\":\"mixed\",\"decisions\":[" + string.Join(",\n", context.Assets.Select(a =>
        $"{{\"asset\":\"{a.Instrument.Asset}\",\"action\":\"open_long\",\"size_usd\":\"1,500\",\"leverage\":3,\"stop_loss\":94000.5,\"take_profit\":99000,\"confidence\":72,"
        + "\"exit_plan\":{\"text\":\"out below\",\"invalidations\":[{\"metric\":\"close\",\"interval\":\"1h\",\"op\":\"below\",\"level\":94500}]},\"rationale\":\"the trend is up and momentum agrees with it\"}")) + "]}\n```";
}
