namespace Rez.Core.Torture;

/// <summary>The world's time. Waiting leaps ahead at once: what waits in the code under test waits in this time, not in the machine's, and always in the same order.</summary>
internal sealed class LeapClock(TimeProvider market) : TimeProvider
{
    private DateTimeOffset _ahead = DateTimeOffset.MinValue;

    /// <summary>How much the wall clock is behind, as after a step back. The monotonic clock knows nothing of it.</summary>
    public TimeSpan Behind { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Passed - Behind;

    public override long GetTimestamp() => Passed.UtcTicks;

    private DateTimeOffset Passed => market.GetUtcNow() is var now && now > _ahead ? now : _ahead;

    public void Leap(TimeSpan by) => _ahead = Passed + by;

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
