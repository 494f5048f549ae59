using System.Collections.Immutable;

namespace Rez.Core.Diary.Facts;

[DiaryType("cycle.started")]
public sealed record CycleStarted(long Number, long CandleCloseMs) : DiaryFact;

/// <summary>How an asset fared in a cycle, in short: what was asked, what the gate left, what was done.</summary>
public sealed record CycleLine(string Asset, string Asked, string Gated, string Done, string Rationale)
{
    /// <summary>What <see cref="Asked"/> says when nothing was asked for.</summary>
    public const string Hold = "hold";
}

/// <summary>Wall-clock milliseconds of each stage.</summary>
public sealed record StageTimes(double Sync, double Ingest, double Calculate, double Reason, double Execute, double Secure)
{
    public double Total => Sync + Ingest + Calculate + Reason + Execute + Secure;
}

/// <param name="CapsuleHash">SHA-256 of the capsule written just before.</param>
[DiaryType("cycle.completed")]
public sealed record CycleCompleted(
    long Number,
    long StartedMs,
    string Decider,
    string Summary,
    decimal Equity,
    ImmutableArray<CycleLine> Lines,
    string CapsuleHash,
    StageTimes Stages) : DiaryFact;

/// <summary>A stage failed; the loop goes on.</summary>
[DiaryType("cycle.failed")]
public sealed record CycleFailed(long Number, long StartedMs, string Stage, string Why) : DiaryFact;

/// <summary>The whole story of a cycle: see CycleCapsule. Kept beside the summary so that summaries stay quick to read.</summary>
[DiaryType("cycle.capsule")]
public sealed record CapsuleSealed(string Hash, RawJson Capsule) : DiaryFact;

/// <summary>What a decision of a language model cost.</summary>
/// <param name="AtMs">The decision's time: budgets count by its day.</param>
[DiaryType("agent.spent")]
public sealed record AgentSpent(string Model, int PromptTokens, int CachedTokens, int CompletionTokens, decimal CostUsd, long AtMs) : DiaryFact
{
    public int? ReasoningTokens { get; init; }

    /// <summary>How often the model was asked.</summary>
    public int? Turns { get; init; }

    public int? ToolCalls { get; init; }

    /// <summary>Wall-clock milliseconds of each call; no part of the capsule, whose hash covers no wall-clock time.</summary>
    public ImmutableArray<double>? Milliseconds { get; init; }

    /// <summary>Whether the answer came out of the cache.</summary>
    public bool? FromCache { get; init; }
}

/// <summary>The model was not asked since nothing had changed; what that means is said in the reason.</summary>
[DiaryType("agent.skipped")]
public sealed record AgentSkipped(string Why, long AtMs) : DiaryFact;

/// <summary>What a model concluded from a day's closed trades, in its own words.</summary>
/// <param name="Day">The day it looked at, yyyy-MM-dd UTC.</param>
[DiaryType("agent.reflected")]
public sealed record AgentReflected(string Day, string Text, string Model, decimal CostUsd, long AtMs) : DiaryFact;

/// <summary>An asset whose data is not fit to open on: stale or with a gap.</summary>
[DiaryType("market.unfit")]
public sealed record MarketUnfit(string Asset, string Why) : DiaryFact;
