using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk;

/// <summary>Only configured, listed assets with fit data may be opened.</summary>
public sealed class AllowedAssetsLayer : IRiskLayer
{
    public string Name => "allowed-assets";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        var asset = input.Instrument.Asset;
        if (!input.AllowedAssets.Contains(asset))
        {
            return new Verdict(Name, VerdictKind.Reject, "asset-not-allowed", $"{asset} is not among the configured assets.");
        }

        if (input.Instrument.IsDelisted)
        {
            return new Verdict(Name, VerdictKind.Reject, "asset-delisted", $"{asset} is delisted.");
        }

        return input.Unfit is { } why
            ? new Verdict(Name, VerdictKind.Reject, "data-unfit", $"{asset}: {why}.")
            : new Verdict(Name, VerdictKind.Approve, "ok", $"{asset} may be traded.");
    }
}

/// <summary>Leverage within the user's and the venue's maximum; more is clamped.</summary>
public sealed class LeverageLayer : IRiskLayer
{
    public string Name => "leverage";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        if (proposal.Leverage < 1)
        {
            return new Verdict(Name, VerdictKind.Reject, "leverage-not-positive", $"Leverage {proposal.Leverage} is below 1.", proposal.Leverage);
        }

        var most = Math.Min(input.Limits.MaxLeverage, input.Instrument.MaxLeverage);
        if (proposal.Leverage <= most)
        {
            return new Verdict(Name, VerdictKind.Approve, "ok", $"{proposal.Leverage}x is within {most}x.");
        }

        var asked = proposal.Leverage;
        proposal.Leverage = most;
        return new Verdict(Name, VerdictKind.Clamp, "leverage-clamped", $"{asked}x is above {most}x.", asked, most);
    }
}

/// <summary>A stop and a target, on the right sides of the price the entry would get.</summary>
public sealed class StopLayer : IRiskLayer
{
    public string Name => "stop";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        if (proposal.Stop is not { } stop || stop <= 0)
        {
            return new Verdict(Name, VerdictKind.Reject, "no-stop", "An entry needs a stop.");
        }

        if (proposal.Target is not { } target || target <= 0)
        {
            return new Verdict(Name, VerdictKind.Reject, "no-target", "An entry needs a target.");
        }

        var sign = proposal.Direction.Sign();
        var word = proposal.Direction == Direction.Long ? "below" : "above";

        // Against the worse of mark and best price: the venue fires triggers on mark.
        var near = sign > 0 ? Math.Min(input.Context.Mark, input.Context.Bid) : Math.Max(input.Context.Mark, input.Context.Ask);
        if ((near - stop) * sign <= 0)
        {
            return new Verdict(Name, VerdictKind.Reject, "stop-wrong-side", $"The stop {stop} is not {word} the price {near}.", stop);
        }

        return (target - proposal.Reference) * sign <= 0
            ? new Verdict(Name, VerdictKind.Reject, "target-wrong-side", $"The target {target} is not beyond the entry {proposal.Reference}.", target)
            : new Verdict(Name, VerdictKind.Approve, "ok", $"Stop {stop} and target {target} are on their sides of {proposal.Reference}.");
    }
}

/// <summary>Reward for risk from the price the entry would really get, fees on both ends included.</summary>
public sealed class RewardRiskLayer : IRiskLayer
{
    public string Name => "reward-risk";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        if (proposal.Stop is not { } stop || proposal.Target is not { } target)
        {
            return new Verdict(Name, VerdictKind.Reject, "no-stop", "Without stop and target there is no reward for risk.");
        }

        var fees = 2 * proposal.Reference * input.TakerFeeBps / 10_000m;
        var risk = ((proposal.Reference - stop) * proposal.Direction.Sign()) + fees;
        var reward = ((target - proposal.Reference) * proposal.Direction.Sign()) - fees;
        var ratio = risk > 0 ? decimal.Round(reward / risk, 3) : 0;
        return ratio >= input.Limits.MinRewardRisk
            ? new Verdict(Name, VerdictKind.Approve, "ok", $"{ratio:0.00} for 1 after fees.", ratio)
            : new Verdict(Name, VerdictKind.Reject, "reward-risk-low", $"{ratio:0.00} for 1 after fees is below {input.Limits.MinRewardRisk}.", ratio);
    }
}

/// <summary>All notional together within a multiple of equity; the size is clamped to what is left.</summary>
public sealed class EffectiveLeverageLayer : IRiskLayer
{
    public string Name => "effective-leverage";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        var room = (input.Account.Equity * input.Limits.MaxEffectiveLeverage) - input.Account.Exposure;
        return SizeRoom.Clamp(Name, "exposure", proposal, input.Instrument, room, $"{input.Limits.MaxEffectiveLeverage}x equity");
    }
}

/// <summary>Initial margin of all positions within a share of equity; the size is clamped to what is left.</summary>
public sealed class MarginLayer : IRiskLayer
{
    public string Name => "margin";

    public Verdict Judge(Proposal proposal, GateInput input)
    {
        var room = ((input.Account.Equity * input.Limits.MaxMarginUse) - input.Account.MarginUsed) * proposal.Leverage;
        return SizeRoom.Clamp(Name, "margin", proposal, input.Instrument, room, $"{input.Limits.MaxMarginUse:P0} of equity as margin");
    }
}

/// <summary>The venue's smallest order; judged last, after every clamp.</summary>
public sealed class MinNotionalLayer : IRiskLayer
{
    public string Name => "min-notional";

    public Verdict Judge(Proposal proposal, GateInput input) =>
        proposal.Notional >= input.Instrument.MinNotional && proposal.Size > 0
            ? new Verdict(Name, VerdictKind.Approve, "ok", $"{proposal.Notional:0.00} USD.", proposal.Notional)
            : new Verdict(Name, VerdictKind.Reject, "below-min-notional",
                $"{proposal.Notional:0.00} USD is below the venue's {input.Instrument.MinNotional} USD; nothing is raised to reach it.", proposal.Notional);
}

/// <summary>Clamping a size to the notional that is left under a limit.</summary>
internal static class SizeRoom
{
    public static Verdict Clamp(string layer, string what, Proposal proposal, Instrument instrument, decimal roomUsd, string limit)
    {
        if (proposal.Notional <= roomUsd)
        {
            return new Verdict(layer, VerdictKind.Approve, "ok", $"{proposal.Notional:0.00} USD fits into {limit}.");
        }

        var asked = proposal.Size;
        var left = roomUsd <= 0 ? 0 : PriceRules.Size(instrument, roomUsd / proposal.Reference);
        if (left <= 0)
        {
            return new Verdict(layer, VerdictKind.Reject, $"no-{what}-left", $"Nothing is left of {limit}.", asked, 0);
        }

        proposal.Size = left;
        return new Verdict(layer, VerdictKind.Clamp, $"{what}-clamped", $"{asked} is cut to {left} by {limit}.", asked, left);
    }
}
