using Rez.Core.Session;

namespace Rez.Tests.Session;

public sealed class ClockWatchTests
{
    [Fact]
    public void Time_that_passes_is_no_jump_and_a_set_clock_is()
    {
        var clock = new SetClock();
        var watch = new ClockWatch(clock);
        clock.Pass(TimeSpan.FromHours(5));
        Assert.Null(watch.Look());
        clock.Set(TimeSpan.FromHours(-1));
        var back = watch.Look()!.Value;
        Assert.Equal(-3_600_000, back.ToMs - back.FromMs);
        Assert.Contains("jumped from", back.ToString());
        Assert.Null(watch.Look());
        clock.Pass(TimeSpan.FromSeconds(10));
        clock.Set(TimeSpan.FromSeconds(3));
        Assert.Equal(3_000, watch.Look() is { } ahead ? ahead.ToMs - ahead.FromMs : 0);
        clock.Set(TimeSpan.FromSeconds(1));
        Assert.Null(watch.Look());
    }

    private sealed class SetClock : TimeProvider
    {
        private DateTimeOffset _wall = DateTimeOffset.UnixEpoch.AddYears(55);
        private long _ticks;

        public override DateTimeOffset GetUtcNow() => _wall;

        public override long GetTimestamp() => _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time)
        {
            _wall += time;
            _ticks += time.Ticks;
        }

        public void Set(TimeSpan by) => _wall += by;
    }
}
