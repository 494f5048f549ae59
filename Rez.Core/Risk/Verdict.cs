using System.Collections.Immutable;
using Rez.Core.Trading;

namespace Rez.Core.Risk;

public enum VerdictKind
{
    Approve,
    Clamp,
    Reject,
}

/// <summary>What one layer said of a proposal.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Kind">Approve, clamp or reject.</param>
/// <param name="Code">Stable reason code; <c>ok</c> on approval.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Before">What was asked, where something was clamped.</param>
/// <param name="After">What is left of it.</param>
public sealed record Verdict(string Layer, VerdictKind Kind, string Code, string Message, decimal? Before = null, decimal? After = null);

/// <summary>An entry as asked for: by a decider or a person.</summary>
/// <param name="SizeUsd">Notional, USD.</param>
/// <param name="Confidence">0 to 100.</param>
/// <param name="Reason">Why, in the asker's words.</param>
public sealed record EntryRequest(
    string Asset, Direction Direction, decimal SizeUsd, int Leverage, decimal? Stop, decimal? Target, int Confidence, string Reason);

/// <summary>The story of one proposal at the gate: asked → gated. <see cref="Approved"/> is null when any layer rejected.</summary>
public sealed record Adjudication(EntryRequest Asked, ImmutableArray<Verdict> Verdicts, ApprovedEntry? Approved)
{
    public Verdict? FirstRejection => Verdicts.FirstOrDefault(v => v.Kind == VerdictKind.Reject);
}
