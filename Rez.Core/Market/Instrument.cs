using System.Collections.Immutable;

namespace Rez.Core.Market;

/// <summary>One step of a margin table: from this notional (USD) on, that maximum leverage.</summary>
public readonly record struct MarginTier(decimal LowerBound, int MaxLeverage)
{
    /// <summary>Maintenance rate of the tier: half the initial rate at its maximum leverage (protocol §5.2).</summary>
    public decimal MaintenanceRate => 1m / (2m * MaxLeverage);
}

/// <summary>A perpetual as the venue describes it.</summary>
public sealed record Instrument
{
    /// <summary>The venue's name, for example <c>BTC</c>.</summary>
    public required string Asset { get; init; }

    /// <summary>Index in the venue's universe, delisted ones counted.</summary>
    public required int AssetId { get; init; }

    /// <summary>Decimals of a size.</summary>
    public required int SizeDecimals { get; init; }

    /// <summary>Tiers in rising order; the first starts at 0.</summary>
    public required ImmutableArray<MarginTier> Tiers { get; init; }

    public bool OnlyIsolated { get; init; }

    public bool IsDelisted { get; init; }

    /// <summary>Smallest order value in USD.</summary>
    public decimal MinNotional { get; init; } = 10m;

    public int MaxLeverage => Tiers[0].MaxLeverage;

    /// <summary>Most decimals a price may have: 6 less the size's (perps).</summary>
    public int PriceDecimals => Math.Max(0, 6 - SizeDecimals);
}
