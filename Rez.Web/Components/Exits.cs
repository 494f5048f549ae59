using Rez.Core.Trading;

namespace Rez.Web.Components;

/// <summary>Exit codes in words.</summary>
internal static class Exits
{
    public static string Words(string code) => code switch
    {
        ExitCodes.StopLoss => "stop",
        ExitCodes.TakeProfit => "target",
        ExitCodes.Trail => "trailed stop",
        ExitCodes.Time => "time",
        ExitCodes.Fair => "signal turned or fair value",
        ExitCodes.Plan => "exit plan",
        ExitCodes.Signal => "the decider",
        ExitCodes.Manual => "a person",
        ExitCodes.Risk => "a risk limit",
        ExitCodes.Liquidated => "liquidation",
        ExitCodes.Deleveraged => "auto-deleveraging",
        ExitCodes.Foreign => "somebody else",
        _ => code,
    };
}
