namespace Rez.Core.Session;

/// <summary>A jump of the wall clock against the monotonic one.</summary>
public readonly record struct ClockJump(long FromMs, long ToMs)
{
    public override string ToString() =>
        $"The clock jumped from {DateTimeOffset.FromUnixTimeMilliseconds(FromMs):u} to {DateTimeOffset.FromUnixTimeMilliseconds(ToMs):u}.";
}

/// <summary>
/// Compares how far the wall clock moved with how much time really passed. Order in the diary never depends on the clock, but logins, links
/// and venue nonces do, so a jump is told.
/// </summary>
public sealed class ClockWatch(TimeProvider clock)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);
    private DateTimeOffset _wall = clock.GetUtcNow();
    private long _stamp = clock.GetTimestamp();

    /// <summary>The jump since the last look, or null. From is where the clock should have stood.</summary>
    public ClockJump? Look()
    {
        var stamp = clock.GetTimestamp();
        var wall = clock.GetUtcNow();
        var expected = _wall + clock.GetElapsedTime(_stamp, stamp);
        (_wall, _stamp) = (wall, stamp);
        return (wall - expected).Duration() > Tolerance
            ? new ClockJump(expected.ToUnixTimeMilliseconds(), wall.ToUnixTimeMilliseconds())
            : null;
    }
}
