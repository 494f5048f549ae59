using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Rez.Core.Agent;

public enum DecisionAction
{
    [JsonStringEnumMemberName("hold")]
    Hold,

    [JsonStringEnumMemberName("open_long")]
    OpenLong,

    [JsonStringEnumMemberName("open_short")]
    OpenShort,

    [JsonStringEnumMemberName("close")]
    Close,

    [JsonStringEnumMemberName("reduce")]
    Reduce,

    [JsonStringEnumMemberName("adjust")]
    Adjust,
}

/// <summary>A condition under which the idea behind a position no longer holds, checked by code on closed candles.</summary>
/// <param name="Metric">What is compared, for example <c>close</c>.</param>
/// <param name="Interval">Candle interval, for example <c>1h</c>.</param>
/// <param name="Op"><c>above</c> or <c>below</c>.</param>
/// <param name="Level">The level, in the metric's unit.</param>
public sealed record Invalidation(string Metric, string Interval, string Op, decimal Level);

public sealed record ExitPlan(string Text, ImmutableArray<Invalidation> Invalidations);

/// <summary>What a decider proposes for one asset. Numbers are wishes: the risk gate decides.</summary>
public sealed record DecisionItem
{
    public required string Asset { get; init; }

    public required DecisionAction Action { get; init; }

    /// <summary>Notional, USD; for a reduction the part to close.</summary>
    public decimal SizeUsd { get; init; }

    public int Leverage { get; init; } = 1;

    public decimal? StopLoss { get; init; }

    public decimal? TakeProfit { get; init; }

    /// <summary>0 to 100.</summary>
    public int Confidence { get; init; }

    public ExitPlan? ExitPlan { get; init; }

    public string Rationale { get; init; } = string.Empty;
}

/// <summary>A decision over all assets: the reasoning as a whole and an item an asset.</summary>
public sealed record Decision(string Decider, string Reasoning, ImmutableArray<DecisionItem> Items)
{
    /// <summary>The conversation with a model, where one decided.</summary>
    public Loop.AgentRecord? Record { get; init; }

    /// <summary>What a model concluded from yesterday's trades, where it was asked before this decision.</summary>
    [JsonIgnore]
    public Loop.Reflected? Reflected { get; init; }

    /// <summary>Why no model was asked, where the gate before it said so.</summary>
    [JsonIgnore]
    public string? Skipped { get; init; }
}
