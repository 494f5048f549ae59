using Rez.Core.Indicators;

namespace Rez.Core.Strategies.Vocabulary;

/// <summary>What a strategy says about two bars: crossings of a sheet's values.</summary>
public static class Signals
{
    /// <summary>+1 when <paramref name="fast"/> went above <paramref name="slow"/> with the newest bar, −1 below, 0 otherwise or while either is not warm.</summary>
    public static int Crossing(IntervalSheet bars, string fast, string slow) => Crossing(bars[fast, 1], bars[fast], bars[slow, 1], bars[slow]);

    public static int Crossing(double fastBefore, double fastNow, double slowBefore, double slowNow) =>
        !double.IsFinite(fastBefore + fastNow + slowBefore + slowNow) ? 0
        : fastBefore <= slowBefore && fastNow > slowNow ? 1
        : fastBefore >= slowBefore && fastNow < slowNow ? -1
        : 0;

    /// <summary>Whether every value is a number.</summary>
    public static bool IsWarm(params ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (!double.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>A window of the newest values with mean, population deviation and z-score; NaN before it is full.</summary>
public sealed class RollingValues(int length)
{
    private readonly double[] _ring = new double[length];
    private long _count;

    public bool IsFull => _count >= length;

    public void Add(double value) => _ring[_count++ % length] = value;

    public double Mean
    {
        get
        {
            var sum = 0d;
            foreach (var value in _ring)
            {
                sum += value;
            }

            return IsFull ? sum / length : double.NaN;
        }
    }

    public double Deviation
    {
        get
        {
            var mean = Mean;
            var squares = 0d;
            foreach (var value in _ring)
            {
                squares += (value - mean) * (value - mean);
            }

            return IsFull ? Math.Sqrt(squares / length) : double.NaN;
        }
    }

    /// <summary>Distance of a value from the mean in deviations; NaN when nothing deviates.</summary>
    public double ZScore(double value) => Deviation is > 0 and var deviation ? (value - Mean) / deviation : double.NaN;
}

/// <summary>Lets something happen at most once in a while.</summary>
public sealed class Cooldown(TimeSpan pause)
{
    private readonly Dictionary<string, DateTimeOffset> _last = new(StringComparer.Ordinal);

    public bool IsOver(string key, DateTimeOffset at) => !_last.TryGetValue(key, out var last) || at - last >= pause;

    public void Start(string key, DateTimeOffset at) => _last[key] = at;
}

/// <summary>Lets a value through once, until another one came.</summary>
public sealed class Dedupe<T>
    where T : notnull
{
    private readonly Dictionary<string, T> _last = new(StringComparer.Ordinal);

    public bool IsNew(string key, T value)
    {
        var isNew = !_last.TryGetValue(key, out var last) || !EqualityComparer<T>.Default.Equals(last, value);
        _last[key] = value;
        return isNew;
    }
}
