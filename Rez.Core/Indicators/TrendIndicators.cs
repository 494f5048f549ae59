using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>
/// SuperTrend (Seban): a band of mid ± <c>multiplier</c> × ATR that only tightens while the trend holds and switches side when
/// the close crosses it.
/// </summary>
public sealed class SuperTrend(int period = 10, double multiplier = 3) : IIndicator
{
    private readonly Atr _atr = new(period);
    private double _upper = double.NaN;
    private double _lower = double.NaN;
    private double _previousClose;
    private bool _bullish = true;

    public double Value { get; private set; } = double.NaN;

    /// <summary>1 while the trend is up, −1 while it is down.</summary>
    public double Trend => double.IsNaN(Value) ? double.NaN : _bullish ? 1 : -1;

    public double this[int output] => output == 0 ? Value : Trend;

    public void Update(in Candle bar)
    {
        _atr.Update(bar);
        if (!double.IsNaN(_atr.Value))
        {
            var mid = (bar.High + bar.Low) / 2;
            var upper = mid + (multiplier * _atr.Value);
            var lower = mid - (multiplier * _atr.Value);
            if (double.IsNaN(_upper))
            {
                _bullish = bar.Close >= mid;
                _upper = upper;
                _lower = lower;
            }

            if (upper < _upper || _previousClose > _upper)
            {
                _upper = upper;
            }

            if (lower > _lower || _previousClose < _lower)
            {
                _lower = lower;
            }

            _bullish = bar.Close > (_bullish ? _lower : _upper);
            Value = _bullish ? _lower : _upper;
        }

        _previousClose = bar.Close;
    }
}

/// <summary>
/// Parabolic stop-and-reverse (Wilder, 1978). The direction of the first bars is a guess, so nothing is given out until the
/// bar after the first reversal.
/// </summary>
public sealed class ParabolicSar(double step = 0.02, double maximum = 0.2) : IIndicator
{
    private Candle _last;
    private Candle _beforeLast;
    private int _count;
    private double _sar;
    private double _extreme;
    private readonly double _step = step;
    private double _acceleration = step;
    private bool _rising = true;
    private bool _reversed;
    private bool _trusted;

    public double Value => _trusted ? _sar : double.NaN;

    /// <summary>1 while below the price, −1 while above.</summary>
    public double Trend => _trusted ? (_rising ? 1 : -1) : double.NaN;

    public double this[int output] => output == 0 ? Value : Trend;

    public void Update(in Candle bar)
    {
        _trusted = _reversed;
        if (_count == 0)
        {
            _extreme = bar.High;
            _sar = bar.Low;
        }
        else if (_rising)
        {
            Advance(bar, bar.Low, bar.High, 1);
        }
        else
        {
            Advance(bar, bar.High, bar.Low, -1);
        }

        _beforeLast = _last;
        _last = bar;
        _count++;
    }

    /// <param name="against">The bar's extreme against the trend (low when rising).</param>
    /// <param name="with">The bar's extreme with the trend (high when rising).</param>
    /// <param name="side">1 rising, −1 falling.</param>
    private void Advance(in Candle bar, double against, double with, int side)
    {
        var sar = _sar + (_acceleration * (_extreme - _sar));
        if (_count >= 2)
        {
            // Wilder: the stop may not enter the range of the last two bars.
            sar = side > 0
                ? Math.Min(sar, Math.Min(_last.Low, _beforeLast.Low))
                : Math.Max(sar, Math.Max(_last.High, _beforeLast.High));
        }

        if ((against - sar) * side < 0)
        {
            _reversed = true;
            _rising = side < 0;
            sar = _extreme;
            _acceleration = _step;
            _extreme = side > 0 ? bar.Low : bar.High;
        }
        else if ((with - _extreme) * side > 0)
        {
            _extreme = with;
            _acceleration = Math.Min(_acceleration + _step, maximum);
        }

        _sar = sar;
    }
}

/// <summary>
/// Ichimoku Kinko Hyo (Hosoda). The senkou spans are those that apply to this bar, computed <c>kijun</c> bars ago; the
/// chikou span is this bar's close, to be drawn <c>kijun</c> bars back: nothing here looks ahead.
/// </summary>
public sealed class Ichimoku(int tenkan = 9, int kijun = 26, int senkou = 52) : IIndicator
{
    private readonly RollingRange _tenkan = new(tenkan);
    private readonly RollingRange _kijun = new(kijun);
    private readonly RollingRange _senkou = new(senkou);
    private readonly RollingWindow _spanA = new(kijun + 1);
    private readonly RollingWindow _spanB = new(kijun + 1);
    private double _close = double.NaN;

    public double Tenkan => _tenkan.IsFull ? _tenkan.Mid : double.NaN;

    public double Kijun => _kijun.IsFull ? _kijun.Mid : double.NaN;

    public double SenkouA => _spanA.IsFull ? _spanA.Oldest : double.NaN;

    public double SenkouB => _spanB.IsFull ? _spanB.Oldest : double.NaN;

    public double Chikou => _close;

    public double this[int output] => output switch { 0 => Tenkan, 1 => Kijun, 2 => SenkouA, 3 => SenkouB, _ => Chikou };

    public void Update(in Candle bar)
    {
        _tenkan.Add(bar.High, bar.Low);
        _kijun.Add(bar.High, bar.Low);
        _senkou.Add(bar.High, bar.Low);
        _close = bar.Close;
        if (_tenkan.IsFull && _kijun.IsFull)
        {
            _spanA.Add((Tenkan + Kijun) / 2);
        }

        if (_senkou.IsFull)
        {
            _spanB.Add(_senkou.Mid);
        }
    }
}

/// <summary>
/// Choppiness index (Dreiss): 100 × log10(Σ true range / range of true highs and lows) / log10(period); high is sideways.
/// NaN while the range is flat.
/// </summary>
public sealed class Choppiness(int period = 14) : IIndicator
{
    private readonly RollingWindow _ranges = new(period);
    private readonly RollingRange _range = new(period);
    private readonly double _log = Math.Log10(period);
    private double _previousClose = double.NaN;

    public double Value => _ranges.IsFull && _range.High > _range.Low
        ? 100 * Math.Log10(_ranges.Sum / (_range.High - _range.Low)) / _log
        : double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        if (!double.IsNaN(_previousClose))
        {
            var high = Math.Max(bar.High, _previousClose);
            var low = Math.Min(bar.Low, _previousClose);
            _range.Add(high, low);
            _ranges.Add(high - low);
        }

        _previousClose = bar.Close;
    }
}
