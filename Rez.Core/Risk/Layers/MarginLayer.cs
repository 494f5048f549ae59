using Rez.Core.Trading;

namespace Rez.Core.Risk.Layers;

/// <summary>
/// 3: margin. The size is cut to what is left of initial margin; an entry after which tiered maintenance margin (protocol §5.2) would be too large a part of equity is
/// refused, and one that comes near is approved with a warning.
/// </summary>
public sealed class MarginLayer : IRiskLayer
{
    public string Name => "margin";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        var (account, limits) = (input.Account, input.Limits);
        if (proposal.Leverage < 1 || proposal.Size <= 0 || account.Equity <= 0)
        {
            return Verdict.Approve(Name, code: "not-judged");
        }

        var room = ((account.Equity * limits.MaxMarginUse) - account.MarginUsed) * proposal.Leverage;
        var fitted = SizeRoom.Fit(Name, "margin", ref proposal, input.Instrument, room);
        if (fitted.Kind == VerdictKind.Reject)
        {
            return fitted;
        }

        var use = (account.MaintenanceMargin + MarginMath.Maintenance(input.Instrument.Tiers, proposal.Notional)) / account.Equity;
        if (use > limits.MaxMaintenanceUse)
        {
            return Verdict.Reject(Name, "maintenance-high", $"Maintenance margin would be {use:P1} of equity, above {limits.MaxMaintenanceUse:P0}.", use, limits.MaxMaintenanceUse);
        }

        return fitted.Kind == VerdictKind.Approve && use > limits.WarnMaintenanceUse ? Verdict.Approve(Name, use, limits.MaxMaintenanceUse, "maintenance-warning") : fitted;
    }

    public LimitUse? Use(AccountState account, RiskOptions limits) => new("initial margin", Math.Max(0, account.Equity) * limits.MaxMarginUse, account.MarginUsed, "USD");
}
