namespace Rez.Core.Hyperliquid;

/// <summary>How much a request may wait for others: cancels and stops may use what is held back for them.</summary>
public enum Urgency
{
    Read,
    Order,

    /// <summary>Cancels, stops and exits.</summary>
    Protection,
}

/// <summary>
/// The venue's weight an address of the internet has a minute (1,200 over REST, protocol §6.1), refilled steadily, with a reserve that only
/// protection may use and a smaller one that reads leave for orders. Pure: the caller brings the time and does the waiting.
/// </summary>
public sealed class WeightBudget(double perMinute = 1_200, double orderReserve = 200, double protectionReserve = 200)
{
    private readonly double _perMinute = perMinute;
    private double _left = perMinute;
    private long _atMs = long.MinValue;

    /// <summary>Takes the weight and returns zero, or takes nothing and tells how long to wait before asking again.</summary>
    public TimeSpan Take(double weight, Urgency urgency, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weight, _perMinute - Floor(urgency));
        Refill(nowMs);
        var missing = weight + Floor(urgency) - _left;
        if (missing > 0)
        {
            return TimeSpan.FromMilliseconds(Math.Ceiling(missing * 60_000 / _perMinute));
        }

        _left -= weight;
        return TimeSpan.Zero;
    }

    /// <summary>Weight left now.</summary>
    public double Left(long nowMs)
    {
        Refill(nowMs);
        return _left;
    }

    /// <summary>The venue said 429: nothing is left, whatever we thought.</summary>
    public void Drain(long nowMs)
    {
        Refill(nowMs);
        _left = 0;
    }

    private double Floor(Urgency urgency) => urgency switch
    {
        Urgency.Protection => 0,
        Urgency.Order => protectionReserve,
        _ => protectionReserve + orderReserve,
    };

    private void Refill(long nowMs)
    {
        // A clock set back gives nothing and takes nothing.
        if (_atMs != long.MinValue && nowMs > _atMs)
        {
            _left = Math.Min(_perMinute, _left + ((nowMs - _atMs) * _perMinute / 60_000));
        }

        _atMs = Math.Max(_atMs, nowMs);
    }
}
