using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Rez.Core.Risk;

/// <summary>Limits that no decision can loosen.</summary>
public sealed class RiskOptions
{
    [Description("Highest leverage an entry may use; the venue's own maximum of the asset applies as well")]
    [Range(1, 50)]
    public int MaxLeverage { get; set; } = 5;

    [Description("Most notional of all positions together, as a multiple of equity")]
    [Range(0.1, 20)]
    public decimal MaxEffectiveLeverage { get; set; } = 10m;

    [Description("Most notional of one asset, as a multiple of equity")]
    [Range(0.01, 20)]
    public decimal MaxAssetLeverage { get; set; } = 5m;

    [Description("Most notional of all positions together, USD; 0 for no such limit")]
    [Range(0, 1_000_000_000)]
    public decimal MaxExposureUsd { get; set; }

    [Description("Most that a trade may lose at its stop, fees and modelled slippage included, as a share of equity")]
    [Range(0.0001, 0.5)]
    public decimal RiskPerTrade { get; set; } = 0.02m;

    [Description("Modelled slippage at each end of a trade, basis points")]
    [Range(0, 500)]
    public decimal SlippageBps { get; set; } = 5m;

    [Description("Least reward for each unit of risk at entry, fees included")]
    [Range(0, 20)]
    public decimal MinRewardRisk { get; set; } = 1.5m;

    [Description("Most share of equity that may be bound as initial margin")]
    [Range(0.05, 1)]
    public decimal MaxMarginUse { get; set; } = 0.8m;

    [Description("Most share of equity that maintenance margin may be after an entry; more is refused")]
    [Range(0.05, 1)]
    public decimal MaxMaintenanceUse { get; set; } = 0.9m;

    [Description("Share of equity from which maintenance margin is warned about")]
    [Range(0.05, 1)]
    public decimal WarnMaintenanceUse { get; set; } = 0.8m;

    [Description("Least distance to the venue's liquidation price, as a share of the price; nearer is refused, and reduced when open")]
    [Range(0, 0.9)]
    public decimal MinLiquidationDistance { get; set; } = 0.05m;

    [Description("Distance to the liquidation price from which it is warned about")]
    [Range(0, 0.9)]
    public decimal WarnLiquidationDistance { get; set; } = 0.1m;

    [Description("Part of the way from entry to liquidation that must be left when the stop fires")]
    [Range(0, 0.9)]
    public decimal LiquidationBuffer { get; set; } = 0.15m;

    [Description("Candle interval of the average true range (atr:14) that stops are measured with; must be among Market:Intervals, else stops are not measured so")]
    [MinLength(1)]
    public string AtrInterval { get; set; } = "1h";

    [Description("Least distance of a stop, in average true ranges")]
    [Range(0, 100)]
    public decimal MinStopAtr { get; set; } = 0.3m;

    [Description("Most distance of a stop, in average true ranges")]
    [Range(0.1, 1000)]
    public decimal MaxStopAtr { get; set; } = 20m;

    [Description("Least confidence of a decision to open, 0 to 100")]
    [Range(0, 100)]
    public int MinConfidence { get; set; } = 60;

    [Description("Widest spread to enter at, basis points")]
    [Range(0.1, 1000)]
    public decimal MaxSpreadBps { get; set; } = 25m;

    [Description("How deep the book is looked at, basis points from its best price")]
    [Range(0.1, 1000)]
    public decimal DepthBps { get; set; } = 10m;

    [Description("Most share of that depth that an entry may take")]
    [Range(0.001, 1)]
    public decimal MaxDepthShare { get; set; } = 0.5m;

    [Description("Farthest that mark and mid may be from the oracle price to enter, as a share of it")]
    [Range(0.0001, 1)]
    public decimal MaxOracleDistance { get; set; } = 0.02m;

    [Description("Most funding an hour that an entry may have to pay, as a share of its notional")]
    [Range(0, 0.04)]
    public decimal MaxFundingHourly { get; set; } = 0.0005m;

    [Description("How far beyond the best price an entry's limit may lie, basis points")]
    [Range(1, 500)]
    public decimal EntrySlippageBps { get; set; } = 50m;

    [Description("How far beyond the best price an exit's limit may lie, basis points; wide, since an exit must get out")]
    [Range(10, 2000)]
    public decimal ExitSlippageBps { get; set; } = 500m;

    [Description("Stop placed for a position found without one, as a share of its mark price")]
    [Range(0.001, 0.2)]
    public decimal EmergencyStopShare { get; set; } = 0.02m;
}
