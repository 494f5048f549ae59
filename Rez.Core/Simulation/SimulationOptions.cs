using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Rez.Core.Simulation;

/// <summary>How the simulated venue fills and charges.</summary>
public sealed class SimulationOptions
{
    [Description("Balance of a fresh simulated account, USD")]
    [Range(100, 100_000_000)]
    public decimal InitialBalance { get; set; } = 10_000m;

    [Description("Fee of a fill that takes liquidity, basis points of its notional")]
    [Range(-10, 100)]
    public decimal TakerFeeBps { get; set; } = 4.5m;

    [Description("Fee of a fill that makes liquidity, basis points; below zero is a rebate")]
    [Range(-10, 100)]
    public decimal MakerFeeBps { get; set; } = 1.5m;

    [Description("Half of the quoted spread, basis points of the mid")]
    [Range(0, 100)]
    public decimal HalfSpreadBps { get; set; } = 0.5m;

    [Description("USD of book depth behind each basis point of price; a taker pays half of what it moves")]
    [Range(1_000, 1_000_000_000)]
    public decimal DepthUsdPerBp { get; set; } = 100_000m;

    [Description("Most extra adverse slippage a taker fill is given at random (seeded), basis points")]
    [Range(0, 100)]
    public decimal SlippageNoiseBps { get; set; } = 0.5m;
}
