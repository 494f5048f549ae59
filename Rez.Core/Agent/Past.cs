using System.Collections.Immutable;
using Rez.Core.Trading;

namespace Rez.Core.Agent;

/// <summary>How the account has done since its diary began. Percentages of equity, money in USD.</summary>
/// <param name="ReturnPercent">Equity now over equity at the first cycle.</param>
/// <param name="DrawdownPercent">Below the highest equity so far, now.</param>
/// <param name="Sharpe">Mean over standard deviation of daily equity returns, times √365; null before ten days are full.</param>
public sealed record TrackRecord(
    decimal ReturnPercent, decimal DrawdownPercent, decimal MaxDrawdownPercent, double? Sharpe, int Days, long Trades, decimal? WinRatePercent, decimal NetUsd, decimal FeesUsd, decimal FundingUsd);

/// <summary>A round trip that this account made.</summary>
/// <param name="NetUsd">After fees and funding.</param>
public sealed record PastTrade(
    string Asset, Direction Direction, decimal EntryPrice, decimal ExitPrice, decimal NotionalUsd, decimal NetUsd, decimal FeesUsd, decimal FundingUsd, string ExitCode, long OpenedMs, long ClosedMs, string? OpenCycleId);

/// <summary>An item of an earlier decision with what became of it.</summary>
/// <param name="Done">What the venue did: its words may be in it.</param>
/// <param name="Outcome">The trade that it opened, once that is closed.</param>
public sealed record PastDecision(long AtMs, string CycleId, string Asset, string Asked, string Gated, string Done, string Why, PastTrade? Outcome);

public sealed record PastFill(long TimeMs, string Asset, Side Side, decimal Price, decimal Size, decimal FeeUsd, decimal ClosedPnlUsd, bool IsLiquidation, TriggerKind? Trigger);

/// <summary>Something found in the diary.</summary>
public sealed record DiaryHit(long AtMs, string? CycleId, string Type, string Text);

/// <summary>What the model concluded from a day's trades, in its own words.</summary>
public sealed record Reflection(DateOnly Day, string Text);

/// <summary>What is remembered for a decision, newest first.</summary>
public sealed record Recall(TrackRecord? Record, ImmutableArray<PastDecision> Decisions, ImmutableArray<PastFill> Fills, ImmutableArray<PastTrade> Yesterday, Reflection? Reflection)
{
    public static readonly Recall Nothing = new(null, [], [], [], null);
}

/// <summary>What this account did before. Everything is of before the moment that is asked about.</summary>
public interface IPast
{
    ValueTask<Recall> RecallAsync(DateTimeOffset at, CancellationToken cancel);

    /// <summary>Newest first.</summary>
    /// <param name="asset">Null for all.</param>
    ValueTask<IReadOnlyList<PastTrade>> TradesAsync(string? asset, int count, CancellationToken cancel);

    /// <summary>Entries that hold the text, newest first.</summary>
    ValueTask<IReadOnlyList<DiaryHit>> SearchAsync(string text, int count, CancellationToken cancel);
}
