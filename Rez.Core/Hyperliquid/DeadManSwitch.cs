using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid;

/// <summary>What to do with the switch now.</summary>
public enum SwitchAction
{
    None,
    Arm,
    Disarm,
}

/// <summary>
/// When the venue's dead man's switch (<c>scheduleCancel</c>) may be armed. It cancels every order, protective stops included, so it is armed only
/// while there is no position and no trigger, and something rests that would go on living if Rez died. Accounts below the venue's volume are
/// refused; that is learnt once and not asked again.
/// </summary>
public sealed class DeadManSwitch(TimeSpan after)
{
    private const string VolumeGate = "until enough volume traded";
    private DateTimeOffset? _armedUntil;

    /// <summary>Why the venue does not let this account use it, or null.</summary>
    public string? Refused { get; private set; }

    /// <summary>When it would fire; null when it is not armed.</summary>
    public DateTimeOffset? ArmedUntil => _armedUntil;

    /// <summary>Whether it is wanted and allowed.</summary>
    public bool IsOn => after > TimeSpan.Zero && Refused is null;

    public SwitchAction Decide(AccountState account, IReadOnlyList<OpenOrder> orders, DateTimeOffset now)
    {
        if (!IsOn)
        {
            return SwitchAction.None;
        }

        var safe = account.Positions.IsEmpty && orders.Count > 0 && orders.All(o => o.TriggerPrice is null && !o.ReduceOnly && !o.WaitsForParent);
        return safe && (_armedUntil is null || _armedUntil - now < after / 2) ? SwitchAction.Arm
            : !safe && _armedUntil is not null ? SwitchAction.Disarm
            : SwitchAction.None;
    }

    /// <summary>When it is to fire if it is armed now.</summary>
    public DateTimeOffset FiresAt(DateTimeOffset now) => now + after;

    public void Note(SwitchAction done, SendOutcome outcome, DateTimeOffset firesAt)
    {
        if (outcome.State == SendState.Rejected && outcome.Detail?.Contains(VolumeGate, StringComparison.Ordinal) == true)
        {
            Refused = outcome.Detail;
            return;
        }

        // Unresolved: it may be armed. Believing so keeps trying to disarm it.
        _armedUntil = done == SwitchAction.Arm && outcome.State != SendState.Rejected ? firesAt
            : done == SwitchAction.Disarm && outcome.State == SendState.Confirmed ? null
            : _armedUntil;
    }
}
