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
    public decimal MaxEffectiveLeverage { get; set; } = 3m;

    [Description("Least reward for each unit of risk at entry, fees included")]
    [Range(0, 20)]
    public decimal MinRewardRisk { get; set; } = 1.5m;

    [Description("Most share of equity that may be bound as initial margin")]
    [Range(0.05, 1)]
    public decimal MaxMarginUse { get; set; } = 0.8m;

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
