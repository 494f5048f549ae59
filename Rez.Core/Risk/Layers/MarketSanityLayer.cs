using Rez.Core.Trading;

namespace Rez.Core.Risk.Layers;

/// <summary>8: the market is fit to enter: fresh data, a working connection, a sane spread, mark and mid near the oracle, funding that is no robbery, and a book that bears the size.</summary>
public sealed class MarketSanityLayer : IRiskLayer
{
    public string Name => "market-sanity";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        var (context, facts, limits) = (input.Context, input.Facts, input.Limits);
        var asset = input.Instrument.Asset;
        if (facts.Unfit is { } unfit)
        {
            return Verdict.Reject(Name, "data-unfit", $"{asset}: {unfit}.");
        }

        if (facts.Upstream is { } upstream)
        {
            return Verdict.Reject(Name, "upstream-unhealthy", $"The venue can't be relied on now: {upstream}");
        }

        if (context.Bid <= 0 || context.Ask < context.Bid || context.Mark <= 0 || context.Oracle <= 0)
        {
            return Verdict.Reject(Name, "prices-nonsense", $"Bid {context.Bid}, ask {context.Ask}, mark {context.Mark} and oracle {context.Oracle} of {asset} make no sense together.");
        }

        if (context.SpreadBps > limits.MaxSpreadBps)
        {
            return Verdict.Reject(Name, "spread-wide", $"The spread of {asset} is {context.SpreadBps:0.0} bps, above {limits.MaxSpreadBps}.", context.SpreadBps, limits.MaxSpreadBps);
        }

        var away = Math.Max(Math.Abs(context.Mark - context.Oracle), Math.Abs(context.Mid - context.Oracle)) / context.Oracle;
        if (away > limits.MaxOracleDistance)
        {
            return Verdict.Reject(Name, "price-off-oracle", $"Mark or mid of {asset} is {away:P2} away from the oracle price, above {limits.MaxOracleDistance:P2}.", away, limits.MaxOracleDistance);
        }

        var paid = proposal.Direction.Gain(0, context.FundingHourly);
        if (paid > limits.MaxFundingHourly)
        {
            return Verdict.Reject(Name, "funding-extreme", $"The position would pay {paid:P4} funding an hour, above {limits.MaxFundingHourly:P4}.", paid, limits.MaxFundingHourly);
        }

        return DepthOf(proposal, facts, limits, asset);
    }

    private Verdict DepthOf(in Proposal proposal, GateFacts facts, RiskOptions limits, string asset)
    {
        if ((proposal.Direction == Direction.Long ? facts.AskDepthUsd : facts.BidDepthUsd) is not { } depth)
        {
            return Verdict.Reject(Name, "book-unread", $"The book of {asset} could not be read.");
        }

        var most = depth * limits.MaxDepthShare;
        return proposal.Notional > most
            ? Verdict.Reject(
                Name, "book-thin", $"{proposal.Notional:0} USD is more than {limits.MaxDepthShare:P0} of the {depth:0} USD within {limits.DepthBps} bps of the book of {asset}.", proposal.Notional, most)
            : Verdict.Approve(Name, proposal.Notional, most);
    }
}
