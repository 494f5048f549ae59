using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>
/// Realised volatility: sample standard deviation of log returns a bar, and annualised by √(bars in 365 days), the bar's
/// length being the shortest spacing seen.
/// </summary>
public sealed class RealisedVolatility(int period = 20) : IIndicator
{
    private const double YearMs = 365.0 * 24 * 3_600_000;
    private readonly RollingDeviation _returns = new(period);
    private double _previous = double.NaN;
    private long _previousMs;
    private long _spacingMs = long.MaxValue;

    public double PerBar => _returns.IsFull ? _returns.Sample : double.NaN;

    public double Annualised => PerBar * Math.Sqrt(YearMs / _spacingMs);

    public double this[int output] => output == 0 ? PerBar : Annualised;

    public void Update(in Candle bar)
    {
        if (!double.IsNaN(_previous))
        {
            _returns.Add(Math.Log(bar.Close / _previous));
            _spacingMs = Math.Min(_spacingMs, Math.Max(1, bar.OpenTimeMs - _previousMs));
        }

        _previous = bar.Close;
        _previousMs = bar.OpenTimeMs;
    }
}

/// <summary>
/// Hurst exponent by rescaled range (Hurst, 1951; Mandelbrot and Wallis, 1969): the slope of log mean R/S on log chunk size, the
/// <c>period</c> newest log returns cut into 1, 2, 4, … (at most 32) chunks of at least 8; what does not divide evenly is left
/// out at the old end. Above 0.5 trends, below reverts.
/// An update walks the window once a chunk size: O(period · log period), without allocation.
/// </summary>
public sealed class Hurst : IIndicator
{
    private const int SmallestChunk = 8;
    private const int MostChunks = 32;
    private readonly RollingWindow _returns;
    private readonly double[] _ordered;
    private readonly double[] _logSize;
    private readonly double[] _logRange;
    private double _previous = double.NaN;

    public Hurst(int period = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 2 * SmallestChunk);
        _returns = new RollingWindow(period);
        _ordered = new double[period];
        var sizes = 0;
        for (var chunks = 1; chunks <= MostChunks && period / chunks >= SmallestChunk; chunks *= 2)
        {
            sizes++;
        }

        _logSize = new double[sizes];
        _logRange = new double[sizes];
    }

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        if (!double.IsNaN(_previous))
        {
            _returns.Add(Math.Log(bar.Close / _previous));
            if (_returns.IsFull)
            {
                Value = Compute();
            }
        }

        _previous = bar.Close;
    }

    private double Compute()
    {
        _returns.CopyOrdered(_ordered);
        var sizes = 0;
        for (var chunks = 1; chunks <= MostChunks && _ordered.Length / chunks >= SmallestChunk; chunks *= 2)
        {
            var size = _ordered.Length / chunks;
            var skip = _ordered.Length - (size * chunks);
            var sum = 0.0;
            var counted = 0;
            for (var c = 0; c < chunks; c++)
            {
                var ratio = RescaledRange(_ordered.AsSpan(skip + (c * size), size));
                if (ratio > 0)
                {
                    sum += ratio;
                    counted++;
                }
            }

            if (counted > 0)
            {
                _logSize[sizes] = Math.Log10(size);
                _logRange[sizes] = Math.Log10(sum / counted);
                sizes++;
            }
        }

        return Slope(_logSize.AsSpan(0, sizes), _logRange.AsSpan(0, sizes));
    }

    private static double RescaledRange(ReadOnlySpan<double> values)
    {
        var mean = 0.0;
        foreach (var v in values)
        {
            mean += v;
        }

        mean /= values.Length;
        var cumulative = 0.0;
        var squares = 0.0;
        var high = double.MinValue;
        var low = double.MaxValue;
        foreach (var v in values)
        {
            var d = v - mean;
            cumulative += d;
            squares += d * d;
            high = Math.Max(high, cumulative);
            low = Math.Min(low, cumulative);
        }

        var deviation = Math.Sqrt(squares / values.Length);
        return deviation > 0 ? (high - low) / deviation : 0;
    }

    private static double Slope(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length < 2)
        {
            return double.NaN;
        }

        double mx = 0, my = 0;
        for (var i = 0; i < x.Length; i++)
        {
            mx += x[i];
            my += y[i];
        }

        mx /= x.Length;
        my /= x.Length;
        double xy = 0, xx = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
        }

        return xy / xx;
    }
}
