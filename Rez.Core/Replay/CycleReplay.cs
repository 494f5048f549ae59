using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Risk;

namespace Rez.Core.Replay;

/// <summary>A cycle run again from its capsule.</summary>
/// <param name="Differences">What came out otherwise, in words; empty when the hashes are the same.</param>
public sealed record ReplayedCycle(string CycleId, string RecordedHash, string ReplayedHash, ImmutableArray<string> Differences)
{
    public bool IsIdentical => RecordedHash == ReplayedHash;
}

/// <summary>
/// Runs a stored cycle again without venue and model: the answers that were given are read again, every opening goes through the gate again with what the gate knew, and the
/// capsule is sealed anew. What the venue did, exits and protection are taken as recorded: they are facts of that day, not results of this code.
/// </summary>
public static class CycleReplay
{
    /// <param name="rules">The decider of a cycle that no model decided, by its name; null when there is none such.</param>
    public static async ValueTask<Outcome<ReplayedCycle>> RunAsync(CycleCapsule capsule, string recordedHash, Func<string, IDecider?> rules, CancellationToken cancel)
    {
        var differences = ImmutableArray.CreateBuilder<string>();
        var reasoned = await DecideAsync(capsule, rules, cancel);
        if (!reasoned.Ok)
        {
            return reasoned.Rejection;
        }

        if (Text(reasoned.Value.Decision) != Text(capsule.Reasoned.Decision))
        {
            differences.Add("the decision read from the same answers is another one");
        }

        var again = capsule with { Reasoned = reasoned.Value, Stories = [.. capsule.Stories.Select(s => Judge(s, capsule, differences))] };
        var (_, hash) = again.Seal();
        if (hash != recordedHash && differences.Count == 0)
        {
            differences.Add("the capsule seals to other bytes");
        }

        return new ReplayedCycle(capsule.CycleId, recordedHash, hash, differences.ToImmutable());
    }

    /// <summary>How the gate judges a decision with what it knew in that cycle; openings only.</summary>
    public static ImmutableArray<Adjudication> Judge(CycleCapsule capsule, Decision decision) =>
    [
        .. from item in decision.Items
           where item.Action is DecisionAction.OpenLong or DecisionAction.OpenShort
           from market in capsule.Ingested.Assets
           where market.Instrument.Asset == item.Asset
           select RiskGate.JudgeEntry(ExecuteStage.Wish(item), ExecuteStage.InputOf(market, Known(capsule, item, market), capsule.Terms), capsule.CycleId),
    ];

    /// <summary>As it was judged then, or, for what nobody asked for then, what the cycle knew; a book that was not read is taken as deep enough.</summary>
    private static JudgedWith Known(CycleCapsule capsule, DecisionItem item, AssetMarket market) =>
        capsule.Stories.FirstOrDefault(s => s.Asked.Asset == item.Asset)?.Judged
        ?? new JudgedWith(capsule.Synced.Account, new GateFacts(
            market.Unfit, BidDepthUsd: decimal.MaxValue / 2, AskDepthUsd: decimal.MaxValue / 2,
            Atr: GateKnowledge.AtrOf(capsule.Sheets.FirstOrDefault(s => s.Asset == item.Asset), capsule.Terms.Limits)));

    private static async ValueTask<Outcome<Reasoned>> DecideAsync(CycleCapsule capsule, Func<string, IDecider?> rules, CancellationToken cancel)
    {
        var (decision, context) = (capsule.Reasoned.Decision, capsule.Reasoned.Context);
        if (decision.Record is { } record)
        {
            var read = await AgentReplay.RepeatAsync(record, decision.Decider, context, cancel);
            return capsule.Reasoned with { Decision = ReasonStage.Keep(read, context) };
        }

        if (capsule.Reasoned.Failure is not null || decision.Items.IsEmpty)
        {
            // Nothing was decided: a failure, a spent budget, a call that was saved. There is nothing to read again.
            return capsule.Reasoned;
        }

        if (rules(decision.Decider) is not { } rule)
        {
            return new Rejection("unknown-decider", $"'{decision.Decider}' decided, and is no strategy that this version of Rez knows.");
        }

        var decided = await rule.DecideAsync(context, cancel);
        return decided.Ok ? capsule.Reasoned with { Decision = ReasonStage.Keep(decided.Value, context) } : decided.Rejection;
    }

    private static ItemStory Judge(ItemStory story, CycleCapsule capsule, ImmutableArray<string>.Builder differences)
    {
        if (story.Judged is not { } with || capsule.Ingested.Assets.FirstOrDefault(m => m.Instrument.Asset == story.Asked.Asset) is not { } market)
        {
            return story;
        }

        var judged = RiskGate.JudgeEntry(ExecuteStage.Wish(story.Asked), ExecuteStage.InputOf(market, with, capsule.Terms), capsule.CycleId);
        if (Text(judged.Verdicts) != Text(story.Verdicts))
        {
            differences.Add($"{story.Asked.Asset}: the gate judges otherwise: {ExecuteStage.Gated(judged)}");
        }

        var sent = story.Sent is null ? null : judged.Approved?.Request;
        if (Text(sent) != Text(story.Sent))
        {
            differences.Add($"{story.Asked.Asset}: another order would be sent");
        }

        return story with { Verdicts = judged.Verdicts, Gated = ExecuteStage.Gated(judged), Sent = sent };
    }

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, DiaryTypes.Json);
}
