using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk;

/// <summary>What is known at the moment of judging beside market, account and limits.</summary>
/// <param name="Unfit">Why the asset's data must not be traded on: stale, gapped; or null.</param>
/// <param name="Upstream">What is wrong with the venue's connection, or null.</param>
/// <param name="IsPaused">A person paused the asset.</param>
/// <param name="IsCapped">The venue takes no new positions in it: open interest is at its cap.</param>
/// <param name="BidDepthUsd">USD on the bid side within <see cref="RiskOptions.DepthBps"/>; null when the book could not be read.</param>
/// <param name="AskDepthUsd">The same of the ask side.</param>
/// <param name="Atr">Average true range in price units, of <see cref="RiskOptions.AtrInterval"/>; null when it is not warm.</param>
/// <param name="Portfolio">What a protection of the whole account has against a new position in this asset and direction, or null.</param>
public sealed record GateFacts(
    string? Unfit = null, string? Upstream = null, bool IsPaused = false, bool IsCapped = false, decimal? BidDepthUsd = null, decimal? AskDepthUsd = null, decimal? Atr = null, Rejection? Portfolio = null);

/// <summary>Everything the gate may know beside the proposal itself.</summary>
public sealed record GateInput(
    Instrument Instrument,
    AssetContext Context,
    AccountState Account,
    RiskOptions Limits,
    IReadOnlyCollection<string> AllowedAssets,
    decimal TakerFeeBps,
    GateFacts Facts);

/// <summary>An entry on its way through the layers; a clamp changes it, nothing else does.</summary>
public struct Proposal
{
    public required Direction Direction { get; init; }

    /// <summary>Base units.</summary>
    public required decimal Size { get; set; }

    public required int Leverage { get; set; }

    /// <summary>The price an entry would get now: ask for a long, bid for a short.</summary>
    public required decimal Reference { get; init; }

    public decimal? Stop { get; init; }

    public decimal? Target { get; init; }

    /// <summary>0 to 100.</summary>
    public int Confidence { get; init; }

    public readonly decimal Notional => Size * Reference;

    /// <summary>USD lost for each base unit when the stop is hit: the distance, modelled slippage and taker fees at both ends. Null without a stop on its side.</summary>
    public readonly decimal? LossPerUnit(RiskOptions limits, decimal takerFeeBps) =>
        Stop is { } stop && stop > 0 && Direction.Gain(stop, Reference) > 0
            ? Math.Abs(Reference - stop) + ((Reference + stop) * (limits.SlippageBps + takerFeeBps) / 10_000m)
            : null;
}

/// <summary>One rule. Pure: same proposal and input, same verdict.</summary>
public interface IRiskLayer
{
    string Name { get; }

    Verdict Judge(ref Proposal proposal, GateInput input);

    /// <summary>The layer's limit on the account as a whole and what is used of it; null where it has none.</summary>
    LimitUse? Use(AccountState account, RiskOptions limits) => null;
}
