using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>True range (Wilder): the largest of high − low, |high − previous close|, |low − previous close|. Needs a previous bar.</summary>
public sealed class TrueRange : IIndicator
{
    private double _previousClose = double.NaN;

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        if (!double.IsNaN(_previousClose))
        {
            Value = Math.Max(bar.High, _previousClose) - Math.Min(bar.Low, _previousClose);
        }

        _previousClose = bar.Close;
    }
}

/// <summary>Average true range (Wilder): Wilder's smoothing of the true range; second output in percent of the close.</summary>
public sealed class Atr(int period = 14) : IIndicator
{
    private readonly TrueRange _range = new();
    private readonly WilderAverage _average = new(period);
    private double _close;

    public double Value => _average.Value;

    public double Percent => 100 * _average.Value / _close;

    public double this[int output] => output == 0 ? Value : Percent;

    public void Update(in Candle bar)
    {
        _range.Update(bar);
        _close = bar.Close;
        if (!double.IsNaN(_range.Value))
        {
            _average.Add(_range.Value);
        }
    }
}
