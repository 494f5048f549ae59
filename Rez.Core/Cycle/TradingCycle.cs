using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Indicators;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>How a cycle ended.</summary>
/// <param name="FailedStage">Null when it completed.</param>
public sealed record CycleResult(string CycleId, long Number, string? FailedStage, string? Why, StageTimes Stages);

/// <summary>What a cycle is made of.</summary>
/// <param name="Clock">The market's time: when things happen.</param>
/// <param name="Wall">Wall clock: how long they take.</param>
/// <param name="Benchmark">Value of buy-and-hold, given equity and marks, or null while it is not known.</param>
public sealed record CycleParts(
    OrderDesk Desk,
    SyncStage Sync,
    IngestStage Ingest,
    CalculateStage Calculate,
    ReasonStage Reason,
    ExecuteStage Execute,
    SecureStage Secure,
    ExitPlans Plans,
    GateKnowledge Knowledge,
    PortfolioGuard Guard,
    IDiary Diary,
    TimeProvider Clock,
    TimeProvider Wall,
    Func<decimal, IReadOnlyDictionary<string, decimal>, decimal?> Benchmark);

/// <summary>
/// One pass: sync → ingest → calculate → reason → execute → secure. A failing stage is recorded and ends the cycle; Secure runs
/// all the same, since positions must be protected whatever else failed.
/// </summary>
public sealed class TradingCycle(CycleParts parts)
{
    private int _running;

    /// <summary>Runs one cycle for the candle that closed at <paramref name="at"/>. Never overlaps itself.</summary>
    public async ValueTask<CycleResult> RunAsync(long number, DateTimeOffset at, CancellationToken cancel)
    {
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw new InvalidOperationException("Invariant: a cycle is running already.");
        }

        try
        {
            return await new Pass(parts, number, at).RunAsync(cancel);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }

    /// <summary>Id of a cycle before the desk's mark: its number and market time; the same in every run of a seed.</summary>
    public static string IdOf(long number, DateTimeOffset at) => $"c-{number:D7}-{at.UtcDateTime:yyyyMMdd'T'HHmm}";

    /// <summary>The state of one pass while it runs.</summary>
    private sealed class Pass(CycleParts parts, long number, DateTimeOffset at)
    {
        private readonly string _id = parts.Desk.Name(IdOf(number, at));
        private readonly double[] _times = new double[6];
        private readonly long _startedMs = parts.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        private string _stage = "sync";

        public async ValueTask<CycleResult> RunAsync(CancellationToken cancel)
        {
            parts.Diary.Append(new CycleStarted(number, at.ToUnixTimeMilliseconds()), _id);
            string? why;
            try
            {
                why = await StagesAsync(cancel);
            }
            catch (Exception e) when (e is not (OperationCanceledException or DiaryUnavailableException))
            {
                // A bug or a broken environment ends the cycle, never the process.
                why = $"{e.GetType().Name}: {e.Message}";
            }

            if (why is not null)
            {
                await SecureAfterFailureAsync(cancel);
                parts.Diary.Append(new CycleFailed(number, _startedMs, _stage, why), _id);
            }

            var stages = new StageTimes(_times[0], _times[1], _times[2], _times[3], _times[4], _times[5]);
            return new CycleResult(_id, number, why is null ? null : _stage, why, stages);
        }

        private async ValueTask<string?> StagesAsync(CancellationToken cancel)
        {
            var t = parts.Wall.GetTimestamp();
            var synced = await parts.Sync.RunAsync(_id, cancel);
            Mark(0, ref t);
            if (!synced.Ok)
            {
                return synced.Rejection.ToString();
            }

            _stage = "ingest";
            var ingested = await parts.Ingest.RunAsync(at, _id, cancel);
            Mark(1, ref t);
            if (!ingested.Ok)
            {
                return ingested.Rejection.ToString();
            }

            NoteEquity(synced.Value.Account, ingested.Value);
            _stage = "calculate";
            var sheets = parts.Calculate.Run(ingested.Value, parts.Ingest.Candles);
            Mark(2, ref t);

            _stage = "reason";
            foreach (var sheet in sheets)
            {
                parts.Knowledge.Note(sheet);
            }

            await parts.Guard.LookAsync(synced.Value.Account);
            var notes = await EndBrokenPlansAsync(synced.Value, sheets, cancel);
            var known = notes.IsEmpty ? synced.Value : await parts.Sync.RunAsync(_id, cancel) is { Ok: true } again ? again.Value : synced.Value;
            var reasoned = await parts.Reason.RunAsync(_id, at, known, ingested.Value, sheets, parts.Ingest.Candles, notes, cancel);
            NoteModel(reasoned.Decision);

            Mark(3, ref t);

            _stage = "execute";
            var stories = await parts.Execute.RunAsync(_id, reasoned.Decision, ingested.Value, sheets, cancel);
            Mark(4, ref t);

            _stage = "secure";
            var proof = await parts.Secure.RunAsync(_id, cancel);
            Mark(5, ref t);
            if (!proof.Ok)
            {
                return proof.Rejection.ToString();
            }

            var capsule = new CycleCapsule(_id, number, at, known, ingested.Value, sheets, reasoned, stories, proof.Value, parts.Execute.Terms);
            Conclude(capsule, synced.Value.Account);
            return null;
        }

