using Rez.Core.Desk;
using Rez.Core.Risk;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>What became of an approved entry.</summary>
/// <param name="Done">In words.</param>
/// <param name="IsOpen">Whether it was filled.</param>
/// <param name="Outcome">Null when it was not sent.</param>
public readonly record struct EntrySent(string Done, bool IsOpen, SendOutcome? Outcome);

/// <summary>The one way of an approved entry to the venue, for the decider and for a person: not while halted, not while an earlier order is unresolved, leverage first. The caller holds the desk's turn.</summary>
public sealed class EntrySender(OrderDesk desk, VenueBooks books, Protector protector, TradingControls controls)
{
    /// <param name="filled">What else is to be written down when it was filled, before the fill itself is booked.</param>
    public async ValueTask<EntrySent> SendAsync(string asset, ApprovedEntry entry, string cycleId, Action? filled, CancellationToken cancel)
    {
        if (controls.State is { State: not TradingState.Active } control)
        {
            return NotSent($"not sent: {control.State.ToString().ToLowerInvariant()} ({control.Why})");
        }

        if (desk.HasPending(asset))
        {
            return NotSent("not sent: what became of an earlier order is not known yet");
        }

        var leverage = await desk.SetLeverageAsync(asset, entry.Leverage, entry.IsCross, cycleId, cancel);
        if (leverage.State != SendState.Confirmed)
        {
            return NotSent($"not sent: leverage could not be set ({leverage.Detail})");
        }

        var outcome = await desk.PlaceAsync(entry, "entry", null, cancel);
        var isOpen = outcome.State == SendState.Confirmed && outcome.Legs[0].State == LegState.Filled;
        if (isOpen)
        {
            // Should a child have been refused, Secure restores this very level.
            protector.Remember(asset, entry.Stop.TriggerPrice, entry.Target?.TriggerPrice);
            filled?.Invoke();
        }

        await books.BookAsync(cancel);
        return new EntrySent(Told(outcome), isOpen, outcome);
    }

    private static EntrySent NotSent(string why) => new(why, false, null);

    internal static string Told(SendOutcome outcome) => outcome.State switch
    {
        SendState.Rejected => $"refused by the venue: {outcome.Detail}",
        SendState.Unresolved => $"unresolved: {outcome.Detail}",
        _ => outcome.Legs[0] switch
        {
            { State: LegState.Filled } leg => $"filled {leg.FilledSize}{(leg.AveragePrice > 0 ? $" at {leg.AveragePrice:0.########}" : string.Empty)}" + Children(outcome),
            { State: LegState.Error } leg => $"refused by the venue: {leg.Error}",
            { State: LegState.Resting } => "resting" + Children(outcome),
            _ => "live",
        },
    };

    private static string Children(SendOutcome outcome)
    {
        var refused = outcome.Legs.Skip(1).Where(l => l.State == LegState.Error).Select(l => l.Error).ToArray();
        return outcome.Legs.Length == 1 ? string.Empty
            : refused.Length == 0 ? ", stop and target live with it"
            : $", but a child was refused: {string.Join("; ", refused)}";
    }
}
