namespace Rez.Core.Torture;

/// <summary>The world's time. Waiting leaps ahead at once: what waits in the code under test waits in this time, not in the machine's, and always in the same order.</summary>
internal sealed class LeapClock(TimeProvider market) : TimeProvider
{
    private DateTimeOffset _ahead = DateTimeOffset.MinValue;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => market.GetUtcNow() is var now && now > _ahead ? now : _ahead;

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public void Leap(TimeSpan by) => _ahead = GetUtcNow() + by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            return new Over();
        }

        Leap(dueTime);
        callback(state);
        return new Over();
    }

    /// <summary>A timer that has fired, or never will.</summary>
    private sealed class Over : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
