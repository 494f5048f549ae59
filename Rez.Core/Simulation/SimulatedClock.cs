namespace Rez.Core.Simulation;

/// <summary>
/// A clock that stands still until it is moved: the demo market's own time. Waiting on it does not wait in wall time, since
/// the market stands while a cycle runs.
/// </summary>
public sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Moves the clock; never backwards.</summary>
    public void MoveTo(DateTimeOffset time) => Interlocked.Exchange(ref _ticks, Math.Max(Interlocked.Read(ref _ticks), time.UtcTicks));
}
