using System.Globalization;
using System.Text;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;

namespace Rez.Web.Live;

/// <summary>
/// Counts what the diary tells since the start of the process, and writes it as Prometheus reads it (text format 0.0.4). Counters begin at zero with the process, as Prometheus expects; what is
/// true of the account now comes with each reading.
/// </summary>
public sealed class MetricsFeed : IDisposable
{
    private static readonly double[] Buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120];
    private static readonly string[] Stages = ["sync", "ingest", "calculate", "reason", "execute", "secure"];
    private readonly Lock _gate = new();
    private readonly DiaryStore _diary;
    private readonly ITradingSession _session;
    private readonly SortedDictionary<string, double> _counters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long[] Within, long Count, double Sum)> _stages = Stages.ToDictionary(s => s, _ => (new long[Buckets.Length], 0L, 0d), StringComparer.Ordinal);

    public MetricsFeed(DiaryStore diary, ITradingSession session)
    {
        (_diary, _session) = (diary, session);
        _diary.Committed += Note;
    }

    public void Dispose() => _diary.Committed -= Note;

    /// <param name="status">The account and the process as they are now.</param>
    public string Write(StatusView status)
    {
        var text = new StringBuilder();
        Gauge(text, "rez_equity_usd", "Value of the account", (double)status.Equity);
        Gauge(text, "rez_open_pnl_usd", "Unrealised profit", (double)status.OpenPnl);
        Gauge(text, "rez_drawdown_ratio", "Below the highest equity", (double)status.DrawdownPercent / 100);
        Gauge(text, "rez_margin_use_ratio", "Margin in use over equity", (double)status.MarginUsePercent / 100);
        Gauge(text, "rez_unprotected_positions", "Open positions without a live stop of their full size", status.Unprotected.Count);
        Gauge(text, "rez_unprotected_seconds", "Time that positions were without a stop, since the diary began", status.UnprotectedMs / 1000d);
        Gauge(text, "rez_auto_trading", "1 when decisions are carried out", status.AutoTrading ? 1 : 0);
        Gauge(text, "rez_halted", "1 when nothing is opened until resumed", status.Halted ? 1 : 0);
        Gauge(text, "rez_diary_events", "Events in the diary", status.DiarySeq);
        Gauge(text, "rez_diary_queue_depth", "Events that wait to be written", status.DiaryQueue);
        Gauge(text, "rez_next_cycle_seconds", "Until the next cycle, market time", (status.NextCycleMs - status.NowMs) / 1000d);
        if (_session.Upstream is { } upstream)
        {
            Gauge(text, "rez_upstream_latency_seconds", "What the venue's newest answer took", upstream.Latency.TotalSeconds);
            Gauge(text, "rez_upstream_weight_left", "Request weight that is left of a minute's", upstream.WeightLeft);
        }

        lock (_gate)
        {
            var last = string.Empty;
            foreach (var (series, value) in _counters)
            {
                var name = series.Split('{')[0];
                if (name != last)
                {
                    text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} counter\n");
                    last = name;
                }

                text.Append(CultureInfo.InvariantCulture, $"{series} {value}\n");
            }

            text.Append("# HELP rez_stage_seconds Duration of a cycle's stages\n# TYPE rez_stage_seconds histogram\n");
            foreach (var stage in Stages)
            {
                var (within, count, sum) = _stages[stage];
                for (var i = 0; i < Buckets.Length; i++)
                {
                    text.Append(CultureInfo.InvariantCulture, $"rez_stage_seconds_bucket{{stage=\"{stage}\",le=\"{Buckets[i]}\"}} {within[i]}\n");
                }

                text.Append(CultureInfo.InvariantCulture, $"rez_stage_seconds_bucket{{stage=\"{stage}\",le=\"+Inf\"}} {count}\nrez_stage_seconds_sum{{stage=\"{stage}\"}} {sum}\nrez_stage_seconds_count{{stage=\"{stage}\"}} {count}\n");
            }
        }

        return text.ToString();
    }

    private static void Gauge(StringBuilder text, string name, string help, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");

    private void Note(IReadOnlyList<DiaryRecord> records)
    {
        lock (_gate)
        {
            foreach (var record in records)
            {
                if (record.Type is "cycle.completed" or "cycle.failed" or "order.outcome" or "agent.spent" or "agent.skipped" or "fill.booked" or "guard.tripped" && DiaryTypes.Read(record.Type, record.Version, record.Payload.ToArray()) is { Ok: true, Value: { } fact })
                {
                    Note(fact);
                }
            }
        }
    }

    private void Note(DiaryFact fact)
    {
        switch (fact)
        {
            case CycleCompleted cycle:
                Count("rez_cycles_total{status=\"completed\"}");
                foreach (var line in cycle.Lines)
                {
                    Count($"rez_decisions_total{{action=\"{Action(line.Asked)}\"}}");
                    if (line.Gated.StartsWith("rejected (", StringComparison.Ordinal) && line.Gated.IndexOf(')', StringComparison.Ordinal) is > 10 and var end)
                    {
                        Count($"rez_gate_rejections_total{{code=\"{line.Gated[10..end]}\"}}");
                    }
                }

                var s = cycle.Stages;
                foreach (var (stage, ms) in Stages.Zip(new[] { s.Sync, s.Ingest, s.Calculate, s.Reason, s.Execute, s.Secure }))
                {
                    Observe(stage, ms / 1000);
                }

                break;
            case CycleFailed failed:
                Count("rez_cycles_total{status=\"failed\"}");
                Count($"rez_cycle_failures_total{{stage=\"{failed.Stage}\"}}");
                break;
            case OrderOutcome outcome:
                Count($"rez_orders_total{{outcome=\"{outcome.State.ToString().ToLowerInvariant()}\"}}");
                break;
            case FillBooked:
                Count("rez_fills_total");
                break;
            case GuardTripped trip:
                Count($"rez_protections_tripped_total{{code=\"{trip.Code}\"}}");
                break;
            case AgentSkipped:
                Count("rez_model_calls_saved_total");
                break;
            case AgentSpent spent:
                Count("rez_model_tokens_total{kind=\"prompt\"}", spent.PromptTokens);
                Count("rez_model_tokens_total{kind=\"cached\"}", spent.CachedTokens);
                Count("rez_model_tokens_total{kind=\"completion\"}", spent.CompletionTokens);
                Count("rez_model_cost_usd_total", (double)spent.CostUsd);
                break;
        }
    }

    /// <summary>The first words of what was asked: open long, close, hold.</summary>
    private static string Action(string asked) =>
        asked.StartsWith("open long", StringComparison.Ordinal) ? "open_long"
        : asked.StartsWith("open short", StringComparison.Ordinal) ? "open_short"
        : asked.Split(' ', ':')[0] is "close" or "reduce" or "adjust" ? asked.Split(' ', ':')[0]
        : "hold";

    private void Count(string series, double by = 1) => _counters[series] = _counters.GetValueOrDefault(series) + by;

    private void Observe(string stage, double seconds)
    {
        var (within, count, sum) = _stages[stage];
        for (var i = 0; i < Buckets.Length; i++)
        {
            within[i] += seconds <= Buckets[i] ? 1 : 0;
        }

        _stages[stage] = (within, count + 1, sum + seconds);
    }
}
