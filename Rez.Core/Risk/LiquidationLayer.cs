using Rez.Core.Trading;

namespace Rez.Core.Risk;

/// <summary>
/// A stop behind the price at which the venue takes over protects nothing. Judged on the size that the other layers left, with the whole account as the pool (cross) or
/// the entry's own margin (isolated).
/// </summary>
public sealed class LiquidationLayer : IRiskLayer
{
    public string Name => "liquidation";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        if (proposal.Stop is not { } stop || proposal.Size <= 0 || proposal.Leverage < 1)
        {
            return new Verdict(Name, VerdictKind.Approve, "not-judged", "Without a stop, a size and a leverage there is nothing to judge; other layers refuse that.");
        }

        var isCross = !input.Instrument.OnlyIsolated;
        var pool = isCross ? input.Account.Equity : MarginMath.Initial(proposal.Notional, proposal.Leverage);
        var liquidation = MarginMath.LiquidationPrice(
            input.Instrument.Tiers, proposal.Size * proposal.Direction.Sign(), proposal.Reference, pool, isCross ? input.Account.MaintenanceMargin : 0);
        return liquidation is { } price && (stop - price) * proposal.Direction.Sign() <= 0
            ? new Verdict(Name, VerdictKind.Reject, "stop-beyond-liquidation", $"The stop {stop} lies beyond {price:0.####}, where the venue would liquidate first.", stop)
            : new Verdict(Name, VerdictKind.Approve, "ok", liquidation is { } far ? $"The stop {stop} comes before the liquidation at {far:0.####}." : "No price liquidates it.");
    }
}
