using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>Moving average convergence/divergence (Appel): fast EMA − slow EMA, an EMA of that as signal, and their difference.</summary>
public sealed class Macd(int fast = 12, int slow = 26, int signal = 9) : IIndicator
{
    private readonly Ema _fast = new(fast);
    private readonly Ema _slow = new(slow);
    private readonly Ema _signal = new(signal);

    public double Line { get; private set; } = double.NaN;

    public double Signal => _signal.Value;

    public double Histogram => Line - Signal;

    public double this[int output] => output switch { 0 => Line, 1 => Signal, _ => Histogram };

    public void Update(in Candle bar)
    {
        _fast.Add(bar.Close);
        _slow.Add(bar.Close);
        Line = _fast.Value - _slow.Value;
        if (!double.IsNaN(Line))
        {
            _signal.Add(Line);
        }
    }
}
