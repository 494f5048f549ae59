using System.Collections.Immutable;
using Rez.Core.Market;

namespace Rez.Core.Trading;

/// <summary>
/// Margin and liquidation as the venue computes them (protocol §5.2, §5.3): tiered maintenance at half the initial rate of the tier's
/// maximum leverage, and the price at which a pool falls to its maintenance.
/// </summary>
public static class MarginMath
{
    /// <summary>USD that a position of this notional must keep.</summary>
    public static decimal Maintenance(ImmutableArray<MarginTier> tiers, decimal notional)
    {
        var (rate, deduction) = TierOf(tiers, notional);
        return (notional * rate) - deduction;
    }

    /// <summary>USD that opening this notional binds.</summary>
    public static decimal Initial(decimal notional, int leverage) => notional / leverage;

    /// <summary>
    /// Mark price at which the pool's value equals its maintenance, other positions unchanged; null when no positive
    /// price does it.
    /// </summary>
    /// <param name="signedSize">Position, base units.</param>
    /// <param name="mark">Mark price now.</param>
    /// <param name="poolValue">Value of the pool at that mark: account value (cross) or isolated margin with its PnL, USD.</param>
    /// <param name="otherMaintenance">Maintenance of the pool's other positions, USD; 0 for isolated.</param>
    public static decimal? LiquidationPrice(
        ImmutableArray<MarginTier> tiers, decimal signedSize, decimal mark, decimal poolValue, decimal otherMaintenance)
    {
        if (signedSize == 0)
        {
            return null;
        }

        var size = Math.Abs(signedSize);
        var deduction = 0m;
        for (var i = 0; i < tiers.Length; i++)
        {
            var rate = tiers[i].MaintenanceRate;
            if (i > 0)
            {
                deduction += tiers[i].LowerBound * (rate - tiers[i - 1].MaintenanceRate);
            }

            var price = (otherMaintenance - deduction - poolValue + (signedSize * mark)) / (signedSize - (size * rate));
            var notional = size * price;
            var upper = i + 1 < tiers.Length ? tiers[i + 1].LowerBound : decimal.MaxValue;
            if (price > 0 && notional >= tiers[i].LowerBound && notional <= upper)
            {
                return price;
            }
        }

        return null;
    }

    private static (decimal Rate, decimal Deduction) TierOf(ImmutableArray<MarginTier> tiers, decimal notional)
    {
        var rate = tiers[0].MaintenanceRate;
        var deduction = 0m;
        for (var i = 1; i < tiers.Length && notional > tiers[i].LowerBound; i++)
        {
            deduction += tiers[i].LowerBound * (tiers[i].MaintenanceRate - rate);
            rate = tiers[i].MaintenanceRate;
        }

        return (rate, deduction);
    }
}
