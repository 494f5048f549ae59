using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>Simple moving average: the mean of the newest <c>period</c> closes.</summary>
public sealed class Sma(int period) : IIndicator
{
    private readonly RollingWindow _window = new(period);

    public double Value => _window.IsFull ? _window.Mean : double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar) => Add(bar.Close);

    public void Add(double value) => _window.Add(value);
}

/// <summary>
/// Exponential moving average, α = 2 / (period + 1), seeded with the simple average of the first <c>period</c> values.
/// </summary>
public sealed class Ema : IIndicator
{
    private readonly int _period;
    private readonly double _alpha;
    private double _sum;
    private int _count;

    public Ema(int period)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        _period = period;
        _alpha = 2.0 / (period + 1);
    }

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar) => Add(bar.Close);

    public void Add(double value)
    {
        if (_count >= _period)
        {
            Value += _alpha * (value - Value);
            return;
        }

        _sum += value;
        if (++_count == _period)
        {
            Value = _sum / _period;
        }
    }
}

/// <summary>Linearly weighted moving average: the newest value weighs <c>period</c>, the oldest 1.</summary>
public sealed class Wma(int period) : IIndicator
{
    private readonly RollingWindow _window = new(period);
    private readonly double _divisor = period * (period + 1) / 2.0;
    private double _weighted;
    private int _sinceRebuild;

    public double Value => _window.IsFull ? _weighted / _divisor : double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar) => Add(bar.Close);

    public void Add(double value)
    {
        if (_window.IsFull)
        {
            _weighted += (period * value) - _window.Sum;
            _window.Add(value);
        }
        else
        {
            _window.Add(value);
            _weighted += _window.Count * value;
        }

        // Rebuilt once a period, for the same reason as the window's sum.
        if (++_sinceRebuild >= period && _window.IsFull)
        {
            _sinceRebuild = 0;
            var weighted = 0.0;
            for (var back = 0; back < period; back++)
            {
                weighted += (period - back) * _window.Back(back);
            }

            _weighted = weighted;
        }
    }
}

/// <summary>Wilder's smoothing, α = 1 / period, seeded with the simple average of the first <c>period</c> values.</summary>
public sealed class WilderAverage(int period)
{
    private double _sum;
    private int _count;

    public double Value { get; private set; } = double.NaN;

    public void Add(double value)
    {
        if (_count >= period)
        {
            Value = ((Value * (period - 1)) + value) / period;
            return;
        }

        _sum += value;
        if (++_count == period)
        {
            Value = _sum / period;
        }
    }
}
