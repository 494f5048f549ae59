using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Rez.Core.Risk.Exits;

/// <summary>How open positions end besides stop, target, exit plan and the decider's word. 0 switches a rule off.</summary>
public sealed class ExitOptions
{
    [Description("Longest time a position is held, hours; 0 for no end")]
    [Range(0, 100_000)]
    public decimal MaxHoldHours { get; set; } = 24m;

    [Description("Shortest time before a rule of this section closes a position, minutes; stops, targets, plans and limits do not wait")]
    [Range(0, 100_000)]
    public decimal MinHoldMinutes { get; set; }

    [Description("Share of the way from entry to target at which the stop moves to break-even, fees included; 0 for never")]
    [Range(0, 1)]
    public decimal TrailArm { get; set; } = 0.5m;

    [Description("Once armed the stop follows the best price at so many average true ranges; 0 leaves it at break-even")]
    [Range(0, 100)]
    public decimal TrailAtr { get; set; } = 2m;

    [Description("The same as a share of the price; used where the average true range is not known; 0 for none")]
    [Range(0, 0.5)]
    public decimal TrailShare { get; set; }

    [Description("A position that gave back this share of its best open profit is closed; 0 for none")]
    [Range(0, 1)]
    public decimal RetraceShare { get; set; }

    [Description("Best open profit from which that counts, as a share of the entry's notional")]
    [Range(0, 1)]
    public decimal RetraceArm { get; set; } = 0.01m;

    [Description("Share of the way from entry to target at which a part is taken as profit; 0 for none")]
    [Range(0, 0.99)]
    public decimal PartialAt { get; set; }

    [Description("That part, as a share of the position")]
    [Range(0.05, 0.95)]
    public decimal PartialShare { get; set; } = 0.5m;

    [Description("Profit at which a position is closed, in average true ranges; 0 for none")]
    [Range(0, 1000)]
    public decimal TakeProfitAtr { get; set; }

    [Description("Loss at which a position is closed, in average true ranges; 0 for none")]
    [Range(0, 1000)]
    public decimal StopLossAtr { get; set; }

    [Description("Profit at which a position is closed, in standard deviations of the price over SigmaBars bars of the cycle's interval; 0 for none")]
    [Range(0, 1000)]
    public decimal TakeProfitSigma { get; set; }

    [Description("Loss at which a position is closed, in the same unit; 0 for none")]
    [Range(0, 1000)]
    public decimal StopLossSigma { get; set; }

    [Description("Bars that the standard deviation of a bar's return is taken over")]
    [Range(5, 1000)]
    public int SigmaBars { get; set; } = 60;

    [Description("Output of the indicator sheet that is taken for fair value, such as ema:20 of Risk:AtrInterval; a position in profit is closed when the price has come back to it; empty for none")]
    public string FairValue { get; set; } = string.Empty;

    [Description("How near to fair value counts, basis points")]
    [Range(0, 1000)]
    public decimal FairValueBps { get; set; } = 5m;

    [Description("Whether a decision to open the other way closes the position")]
    public bool CloseOnFlip { get; set; }

    [Description("Fall from the highest equity, as a share of it, at which everything is closed; 0 for none")]
    [Range(0, 1)]
    public decimal FlattenDrawdown { get; set; }

    [Description("Notional of all positions, as a multiple of equity, beyond which the largest is reduced; 0 for none")]
    [Range(0, 100)]
    public decimal ReduceEffectiveLeverage { get; set; } = 12m;

    [Description("Notional of one asset, as a multiple of equity, beyond which it is reduced; 0 for none")]
    [Range(0, 100)]
    public decimal ReduceAssetLeverage { get; set; } = 6m;
}
