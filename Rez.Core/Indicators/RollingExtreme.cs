namespace Rez.Core.Indicators;

/// <summary>
/// Maximum of the newest values in O(1) an update on average (monotonic queue). Among equal values the earliest counts.
/// For a minimum feed negated values; see <see cref="RollingRange"/>.
/// </summary>
public sealed class RollingExtreme(int length)
{
    private readonly double[] _values = new double[length];
    private readonly long[] _at = new long[length];
    private long _count;
    private int _head;
    private int _size;

    public bool IsFull => _count >= length;

    public double Value => _values[_head];

    /// <summary>Updates since the extreme came in; 0 is the newest value itself.</summary>
    public int Age => (int)(_count - 1 - _at[_head]);

    public void Add(double value)
    {
        if (_size > 0 && _at[_head] <= _count - length)
        {
            _head = _head + 1 == length ? 0 : _head + 1;
            _size--;
        }

        while (_size > 0 && _values[Slot(_size - 1)] < value)
        {
            _size--;
        }

        var slot = Slot(_size);
        _values[slot] = value;
        _at[slot] = _count++;
        _size++;
    }

    private int Slot(int offset)
    {
        var at = _head + offset;
        return at >= length ? at - length : at;
    }
}

/// <summary>Highest high and lowest low of the newest bars.</summary>
public sealed class RollingRange(int length)
{
    private readonly RollingExtreme _high = new(length);
    private readonly RollingExtreme _low = new(length);

    public bool IsFull => _high.IsFull;

    public double High => _high.Value;

    public double Low => -_low.Value;

    public double Mid => (High + Low) / 2;

    public int HighAge => _high.Age;

    public int LowAge => _low.Age;

    public void Add(double high, double low)
    {
        _high.Add(high);
        _low.Add(-low);
    }
}
