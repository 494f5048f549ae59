using System.Collections.Immutable;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Agent;

/// <summary>What a decider may know of one asset.</summary>
/// <param name="Sheet">Indicators on closed candles only.</param>
/// <param name="Position">Open position, if any.</param>
/// <param name="Stop">Trigger price of its live stop.</param>
/// <param name="Target">Trigger price of its live target.</param>
/// <param name="Unfit">Why the asset must not be opened now (stale, gapped, paused), or null.</param>
public sealed record AssetView(
    Instrument Instrument,
    AssetContext Context,
    IndicatorSheet Sheet,
    Position? Position,
    decimal? Stop,
    decimal? Target,
    string? Unfit)
{
    /// <summary>Why the position was opened.</summary>
    public string? Thesis { get; init; }

    /// <summary>When the idea behind it no longer holds.</summary>
    public ExitPlan? Plan { get; init; }

    /// <summary>How long the position has been open.</summary>
    public TimeSpan? Held { get; init; }

    /// <summary>Only for deciders that want it.</summary>
    public AssetBackground? Background { get; init; }
}

/// <summary>What of an asset's past is told beside its indicators.</summary>
/// <param name="Funding">Hourly rates as recorded, oldest first.</param>
/// <param name="OpenInterestChangePercent">Over <paramref name="OpenInterestHours"/>; null until it was seen twice.</param>
/// <param name="VolumeRatio">Volume of the newest closed bar of the cycle's interval over the mean of the 20 before it.</param>
public sealed record AssetBackground(ImmutableArray<FundingRate> Funding, decimal? OpenInterestChangePercent, decimal OpenInterestHours, double? VolumeRatio);

/// <summary>Everything a decider may know, and nothing later than <paramref name="At"/>.</summary>
public sealed record DecisionContext(string CycleId, DateTimeOffset At, AccountState Account, ImmutableArray<AssetView> Assets)
{
    /// <summary>What happened in this cycle before the decision: exit plans that fired.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    public ImmutableArray<OpenOrder> Orders { get; init; } = [];

    /// <summary>Limits of the risk gate and what is used of them.</summary>
    public ImmutableArray<LimitUse> Limits { get; init; } = [];

    /// <summary>What was done before; only for deciders that want it.</summary>
    public Recall Past { get; init; } = Recall.Nothing;
}

/// <summary>Decides: an LLM agent, a rule strategy, or a recording. A failure is a value and means hold.</summary>
public interface IDecider
{
    string Name { get; }

    /// <summary>Whether the past and the background of the assets are to be told: gathering them takes a while.</summary>
    bool WantsBackground => false;

    ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel);
}
