using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk.Layers;

/// <summary>
/// 5: a stop and a target on the right sides of the price the entry would really get; reward for risk from that price after fees on both ends; the stop well before liquidation,
/// farther than spread and a tick, and within a band of the average true range.
/// </summary>
public sealed class StopTargetLayer : IRiskLayer
{
    public string Name => "stop-target";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        if (proposal.Stop is not { } stop || stop <= 0)
        {
            return Verdict.Reject(Name, "no-stop", "An entry needs a stop.");
        }

        if (proposal.Target is not { } target || target <= 0)
        {
            return Verdict.Reject(Name, "no-target", "An entry needs a target.");
        }

        var (context, sign) = (input.Context, proposal.Direction.Sign());
        var word = sign > 0 ? "below" : "above";

        // Against the worse of mark and best price: the venue fires triggers on mark.
        var near = sign > 0 ? Math.Min(context.Mark, context.Bid) : Math.Max(context.Mark, context.Ask);
        var distance = (near - stop) * sign;
        if (distance <= 0)
        {
            return Verdict.Reject(Name, "stop-wrong-side", $"The stop {stop} is not {word} the price {near}.", stop, near);
        }

        if ((target - proposal.Reference) * sign <= 0)
        {
            return Verdict.Reject(Name, "target-wrong-side", $"The target {target} is not beyond the entry {proposal.Reference}.", target, proposal.Reference);
        }

        var least = context.Ask - context.Bid + PriceRules.TickAt(input.Instrument, proposal.Reference);
        if (distance <= least)
        {
            return Verdict.Reject(Name, "stop-too-near", $"The stop {stop} is {distance} away, no farther than spread and a tick ({least}).", distance, least);
        }

        return BandOf(distance, input) ?? BufferOf(proposal, stop, input) ?? RatioOf(proposal, stop, target, input);
    }

    private Verdict? BandOf(decimal distance, GateInput input)
    {
        var limits = input.Limits;
        if (input.Facts.Atr is not > 0)
        {
            return null;
        }

        var ranges = distance / input.Facts.Atr.Value;
        if (ranges < limits.MinStopAtr)
        {
            return Verdict.Reject(Name, "stop-inside-noise", $"The stop is {ranges:0.00} average true ranges away; at least {limits.MinStopAtr} is asked for.", ranges, limits.MinStopAtr);
        }

        return ranges > limits.MaxStopAtr
            ? Verdict.Reject(Name, "stop-too-far", $"The stop is {ranges:0.0} average true ranges away; at most {limits.MaxStopAtr} is allowed.", ranges, limits.MaxStopAtr)
            : null;
    }

    private Verdict? BufferOf(in Proposal proposal, decimal stop, GateInput input)
    {
        if (proposal.Size <= 0 || proposal.Leverage < 1 || LiquidationLayer.PriceOf(proposal, input) is not { } liquidation)
        {
            return null;
        }

        // Of the way from entry to liquidation, this part must still be left when the stop fires.
        var way = (proposal.Reference - liquidation) * proposal.Direction.Sign();
        var left = way > 0 ? (stop - liquidation) * proposal.Direction.Sign() / way : -1;
        return left < input.Limits.LiquidationBuffer
            ? Verdict.Reject(
                Name, "stop-beyond-liquidation",
                $"The stop {stop} leaves {Math.Max(-9.99m, left):P0} of the way to the liquidation at {liquidation:0.####}; at least {input.Limits.LiquidationBuffer:P0} is asked for.", left, input.Limits.LiquidationBuffer)
            : null;
    }

    private Verdict RatioOf(in Proposal proposal, decimal stop, decimal target, GateInput input)
    {
        var fees = 2 * proposal.Reference * input.TakerFeeBps / 10_000m;
        var risk = ((proposal.Reference - stop) * proposal.Direction.Sign()) + fees;
        var reward = ((target - proposal.Reference) * proposal.Direction.Sign()) - fees;
        var ratio = risk > 0 ? decimal.Round(reward / risk, 3) : 0;
        return ratio >= input.Limits.MinRewardRisk
            ? Verdict.Approve(Name, ratio, input.Limits.MinRewardRisk)
            : Verdict.Reject(Name, "reward-risk-low", $"{ratio:0.00} for 1 after fees is below {input.Limits.MinRewardRisk}.", ratio, input.Limits.MinRewardRisk);
    }
}