        /// <summary>Closes what an exit plan says must be closed, before anybody is asked.</summary>
        private async ValueTask<ImmutableArray<string>> EndBrokenPlansAsync(Synced synced, ImmutableArray<IndicatorSheet> sheets, CancellationToken cancel)
        {
            var fired = parts.Plans.Check([.. synced.Account.Positions.Select(p => p.Asset)], sheets, _id);
            var notes = ImmutableArray.CreateBuilder<string>(fired.Length);
            notes.AddRange(parts.Plans.TakeNotes());
            foreach (var plan in fired)
            {
                notes.Add($"{plan}: {await parts.Execute.EndAsync(_id, plan, cancel)}");
            }

            return notes.ToImmutable();
        }

        /// <summary>What asking a model cost, or why it was not asked.</summary>
        private void NoteModel(Decision decision)
        {
            var atMs = at.ToUnixTimeMilliseconds();
            if (decision.Skipped is { } why)
            {
                parts.Diary.Append(new AgentSkipped(why, atMs), _id);
            }

            if (decision.Reflected is { } reflected)
            {
                parts.Diary.Append(
                    new AgentReflected(
                        reflected.Reflection.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), reflected.Reflection.Text, reflected.Model, reflected.Usage.CostUsd ?? 0, atMs),
                    _id);
            }

            if (decision.Record is { } record)
            {
                var u = record.Usage;
                parts.Diary.Append(
                    new AgentSpent(decision.Decider, u.Prompt, u.Cached, u.Completion, record.IsCached ? 0 : u.CostUsd ?? 0, atMs)
                    {
                        ReasoningTokens = u.Reasoning,
                        Turns = record.Turns.Length,
                        ToolCalls = record.Turns.Sum(t => t.Tools.Length),
                        Milliseconds = record.Milliseconds,
                        FromCache = record.IsCached ? true : null,
                    },
                    _id);
            }
        }

        private void NoteEquity(AccountState account, Ingested ingested)
        {
            var marks = ingested.Assets.ToDictionary(a => a.Instrument.Asset, a => a.Context.Mark, StringComparer.Ordinal);
            parts.Diary.Append(
                new AccountSynced(account.Equity, account.Cash, account.UnrealisedPnl, account.MarginUsed, account.Exposure, parts.Benchmark(account.Equity, marks)), _id);
        }

        private void Conclude(CycleCapsule capsule, AccountState account)
        {
            var hash = string.Empty;
            if (parts.Diary.KeepsCapsules)
            {
                (var json, hash) = capsule.Seal();
                parts.Diary.Append(new CapsuleSealed(hash, new RawJson(json)), _id);
            }

            var lines = capsule.Stories.Select(s => new CycleLine(s.Asked.Asset, Asked(s.Asked), s.Gated, s.Done, s.Asked.Rationale)).ToImmutableArray();
            parts.Diary.Append(
                new CycleCompleted(
                    number, _startedMs, capsule.Reasoned.Decision.Decider, capsule.Reasoned.Decision.Reasoning, account.Equity, lines, hash,
                    new StageTimes(_times[0], _times[1], _times[2], _times[3], _times[4], _times[5])),
                _id);
        }

        private async ValueTask SecureAfterFailureAsync(CancellationToken cancel)
        {
            if (_stage == "secure")
            {
                return;
            }

            try
            {
                await parts.Secure.RunAsync(_id, cancel);
            }
            catch (Exception e) when (e is not (OperationCanceledException or DiaryUnavailableException))
            {
                parts.Diary.Append(new CycleFailed(number, _startedMs, "secure", $"{e.GetType().Name}: {e.Message}"), _id);
            }
        }

        private static string Asked(DecisionItem item) => item.Action switch
        {
            DecisionAction.OpenLong or DecisionAction.OpenShort =>
                $"{(item.Action == DecisionAction.OpenLong ? "open long" : "open short")} {item.SizeUsd:0.##} USD at {item.Leverage}x, stop {item.StopLoss}, target {item.TakeProfit}, confidence {item.Confidence}",
            DecisionAction.Reduce => $"reduce by {item.SizeUsd:0.##} USD",
            DecisionAction.Adjust => $"adjust: stop {item.StopLoss?.ToString() ?? "as is"}, target {item.TakeProfit?.ToString() ?? "as is"}",
            DecisionAction.Close => "close",
            _ => CycleLine.Hold,
        };

        private void Mark(int stage, ref long since)
        {
            var now = parts.Wall.GetTimestamp();
            _times[stage] = Math.Round(parts.Wall.GetElapsedTime(since, now).TotalMilliseconds, 4);
            since = now;
        }
    }
}
