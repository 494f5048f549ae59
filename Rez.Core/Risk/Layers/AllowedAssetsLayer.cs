namespace Rez.Core.Risk.Layers;

/// <summary>6: only configured, listed assets that nobody paused and in which the venue takes new positions.</summary>
public sealed class AllowedAssetsLayer : IRiskLayer
{
    public string Name => "allowed-assets";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        var asset = input.Instrument.Asset;
        if (!input.AllowedAssets.Contains(asset))
        {
            return Verdict.Reject(Name, "asset-not-allowed", $"{asset} is not among the configured assets.");
        }

        if (input.Instrument.IsDelisted)
        {
            return Verdict.Reject(Name, "asset-delisted", $"{asset} is delisted.");
        }

        if (input.Facts.IsCapped)
        {
            return Verdict.Reject(Name, "asset-capped", $"Open interest of {asset} is at the venue's cap: only reductions are taken.");
        }

        return input.Facts.IsPaused ? Verdict.Reject(Name, "asset-paused", $"{asset} is paused.") : Verdict.Approve(Name);
    }
}
