using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>Money flow index (Quong and Soudack): the RSI idea on typical price × volume; 100 when nothing flowed out, 50 when nothing flowed.</summary>
public sealed class Mfi(int period = 14) : IIndicator
{
    private readonly RollingWindow _in = new(period);
    private readonly RollingWindow _out = new(period);
    private double _previous = double.NaN;

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        var price = bar.TypicalPrice;
        if (!double.IsNaN(_previous))
        {
            var flow = price * bar.Volume;
            _in.Add(price > _previous ? flow : 0);
            _out.Add(price < _previous ? flow : 0);
            if (_in.IsFull)
            {
                Value = _out.Sum > 0 ? 100 - (100 / (1 + (_in.Sum / _out.Sum))) : _in.Sum > 0 ? 100 : 50;
            }
        }

        _previous = price;
    }
}

/// <summary>On-balance volume (Granville): volume added on a rising close, taken away on a falling one; starts at 0.</summary>
public sealed class Obv : IIndicator
{
    private double _previous = double.NaN;

    public double Value { get; private set; } = double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        if (double.IsNaN(_previous))
        {
            Value = 0;
        }
        else if (bar.Close > _previous)
        {
            Value += bar.Volume;
        }
        else if (bar.Close < _previous)
        {
            Value -= bar.Volume;
        }

        _previous = bar.Close;
    }
}

/// <summary>
/// Volume-weighted average of the typical price since the session began. Sessions are <c>sessionHours</c> long and aligned
/// to midnight UTC; 0 never resets. NaN while nothing was traded in the session.
/// </summary>
public sealed class Vwap(double sessionHours = 24) : IIndicator
{
    private readonly long _sessionMs = (long)(sessionHours * 3_600_000);
    private long _session = long.MinValue;
    private double _value;
    private double _volume;

    public double Value => _volume > 0 ? _value / _volume : double.NaN;

    public double this[int output] => Value;

    public void Update(in Candle bar)
    {
        var session = _sessionMs > 0 ? Math.DivRem(bar.OpenTimeMs, _sessionMs).Quotient : 0;
        if (session != _session)
        {
            _session = session;
            _value = 0;
            _volume = 0;
        }

        _value += bar.TypicalPrice * bar.Volume;
        _volume += bar.Volume;
    }
}
