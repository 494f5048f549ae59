using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>
/// Average directional index with +DI and −DI (Wilder, 1978). The first sums are plain, later ones lose 1/period of themselves
/// a bar; ADX is the Wilder average of DX. DX is 0 when both DIs are 0.
/// </summary>
public sealed class Adx(int period = 14) : IIndicator
{
    private readonly WilderAverage _adx = new(period);
    private Candle _previous;
    private double _range;
    private double _plus;
    private double _minus;
    private int _count = -1;

    public double Value => _adx.Value;

    public double PlusDi { get; private set; } = double.NaN;

    public double MinusDi { get; private set; } = double.NaN;

    public double this[int output] => output switch { 0 => Value, 1 => PlusDi, _ => MinusDi };

    public void Update(in Candle bar)
    {
        if (_count < 0)
        {
            _count = 0;
            _previous = bar;
            return;
        }

        var range = Math.Max(bar.High, _previous.Close) - Math.Min(bar.Low, _previous.Close);
        var up = bar.High - _previous.High;
        var down = _previous.Low - bar.Low;
        var plus = up > down && up > 0 ? up : 0;
        var minus = down > up && down > 0 ? down : 0;
        _previous = bar;

        if (_count < period)
        {
            _range += range;
            _plus += plus;
            _minus += minus;
            _count++;
        }
        else
        {
            _range += range - (_range / period);
            _plus += plus - (_plus / period);
            _minus += minus - (_minus / period);
        }

        if (_count < period)
        {
            return;
        }

        PlusDi = _range > 0 ? 100 * _plus / _range : 0;
        MinusDi = _range > 0 ? 100 * _minus / _range : 0;
        var sum = PlusDi + MinusDi;
        _adx.Add(sum > 0 ? 100 * Math.Abs(PlusDi - MinusDi) / sum : 0);
    }
}
