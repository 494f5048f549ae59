using System.Collections.Immutable;

namespace Rez.Core.Trading;

/// <summary>A position as the venue reports it. One per asset; the sign of the size is the direction.</summary>
public sealed record Position
{
    public required string Asset { get; init; }

    /// <summary>Base units; above zero long, below short, never zero.</summary>
    public required decimal SignedSize { get; init; }

    public required decimal EntryPrice { get; init; }

    public required decimal MarkPrice { get; init; }

    public required int Leverage { get; init; }

    public required bool IsCross { get; init; }

    /// <summary>Mark price at which the venue takes over, or null when there is none.</summary>
    public decimal? LiquidationPrice { get; init; }

    /// <summary>USD of margin bound by the position.</summary>
    public decimal MarginUsed { get; init; }

    public decimal MaintenanceMargin { get; init; }

    /// <summary>USD of funding since the position was opened; above zero paid, below received.</summary>
    public decimal FundingSinceOpen { get; init; }

    public decimal Size => Math.Abs(SignedSize);

    public Direction Direction => SignedSize > 0 ? Direction.Long : Direction.Short;

    /// <summary>USD at mark, always above zero.</summary>
    public decimal Notional => Size * MarkPrice;

    public decimal UnrealisedPnl => SignedSize * (MarkPrice - EntryPrice);
}

/// <summary>The account at one moment, as read from the venue.</summary>
/// <param name="At">Venue time.</param>
/// <param name="Equity">Account value: cash and unrealised PnL, USD.</param>
/// <param name="Cash">Balance without unrealised PnL, USD.</param>
/// <param name="MarginUsed">Initial margin of all positions, USD.</param>
/// <param name="MaintenanceMargin">Maintenance margin of all positions, USD.</param>
/// <param name="Positions">Open positions, by asset name.</param>
public sealed record AccountState(
    DateTimeOffset At,
    decimal Equity,
    decimal Cash,
    decimal MarginUsed,
    decimal MaintenanceMargin,
    ImmutableArray<Position> Positions)
{
    public decimal UnrealisedPnl
    {
        get
        {
            var sum = 0m;
            foreach (var position in Positions)
            {
                sum += position.UnrealisedPnl;
            }

            return sum;
        }
    }

    /// <summary>Notional of all positions, USD.</summary>
    public decimal Exposure
    {
        get
        {
            var sum = 0m;
            foreach (var position in Positions)
            {
                sum += position.Notional;
            }

            return sum;
        }
    }

    /// <summary>What could be opened with: equity not bound as initial margin, never below zero.</summary>
    public decimal Available => Math.Max(0, Equity - MarginUsed);

    public Position? Of(string asset)
    {
        foreach (var position in Positions)
        {
            if (position.Asset == asset)
            {
                return position;
            }
        }

        return null;
    }
}

/// <summary>An order that is live or waiting at the venue.</summary>
public sealed record OpenOrder
{
    public required long Oid { get; init; }

    public Cloid? Cloid { get; init; }

    public required string Asset { get; init; }

    public required Side Side { get; init; }

    /// <summary>Base units still open.</summary>
    public required decimal Size { get; init; }

    public required decimal LimitPrice { get; init; }

    public bool ReduceOnly { get; init; }

    public decimal? TriggerPrice { get; init; }

    public TriggerKind? Trigger { get; init; }

    /// <summary>Size follows the position.</summary>
    public bool IsPositionTrigger { get; init; }

    /// <summary>A child that is not live yet because its parent is not filled.</summary>
    public bool WaitsForParent { get; init; }

    public long TimeMs { get; init; }
}

/// <summary>An execution. (TimeMs, Asset, Tid) is unique.</summary>
public sealed record Fill
{
    public required long Tid { get; init; }

    public required long Oid { get; init; }

    public Cloid? Cloid { get; init; }

    public required string Asset { get; init; }

    public required Side Side { get; init; }

    public required decimal Price { get; init; }

    public required decimal Size { get; init; }

    /// <summary>USD paid; below zero for a rebate.</summary>
    public required decimal Fee { get; init; }

    /// <summary>USD realised by the closing part, gross of the fee.</summary>
    public required decimal ClosedPnl { get; init; }

    /// <summary>Signed position before the fill.</summary>
    public required decimal StartPosition { get; init; }

    public required bool IsTaker { get; init; }

    public required long TimeMs { get; init; }

    public bool IsLiquidation { get; init; }

    /// <summary>The venue's words for what it did to the position (<c>Open Long</c>, <c>Auto-Deleveraging</c>), where it tells.</summary>
    public string? Kind { get; init; }

    /// <summary>Whether the venue reduced the position to cover somebody else's liquidation.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsDeleveraging => Kind?.Contains("deleverag", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Kind of trigger that caused it, if one did.</summary>
    public TriggerKind? Trigger { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(TimeMs);
}

/// <summary>A funding payment; <paramref name="Usd"/> above zero was paid, below received.</summary>
public sealed record FundingPayment(long TimeMs, string Asset, decimal SignedSize, decimal OraclePrice, decimal Rate, decimal Usd);
