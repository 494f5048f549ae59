namespace Rez.Core.Risk.Layers;

/// <summary>After the eight: what protects the account as a whole (losses, drawdown, cooldowns, counts, correlation) has nothing against one more position.</summary>
public sealed class PortfolioLayer : IRiskLayer
{
    public string Name => "portfolio";

    public Verdict Judge(ref Proposal proposal, GateInput input) =>
        input.Facts.Portfolio is { } against ? Verdict.Reject(Name, against.Code, against.Message) : Verdict.Approve(Name);
}
