namespace Rez.Core.Hyperliquid.Clients;

/// <summary>
/// Watches the actions an address may send over its life: 10,000 and one for each USD traded (protocol §6.1). Entries stop before it is used
/// up, so that cancels, stops and exits are left.
/// </summary>
public sealed class AddressBudget(long entryReserve = 200)
{
    private readonly Lock _gate = new();
    private VenueBudget? _told;
    private long _sent;

    /// <summary>Actions left as far as is known; null before the venue was asked.</summary>
    public long? Left
    {
        get
        {
            lock (_gate)
            {
                return _told is { } told ? told.Left - _sent : null;
            }
        }
    }

    /// <summary>What the venue says of it now.</summary>
    public void Tell(VenueBudget budget)
    {
        lock (_gate)
        {
            _told = budget;
            _sent = 0;
        }
    }

    /// <summary>Counts an action; why it should not be sent, if so. Protection is never held back.</summary>
    public Rejection? Take(int actions, Urgency urgency)
    {
        lock (_gate)
        {
            if (urgency == Urgency.Order && _told is { } told && told.Left - _sent - actions < entryReserve)
            {
                return new Rejection("address-budget",
                    $"The address has {told.Left - _sent} actions left; {entryReserve} are kept for cancels and stops. One comes back for each USD traded.");
            }

            _sent += actions;
            return null;
        }
    }
}
