namespace Rez.Core.Market;

/// <summary>A market's time that runs at a multiple of another clock: its timers and delays are shortened alike.</summary>
/// <param name="wall">The clock it follows.</param>
/// <param name="start">Market time when the clock is made.</param>
/// <param name="speed">Market seconds a second, above 0.</param>
public sealed class ScaledClock(TimeProvider wall, DateTimeOffset start, double speed) : TimeProvider
{
    private readonly long _startedAt = wall.GetTimestamp();

    public double Speed => speed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => (long)(wall.GetElapsedTime(_startedAt).Ticks * speed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        wall.CreateTimer(callback, state, Scale(dueTime), Scale(period));

    private TimeSpan Scale(TimeSpan span) => span <= TimeSpan.Zero ? span : TimeSpan.FromTicks(Math.Max(1, (long)(span.Ticks / speed)));
}
