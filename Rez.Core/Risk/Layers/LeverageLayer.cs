using Rez.Core.Trading;

namespace Rez.Core.Risk.Layers;

/// <summary>1: leverage within the user's and the venue's maximum; more is clamped.</summary>
public sealed class LeverageLayer : IRiskLayer
{
    public string Name => "leverage";

    public Verdict Judge(ref Proposal proposal, GateInput input)
    {
        if (proposal.Leverage < 1)
        {
            return Verdict.Reject(Name, "leverage-not-positive", $"Leverage {proposal.Leverage} is below 1.", proposal.Leverage, 1);
        }

        var most = Math.Min(input.Limits.MaxLeverage, input.Instrument.MaxLeverage);
        if (proposal.Leverage <= most)
        {
            return Verdict.Approve(Name, proposal.Leverage, most);
        }

        var asked = proposal.Leverage;
        proposal.Leverage = most;
        return new Verdict(Name, VerdictKind.Clamp, "leverage-clamped", $"{asked}x is above {most}x.", asked, most, most, most);
    }

    public LimitUse? Use(AccountState account, RiskOptions limits) =>
        new("leverage of a position", limits.MaxLeverage, account.Positions.IsEmpty ? 0 : account.Positions.Max(p => p.Leverage), "x");
}
