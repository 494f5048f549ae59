using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk.Layers;

/// <summary>
/// 2: the size fits into what is left of every limit on it: all notional together as a multiple of equity, an asset's notional, gross USD, and the loss when the stop is hit with
/// fees and modelled slippage. What is too much is cut to the tightest; nothing is ever raised to the venue's smallest order.
/// </summary>
public sealed class PositionSizeLayer : IRiskLayer
{
    public string Name => "position-size";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        var (account, limits) = (input.Account, input.Limits);
        if (account.Equity <= 0)
        {
            return Verdict.Reject(Name, "no-equity", $"The account is worth {account.Equity:0.##} USD: nothing is opened.", account.Equity, 0);
        }

        if (proposal.Size <= 0)
        {
            return Verdict.Reject(Name, "size-not-positive", "The size is not above zero.", proposal.Size, 0);
        }

        var exposure = account.Exposure;
        var room = (account.Equity * limits.MaxEffectiveLeverage) - exposure;
        var bound = "exposure";
        var held = account.Of(input.Instrument.Asset)?.Notional ?? 0;
        Tighten(ref room, ref bound, (account.Equity * limits.MaxAssetLeverage) - held, "asset-exposure");
        if (limits.MaxExposureUsd > 0)
        {
            Tighten(ref room, ref bound, limits.MaxExposureUsd - exposure, "gross-exposure");
        }

        if (proposal.LossPerUnit(limits, input.TakerFeeBps) is { } loss)
        {
            Tighten(ref room, ref bound, account.Equity * limits.RiskPerTrade / loss * proposal.Reference, "risk");
        }

        return SizeRoom.Fit(Name, bound, ref proposal, input.Instrument, room);
    }

    public LimitUse? Use(AccountState account, RiskOptions limits) =>
        new("notional of all positions", Math.Max(0, account.Equity) * limits.MaxEffectiveLeverage, account.Exposure, "USD");

    private static void Tighten(ref decimal room, ref string bound, decimal other, string name)
    {
        if (other < room)
        {
            (room, bound) = (other, name);
        }
    }
}

/// <summary>Fitting a size into the notional that is left under a limit.</summary>
internal static class SizeRoom
{
    public static Verdict Fit(string layer, string bound, ref Proposal proposal, Instrument instrument, decimal roomUsd)
    {
        var asked = proposal.Size;
        if (proposal.Notional > roomUsd)
        {
            proposal.Size = roomUsd <= 0 ? 0 : PriceRules.Size(instrument, roomUsd / proposal.Reference);
        }

        if (proposal.Size <= 0)
        {
            return new Verdict(layer, VerdictKind.Reject, Codes.NothingLeft(bound), $"Nothing is left of the limit on {Codes.Words(bound)}.", asked, 0, 0, Math.Max(0, roomUsd));
        }

        if (proposal.Notional < instrument.MinNotional)
        {
            return new Verdict(
                layer, VerdictKind.Reject, "below-min-notional", $"{proposal.Notional:0.00} USD is below the venue's {instrument.MinNotional} USD; nothing is raised to reach it.",
                asked, proposal.Size, proposal.Notional, instrument.MinNotional);
        }

        return proposal.Size == asked
            ? Verdict.Approve(layer, proposal.Notional, roomUsd)
            : new Verdict(layer, VerdictKind.Clamp, Codes.Clamped(bound), $"{asked} is cut to {proposal.Size} by the limit on {Codes.Words(bound)}.", asked, proposal.Size, proposal.Notional, roomUsd);
    }

    /// <summary>Codes and words of the limits that bind a size.</summary>
    private static class Codes
    {
        public static string Clamped(string bound) => bound + "-clamped";

        public static string NothingLeft(string bound) => $"no-{bound}-left";

        public static string Words(string bound) => bound switch
        {
            "exposure" => "all notional together",
            "asset-exposure" => "the notional of one asset",
            "gross-exposure" => "gross notional in USD",
            "risk" => "the loss at the stop",
            _ => "initial margin",
        };
    }
}
