using Rez.Core.Trading;

namespace Rez.Core.Risk.Layers;

/// <summary>
/// 4: how far the venue's liquidation would be, judged on the size that is left, tier by tier, with the whole account as the pool (cross) or the entry's own margin (isolated).
/// Too near is refused, near is approved with a warning.
/// </summary>
public sealed class LiquidationLayer : IRiskLayer
{
    public string Name => "liquidation";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        if (proposal.Size <= 0 || proposal.Leverage < 1)
        {
            return Verdict.Approve(Name, code: "not-judged");
        }

        if (PriceOf(proposal, input) is not { } liquidation)
        {
            return Verdict.Approve(Name, code: "no-liquidation");
        }

        var (distance, limits) = (proposal.Direction.Gain(liquidation, proposal.Reference) / proposal.Reference, input.Limits);
        if (distance <= limits.MinLiquidationDistance)
        {
            return Verdict.Reject(
                Name, "liquidation-near", $"The venue would liquidate at {liquidation:0.########}, {distance:P1} away; at least {limits.MinLiquidationDistance:P1} is asked for.", distance, limits.MinLiquidationDistance);
        }

        return Verdict.Approve(Name, distance, limits.MinLiquidationDistance, distance <= limits.WarnLiquidationDistance ? "liquidation-warning" : Verdict.Ok);
    }

    public LimitUse? Use(AccountState account, RiskOptions limits)
    {
        var nearest = account.Positions.Where(p => p.LiquidationPrice is not null && p.MarkPrice > 0).Select(p => Math.Abs(p.MarkPrice - p.LiquidationPrice!.Value) / p.MarkPrice * 100).DefaultIfEmpty(100).Min();
        return new LimitUse("nearest liquidation", limits.MinLiquidationDistance * 100, nearest, "%") { IsFloor = true };
    }

    /// <summary>Mark price at which the venue would take the entry over, were it filled at its reference; null when none does.</summary>
    internal static decimal? PriceOf(in Proposal proposal, GateInput input)
    {
        var isCross = !input.Instrument.OnlyIsolated;
        var pool = isCross ? input.Account.Equity : MarginMath.Initial(proposal.Notional, proposal.Leverage);
        return MarginMath.LiquidationPrice(
            input.Instrument.Tiers, proposal.Direction.Gain(0, proposal.Size), proposal.Reference, pool, isCross ? input.Account.MaintenanceMargin : 0);
    }
}
