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

        // Against the worse of mark and best price: the venue fires triggers on mark.
        var context = input.Context;
        var near = proposal.Direction == Direction.Long ? Math.Min(context.Mark, context.Bid) : Math.Max(context.Mark, context.Ask);
        var distance = proposal.Direction.Gain(stop, near);
        if (distance <= 0)
        {
            return Verdict.Reject(Name, "stop-wrong-side", $"The stop {stop} is not on the losing side of the price {near}.", stop, near);
        }

        if (proposal.Direction.Gain(proposal.Reference, target) <= 0)
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
        var way = proposal.Direction.Gain(liquidation, proposal.Reference);
        var left = way > 0 ? proposal.Direction.Gain(liquidation, stop) / way : -1;
        return left < input.Limits.LiquidationBuffer
            ? Verdict.Reject(
                Name, "stop-beyond-liquidation",
                $"The stop {stop} leaves {Math.Max(-9.99m, left):P0} of the way to the liquidation at {liquidation:0.####}; at least {input.Limits.LiquidationBuffer:P0} is asked for.", left, input.Limits.LiquidationBuffer)
            : null;
    }

    private Verdict RatioOf(in Proposal proposal, decimal stop, decimal target, GateInput input)
    {
        // A stop on the losing side of mark and book lies beyond the reference: the risk is above zero.
        var fees = 2 * proposal.Reference * input.TakerFeeBps / 10_000m;
        var risk = proposal.Direction.Gain(stop, proposal.Reference) + fees;
        var reward = proposal.Direction.Gain(proposal.Reference, target) - fees;
        var ratio = decimal.Round(reward / risk, 3);
        return ratio >= input.Limits.MinRewardRisk
            ? Verdict.Approve(Name, ratio, input.Limits.MinRewardRisk)
            : Verdict.Reject(Name, "reward-risk-low", $"{ratio:0.00} for 1 after fees is below {input.Limits.MinRewardRisk}.", ratio, input.Limits.MinRewardRisk);
    }
}
