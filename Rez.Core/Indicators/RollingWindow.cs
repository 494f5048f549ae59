namespace Rez.Core.Indicators;

/// <summary>
/// The newest <c>length</c> values with their sum. The sum is rebuilt each time the ring wraps: still O(1) an update on
/// average, and rounding errors can't pile up over millions of bars.
/// </summary>
public sealed class RollingWindow(int length)
{
    private readonly double[] _values = new double[length > 0 ? length : throw new ArgumentOutOfRangeException(nameof(length), length, "A window needs a length of at least 1.")];
    private int _next;

    public int Length => _values.Length;

    public int Count { get; private set; }

    public bool IsFull => Count == _values.Length;

    public double Sum { get; private set; }

    public double Mean => Sum / Count;

    /// <summary>The oldest value kept.</summary>
    public double Oldest => IsFull ? _values[_next] : _values[0];

    /// <summary>Values in no particular order (for order-free measures).</summary>
    public ReadOnlySpan<double> Unordered => _values.AsSpan(0, Count);

    /// <summary>The value <paramref name="back"/> updates ago; 0 is the newest.</summary>
    public double Back(int back)
    {
        var at = _next - 1 - back;
        return _values[at < 0 ? at + _values.Length : at];
    }

    public void Add(double value)
    {
        if (IsFull)
        {
            Sum += value - _values[_next];
        }
        else
        {
            Sum += value;
            Count++;
        }

        _values[_next] = value;
        if (++_next == _values.Length)
        {
            _next = 0;
            var sum = 0.0;
            foreach (var v in _values)
            {
                sum += v;
            }

            Sum = sum;
        }
    }

    /// <summary>Oldest first, into a buffer of at least <see cref="Count"/> elements.</summary>
    public void CopyOrdered(Span<double> into)
    {
        if (!IsFull)
        {
            _values.AsSpan(0, Count).CopyTo(into);
            return;
        }

        _values.AsSpan(_next).CopyTo(into);
        _values.AsSpan(0, _next).CopyTo(into[(_values.Length - _next)..]);
    }
}
