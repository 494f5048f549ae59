using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>
/// Stochastic oscillator (Lane): where the close lies in the range of <c>period</c> bars, smoothed to %K, averaged to %D;
/// J = 3K − 2D. 50 when the range is flat: a market that does not move is neither overbought nor oversold.
/// </summary>
public sealed class Stochastic(int period = 14, int signal = 3, int smooth = 3) : IIndicator
{
    private readonly RollingRange _range = new(period);
    private readonly Sma _k = new(smooth);
    private readonly Sma _d = new(signal);

    public double K => _k.Value;

    public double D => _d.Value;

    public double J => (3 * K) - (2 * D);

    public double this[int output] => output switch { 0 => K, 1 => D, _ => J };

    public void Update(in Candle bar) => Add(bar.High, bar.Low, bar.Close);

    public void Add(double high, double low, double close)
    {
        _range.Add(high, low);
        if (!_range.IsFull)
        {
            return;
        }

        var width = _range.High - _range.Low;
        _k.Add(width > 0 ? 100 * (close - _range.Low) / width : 50);
        if (!double.IsNaN(_k.Value))
        {
            _d.Add(_k.Value);
        }
    }
}

/// <summary>The stochastic of the RSI (Chande and Kroll), 0 to 100, and its average.</summary>
public sealed class StochRsi(int rsiPeriod = 14, int period = 14, int signal = 3, int smooth = 1) : IIndicator
{
    private readonly Rsi _rsi = new(rsiPeriod);
    private readonly Stochastic _stochastic = new(period, signal, smooth);

    public double Value => _stochastic.K;

    public double Signal => _stochastic.D;

    public double this[int output] => output == 0 ? Value : Signal;

    public void Update(in Candle bar)
    {
        _rsi.Update(bar);
        if (!double.IsNaN(_rsi.Value))
        {
            _stochastic.Add(_rsi.Value, _rsi.Value, _rsi.Value);
        }
    }
}

/// <summary>
/// Commodity channel index (Lambert): (typical price − mean) / (0.015 × mean absolute deviation). The deviation walks the
/// window, so an update costs O(period). 0 when the window is flat.
/// </summary>
public sealed class Cci(int period = 20) : IIndicator
{
    private readonly RollingWindow _window = new(period);

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        _window.Add(bar.TypicalPrice);
        if (!_window.IsFull)
        {
            return;
        }

        var mean = _window.Mean;
        var deviation = 0.0;
        foreach (var v in _window.Unordered)
        {
            deviation += Math.Abs(v - mean);
        }

        deviation /= period;
        Value = deviation > 0 ? (bar.TypicalPrice - mean) / (0.015 * deviation) : 0;
    }
}

/// <summary>Rate of change in percent over <c>period</c> bars, and the plain difference (momentum).</summary>
public sealed class Roc(int period = 14) : IIndicator
{
    private readonly RollingWindow _window = new(period + 1);
    private double _close;

    public double Value => _window.IsFull ? 100 * (_close - _window.Oldest) / _window.Oldest : double.NaN;

    public double Momentum => _window.IsFull ? _close - _window.Oldest : double.NaN;

    public double this[int output] => output == 0 ? Value : Momentum;

    public void Update(in Candle bar)
    {
        _close = bar.Close;
        _window.Add(bar.Close);
    }
}

/// <summary>Williams %R: −100 × (highest high − close) / range; −50 when the range is flat.</summary>
public sealed class WilliamsR(int period = 14) : IIndicator
{
    private readonly RollingRange _range = new(period);

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        _range.Add(bar.High, bar.Low);
        if (_range.IsFull)
        {
            var width = _range.High - _range.Low;
            Value = width > 0 ? -100 * (_range.High - bar.Close) / width : -50;
        }
    }
}

/// <summary>Aroon (Chande): how lately the highest high and the lowest low of <c>period</c> + 1 bars came, 0 to 100; their difference.</summary>
public sealed class Aroon(int period = 25) : IIndicator
{
    private readonly RollingRange _range = new(period + 1);

    public double Up => _range.IsFull ? 100.0 * (period - _range.HighAge) / period : double.NaN;

    public double Down => _range.IsFull ? 100.0 * (period - _range.LowAge) / period : double.NaN;

    public double Oscillator => Up - Down;

    public double this[int output] => output switch { 0 => Up, 1 => Down, _ => Oscillator };

    public void Update(in Candle bar) => _range.Add(bar.High, bar.Low);
}
