namespace Rez.Core.Hyperliquid;

/// <summary>
/// Nonces of one key: the clock's milliseconds, but always above the last one, over restarts too. A mark a minute ahead is kept durably, so
/// that a restart, or a clock set back, never gives a nonce twice (protocol §3.3: unused, and within −2 days and +1 day of the venue's time).
/// </summary>
/// <param name="mark">The mark kept before, 0 for none.</param>
/// <param name="keep">Makes a new mark durable; called before any nonce up to it is given out.</param>
public sealed class NonceSource(TimeProvider clock, long mark, Action<long> keep)
{
    private const long MarkAheadMs = 60_000;
    private readonly Lock _gate = new();
    private long _last = mark;
    private long _mark = mark;

    public ulong Next()
    {
        lock (_gate)
        {
            var next = Math.Max(_last + 1, clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (next > _mark)
            {
                var ahead = next + MarkAheadMs;
                keep(ahead);
                _mark = ahead;
            }

            _last = next;
            return (ulong)next;
        }
    }

    /// <summary>How far the next nonce lies ahead of the clock; beyond a day the venue refuses.</summary>
    public TimeSpan Ahead
    {
        get
        {
            lock (_gate)
            {
                return TimeSpan.FromMilliseconds(Math.Max(0, _last + 1 - clock.GetUtcNow().ToUnixTimeMilliseconds()));
            }
        }
    }
}
