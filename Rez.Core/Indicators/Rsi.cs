using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>
/// Relative strength index (Wilder, 1978): 100 − 100 / (1 + average gain / average loss), both by Wilder's smoothing.
/// 100 when there were no losses.
/// </summary>
public sealed class Rsi(int period = 14) : IIndicator
{
    private readonly WilderAverage _gain = new(period);
    private readonly WilderAverage _loss = new(period);
    private double _previous = double.NaN;

    /// <summary>0 to 100.</summary>
    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar) => Add(bar.Close);

    public void Add(double value)
    {
        if (!double.IsNaN(_previous))
        {
            var change = value - _previous;
            _gain.Add(change > 0 ? change : 0);
            _loss.Add(change < 0 ? -change : 0);
            var loss = _loss.Value;
            Value = loss > 0 ? 100 - (100 / (1 + (_gain.Value / loss))) : double.IsNaN(loss) ? double.NaN : 100;
        }

        _previous = value;
    }
}
