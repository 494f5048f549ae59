using Rez.Core.Cycle;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;

namespace Rez.Core.Configuration;

/// <summary>What paper and live trading ask of the settings: an address, a key, and for real money that it is meant.</summary>
internal static class VenueRules
{
    public static IEnumerable<SettingFault> Check(RezOptions o, Func<string, string, SettingFault> fault)
    {
        var h = o.Hyperliquid;
        if (h.Url.Length > 0 && !(Uri.TryCreate(h.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return fault("Hyperliquid:Url", "an http or https address, or nothing");
        }

        if (h.Account.Length > 0 && !Address.TryParse(h.Account, out _))
        {
            yield return fault("Hyperliquid:Account", "an address: 0x and 40 hex digits");
        }

        if (h.SubAccount.Length > 0 && !Address.TryParse(h.SubAccount, out _))
        {
            yield return fault("Hyperliquid:SubAccount", "an address: 0x and 40 hex digits, or nothing");
        }

        if (o.Trading.Mode == TradingMode.Demo)
        {
            yield break;
        }

        if (Base(o) is { } from && o.Market.Intervals.Where(i => Interval.TryParse(i, out var interval) && interval != from && !interval.IsBuiltFrom(from)).ToArray() is { Length: > 0 } odd)
        {
            yield return fault("Market:Intervals", $"intervals that can be built from the shortest one ({from.Name}); {string.Join(' ', odd)} can't");
        }

        if (o.Trading.Mode != TradingMode.Live)
        {
            yield break;
        }

        if (h.Account.Length == 0)
        {
            yield return fault("Hyperliquid:Account", "the address of the account to trade");
        }

        if (h.Key.Length == 0 == (h.KeyFile.Length == 0))
        {
            yield return fault("Hyperliquid:KeyFile", "a file with the agent's key, or Hyperliquid:Key in the environment: one of them, not both");
        }

        if (h.Network == Network.Mainnet && h.AcknowledgeMainnet != HyperliquidOptions.Acknowledgement)
        {
            yield return fault("Hyperliquid:AcknowledgeMainnet", $"the words '{HyperliquidOptions.Acknowledgement}': mainnet trades with real money, which can be lost");
        }
    }

    /// <summary>The shortest interval that is read: larger ones are built from it.</summary>
    public static Interval? Base(RezOptions o)
    {
        var all = o.Market.Intervals.Append(o.Trading.CycleInterval).Where(i => Interval.TryParse(i, out _)).Select(Interval.Parse).ToArray();
        return all.Length == 0 ? null : all.Min();
    }
}
