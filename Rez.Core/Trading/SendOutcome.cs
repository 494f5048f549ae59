using System.Collections.Immutable;

namespace Rez.Core.Trading;

public enum LegState
{
    Resting,
    Filled,

    /// <summary>A child whose parent is not filled yet.</summary>
    WaitingForFill,

    /// <summary>A trigger that is live.</summary>
    WaitingForTrigger,
    Error,
}

/// <summary>What the venue said of one leg.</summary>
/// <param name="State">Where the leg stands.</param>
/// <param name="Oid">The venue's order id where it tells one.</param>
/// <param name="FilledSize">Base units filled at once; may be less than asked.</param>
/// <param name="AveragePrice">Average price of those.</param>
/// <param name="Error">The venue's words when <paramref name="State"/> is <see cref="LegState.Error"/>.</param>
public sealed record LegResult(LegState State, long? Oid = null, decimal FilledSize = 0, decimal AveragePrice = 0, string? Error = null);

/// <summary>
/// What is known after a send. <i>Unresolved</i> is not failed: the action may have been carried out, and only asking by
/// client order id can tell.
/// </summary>
public enum SendState
{
    Confirmed,
    Rejected,
    Unresolved,
}

/// <param name="DeadAt">Venue time after which an unresolved action can't land any more; null when there is no such time.</param>
public sealed record SendOutcome(SendState State, ImmutableArray<LegResult> Legs, string? Detail = null, DateTimeOffset? DeadAt = null)
{
    public static SendOutcome Confirmed(params ImmutableArray<LegResult> legs) => new(SendState.Confirmed, legs);

    public static SendOutcome Rejected(string why) => new(SendState.Rejected, [], why);

    public static SendOutcome Unresolved(string why, DateTimeOffset? deadAt = null) => new(SendState.Unresolved, [], why, deadAt);
}
