using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>Bollinger bands: mean ± <c>deviations</c> population standard deviations; %B, relative width and z-score.</summary>
public sealed class Bollinger(int period = 20, double deviations = 2) : IIndicator
{
    private readonly RollingDeviation _deviation = new(period);
    private double _close;

    public double Middle => _deviation.IsFull ? _deviation.Mean : double.NaN;

    public double Upper => Middle + (deviations * _deviation.Population);

    public double Lower => Middle - (deviations * _deviation.Population);

    /// <summary>Where the close lies between the bands: 0 lower, 1 upper; NaN when they coincide.</summary>
    public double PercentB => Upper > Lower ? (_close - Lower) / (Upper - Lower) : double.NaN;

    /// <summary>(upper − lower) / middle.</summary>
    public double Width => (Upper - Lower) / Middle;

    public double this[int output] => output switch { 0 => Middle, 1 => Upper, 2 => Lower, 3 => PercentB, _ => Width };

    public void Update(in Candle bar)
    {
        _close = bar.Close;
        _deviation.Add(bar.Close);
    }
}

/// <summary>(close − mean) / population standard deviation; NaN when the window is flat.</summary>
public sealed class ZScore(int period = 20) : IIndicator
{
    private readonly RollingDeviation _deviation = new(period);
    private double _close;

    public double Value => _deviation.IsFull && _deviation.Population > 0 ? (_close - _deviation.Mean) / _deviation.Population : double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar) => Add(bar.Close);

    public void Add(double value)
    {
        _close = value;
        _deviation.Add(value);
    }
}

/// <summary>
/// Donchian channel: highest high and lowest low of the <c>period</c> bars <i>before</i> this one, so that a breakout of
/// the current bar can be seen.
/// </summary>
public sealed class Donchian(int period = 20) : IIndicator
{
    private readonly RollingRange _range = new(period);

    public double Upper { get; private set; } = double.NaN;

    public double Lower { get; private set; } = double.NaN;

    public double Middle => (Upper + Lower) / 2;

    public double Width => (Upper - Lower) / Middle;

    public double this[int output] => output switch { 0 => Upper, 1 => Middle, 2 => Lower, _ => Width };

    public void Update(in Candle bar)
    {
        if (_range.IsFull)
        {
            Upper = _range.High;
            Lower = _range.Low;
        }

        _range.Add(bar.High, bar.Low);
    }
}

/// <summary>Keltner channel: EMA ± <c>multiplier</c> × ATR.</summary>
public sealed class Keltner(int period = 20, double multiplier = 2, int atrPeriod = 10) : IIndicator
{
    private readonly Ema _ema = new(period);
    private readonly Atr _atr = new(atrPeriod);

    public double Middle => _ema.Value;

    public double Upper => _ema.Value + (multiplier * _atr.Value);

    public double Lower => _ema.Value - (multiplier * _atr.Value);

    public double Width => (Upper - Lower) / Middle;

    public double this[int output] => output switch { 0 => Upper, 1 => Middle, 2 => Lower, _ => Width };

    public void Update(in Candle bar)
    {
        _ema.Add(bar.Close);
        _atr.Update(bar);
    }
}
