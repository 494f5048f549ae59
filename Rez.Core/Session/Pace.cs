namespace Rez.Core.Session;

/// <summary>Keeps market time at a multiple of wall time; falls behind instead of catching up in bursts.</summary>
internal sealed class Pace(TimeProvider wall, double? speed, long startMs)
{
    private readonly long _startedAt = wall.GetTimestamp();
    private long _startMs = startMs;
    private TimeSpan _lost;

    public async ValueTask WaitAsync(long nowMs, CancellationToken cancel)
    {
        if (speed is not { } factor)
        {
            return;
        }

        var due = TimeSpan.FromMilliseconds((nowMs - _startMs) / factor) + _lost;
        var ahead = due - wall.GetElapsedTime(_startedAt);
        if (ahead > TimeSpan.Zero)
        {
            await Task.Delay(ahead, wall, cancel);
        }
        else
        {
            // A slow cycle or a sleeping machine: the market waited, so the time is simply lost.
            _lost -= ahead;
        }
    }
}
