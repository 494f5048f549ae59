using System.Collections.Immutable;
using System.Diagnostics;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
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
    private const int LoopCycles = 10_000;
    private static readonly string[] Indicators = ["ema:20", "ema:50", "rsi:14", "macd:12,26,9", "atr:14", "adx:14", "bollinger:20,2"];

    public static BenchReport Run()
    {
        var context = Context();
        var answer = Answer(context);
        var payload = Measure(() => ContextPayload.Build(context).Value.Json.Length);
        var names = context.Assets.Select(a => a.Instrument.Asset).ToArray();
        var reading = Measure(() => DecisionReader.Read(answer, names).Items.Length == Assets ? 1 : throw new InvalidOperationException("The benchmark's answer was not read whole."));
        var (perTurn, firstMb, lastMb) = Loop(context with { Assets = context.Assets[..3] });
        return BenchReport.Of("agent",
        [
            new Figure("context of 20 assets × 4 intervals, built and hashed, p50", payload.P50, "ms"),
            new Figure("context of 20 assets × 4 intervals, built and hashed, p99", payload.P99, "ms", "≤ 5", payload.P99 <= 5),
            new Figure("size of that context", ContextPayload.Build(context).Value.Json.Length, "characters"),
            new Figure("answer of 20 items with prose around it, read, p50", reading.P50, "ms"),
            new Figure("answer of 20 items with prose around it, read, p99", reading.P99, "ms", "≤ 1", reading.P99 <= 1),
            new Figure("loop's own time a turn, a model that answers at once, a tool call each turn, mean", perTurn, "ms", "≤ 2", perTurn <= 2),
            new Figure($"memory after {LoopCycles / 10:N0} cycles of that", firstMb, "MB"),
            new Figure($"memory after {LoopCycles:N0} cycles of that", lastMb, "MB", "flat", lastMb <= firstMb + 2),
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

    /// <summary>Whole decisions with a model inside the process: what is left is the loop's own work.</summary>
    private static (double PerTurn, double FirstMb, double LastMb) Loop(DecisionContext context)
    {
        var options = new ModelOptions { Name = "instant", DailyBudgetUsd = 0, MonthlyBudgetUsd = 0 };
        var parts = new AgentParts(new InstantModel(), new InstantTools(), new BuiltInPrompts(), options, new CostMeter(0, 0), new CostMeter(0, 0), TimeProvider.System);
        var decider = new AgentDecider(parts);
        var (spent, turns, firstMb) = (0L, 0, 0d);
        for (var cycle = 1; cycle <= LoopCycles; cycle++)
        {
            var started = Stopwatch.GetTimestamp();
            var decided = decider.DecideAsync(context with { At = DateTimeOffset.UnixEpoch.AddMinutes(5 * cycle) }, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (cycle > LoopCycles / 10)
            {
                spent += Stopwatch.GetTimestamp() - started;
                turns += decided.Value.Record!.Turns.Length;
            }
            else if (cycle == LoopCycles / 10)
            {
                firstMb = Megabytes();
            }
        }

        return (Math.Round(spent * 1_000d / Stopwatch.Frequency / turns, 4), firstMb, Megabytes());
    }

    private static double Megabytes() => Math.Round(GC.GetTotalMemory(forceFullCollection: true) / 1e6, 2);

    private sealed class BuiltInPrompts : IPrompts
    {
        public Outcome<PromptSet> Current() => PromptSet.BuiltIn;
    }

    private sealed class InstantTools : IAgentTools
    {
        public ImmutableArray<ToolDescription> Descriptions => AgentTools.All;

        public ValueTask<string> CallAsync(ToolCall call, DecisionContext context, CancellationToken cancel) => new("[[1,2,3,4,5,6]]");
    }

    private sealed class InstantModel : IModel
    {
        public string Name => "instant";

        public ValueTask<Outcome<ChatAnswer>> AskAsync(ChatRequest request, Action<string>? told, CancellationToken cancel)
        {
            var isFirst = request.Messages.Length < 6;
            ImmutableArray<ToolCall> calls = isFirst ? [new ToolCall("call_0", "get_candles", "{\"asset\":\"A0\",\"interval\":\"1h\",\"bars\":1}")] : [];
            return new(new ChatAnswer(isFirst ? "Looking." : "{\"reasoning\":\"quiet\",\"decisions\":[]}", calls, new TokenUsage(1_000, 600, 20, 0, 0.001m), Name, "stop", 0));
        }
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
