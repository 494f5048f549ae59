using System.Collections.Immutable;
using Rez.Core.Trading;

namespace Rez.Core.Diary.Facts;

/// <summary>Account as read from the venue at a cycle's start; also a point of the equity curve.</summary>
/// <param name="Benchmark">Value of the starting equity had it been held in equal parts of all assets; null before prices are known.</param>
[DiaryType("account.synced")]
public sealed record AccountSynced(decimal Equity, decimal Cash, decimal UnrealisedPnl, decimal MarginUsed, decimal Exposure, decimal? Benchmark) : DiaryFact;

/// <summary>Where buy-and-hold started: what equity, at what prices.</summary>
[DiaryType("account.benchmark-set")]
public sealed record BenchmarkSet(decimal Equity, SortedDictionary<string, decimal> Prices) : DiaryFact;

/// <summary>An action is about to be sent; durable before it is.</summary>
/// <param name="Purpose">entry, exit or protection.</param>
/// <param name="Code">Exit code of an exit, else null.</param>
/// <param name="VenueMs">Venue time at sending, for replay of a simulated venue.</param>
[DiaryType("order.sending")]
public sealed record OrderSending(OrderRequest Request, string Purpose, string? Code, string Reason, long VenueMs) : DiaryFact;

/// <summary>What became of it. Unresolved is not failed.</summary>
[DiaryType("order.outcome")]
public sealed record OrderOutcome(string Asset, ImmutableArray<Cloid> Cloids, SendState State, ImmutableArray<LegResult> Legs, string? Detail) : DiaryFact;

[DiaryType("order.cancel-sending")]
public sealed record CancelSending(string Asset, long Oid, Cloid? Cloid, string Reason, long VenueMs) : DiaryFact;

[DiaryType("order.cancel-outcome")]
public sealed record CancelOutcome(string Asset, long Oid, Cloid? Cloid, SendState State, string? Detail) : DiaryFact;

[DiaryType("order.leverage-sending")]
public sealed record LeverageSending(string Asset, int Leverage, bool IsCross, long VenueMs) : DiaryFact;

[DiaryType("order.leverage-outcome")]
public sealed record LeverageOutcome(string Asset, int Leverage, SendState State, string? Detail) : DiaryFact;

[DiaryType("fill.booked")]
public sealed record FillBooked(Fill Fill) : DiaryFact;

[DiaryType("funding.booked")]
public sealed record FundingBooked(FundingPayment Payment) : DiaryFact;

/// <summary>Something happened to the account that no order of this diary caused.</summary>
/// <param name="Kind">liquidation, auto-deleveraging, foreign-fill, cancel.</param>
[DiaryType("venue.acted")]
public sealed record VenueActed(string Asset, string Kind, string Words, long VenueMs) : DiaryFact;

/// <summary>An open order that this diary did not send.</summary>
/// <param name="Policy">adopt, flatten or halt. What only reduces is left alone under each.</param>
[DiaryType("order.foreign-found")]
public sealed record ForeignOrderFound(string Asset, long Oid, Side Side, decimal Size, decimal LimitPrice, decimal? TriggerPrice, bool ReduceOnly, string Policy) : DiaryFact;

/// <summary>A condition of an exit plan: what is compared, on which candles, which way, with what.</summary>
public sealed record PlanCondition(string Metric, string Interval, string Op, decimal Level);

/// <summary>Why a position was opened, and when the idea no longer holds.</summary>
[DiaryType("plan.set")]
public sealed record PlanSet(string Asset, string Thesis, string Text, ImmutableArray<PlanCondition> Invalidations, long SetMs) : DiaryFact;

/// <summary>A condition came true on a closed candle: the position is closed.</summary>
[DiaryType("plan.fired")]
public sealed record PlanFired(string Asset, string Condition) : DiaryFact;

/// <summary>A rule between cycles ends a position, a part of it, or moves its stop.</summary>
/// <param name="Act">Close, Reduce or MoveStop.</param>
[DiaryType("exit.called")]
public sealed record ExitCalled(string Asset, string Code, string Act, string Words) : DiaryFact;

/// <summary>Diary and venue disagree on a position.</summary>
/// <param name="Policy">adopt, flatten or halt.</param>
[DiaryType("position.drift-found")]
public sealed record DriftFound(string Asset, decimal DiarySize, decimal VenueSize, string Policy) : DiaryFact;

/// <summary>The diary takes over what the venue says: the ledger's position becomes this.</summary>
[DiaryType("position.adopted")]
public sealed record PositionAdopted(string Asset, decimal SignedSize, decimal EntryPrice) : DiaryFact;

/// <summary>A position was found without a live stop of its full size.</summary>
/// <param name="Covered">Base units that live stops cover.</param>
[DiaryType("protection.missing")]
public sealed record ProtectionMissing(string Asset, decimal SignedSize, decimal Covered, string FoundBy) : DiaryFact;

/// <param name="UnprotectedMs">From the fill, or the finding, to the proof of a live stop (market time).</param>
[DiaryType("protection.restored")]
public sealed record ProtectionRestored(string Asset, string How, long UnprotectedMs) : DiaryFact;

/// <summary>A protective level of a position was read back from the venue and is new or changed.</summary>
[DiaryType("protection.level")]
public sealed record ProtectionLevel(string Asset, decimal? Stop, decimal? Target) : DiaryFact;
