using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk;

/// <summary>What the gate may know beside the proposal itself.</summary>
public sealed record GateInput(
    Instrument Instrument,
    AssetContext Context,
    AccountState Account,
    RiskOptions Limits,
    IReadOnlyCollection<string> AllowedAssets,
    decimal TakerFeeBps,
    string? Unfit);

/// <summary>An entry on its way through the layers; a clamp changes it, nothing else does.</summary>
public sealed class Proposal
{
    public required Direction Direction { get; init; }

    /// <summary>Base units.</summary>
    public required decimal Size { get; set; }

    public required int Leverage { get; set; }

    /// <summary>The price an entry would get now: ask for a long, bid for a short.</summary>
    public required decimal Reference { get; init; }

    public decimal? Stop { get; init; }

    public decimal? Target { get; init; }

    public decimal Notional => Size * Reference;
}

/// <summary>One rule. Pure: same proposal and input, same verdict.</summary>
public interface IRiskLayer
{
    string Name { get; }

    Verdict Judge(Proposal proposal, GateInput input);
}
