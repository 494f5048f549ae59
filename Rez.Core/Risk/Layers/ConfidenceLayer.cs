namespace Rez.Core.Risk.Layers;

/// <summary>7: the decider must be sure enough to open. Exits never come here.</summary>
public sealed class ConfidenceLayer : IRiskLayer
{
    public string Name => "confidence";

    public Verdict Judge(ref Proposal proposal, GateInput input) =>
        proposal.Confidence is < 0 or > 100
            ? Verdict.Reject(Name, "confidence-out-of-range", $"Confidence {proposal.Confidence} is not from 0 to 100.", proposal.Confidence, 100)
            : proposal.Confidence >= input.Limits.MinConfidence
                ? Verdict.Approve(Name, proposal.Confidence, input.Limits.MinConfidence)
                : Verdict.Reject(Name, "confidence-low", $"Confidence {proposal.Confidence} is below {input.Limits.MinConfidence}.", proposal.Confidence, input.Limits.MinConfidence);
}
