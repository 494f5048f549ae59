namespace Rez.Core.Indicators;

/// <summary>
/// Mean and population standard deviation of the newest values by a sliding Welford update, rebuilt at each wrap of the ring.
/// A window of equal values has a deviation of exactly zero.
/// </summary>
public sealed class RollingDeviation(int length)
{
    private readonly RollingWindow _window = new(length);
    private double _mean;
    private double _m2;
    private int _sinceRebuild;
    private int _equalRun;
    private double _last = double.NaN;

    public bool IsFull => _window.IsFull;

    public double Mean => _mean;

    /// <summary>Population standard deviation (divides by n).</summary>
    public double Population => _equalRun >= _window.Length ? 0 : Math.Sqrt(Math.Max(0, _m2 / _window.Count));

    /// <summary>Sample standard deviation (divides by n − 1).</summary>
    public double Sample => _equalRun >= _window.Length ? 0 : Math.Sqrt(Math.Max(0, _m2 / (_window.Count - 1)));

    public void Add(double value)
    {
        _equalRun = value == _last ? _equalRun + 1 : 1;
        _last = value;
        if (_window.IsFull)
        {
            var old = _window.Oldest;
            _window.Add(value);
            var before = _mean;
            _mean += (value - old) / _window.Length;
            _m2 += (value - old) * (value - _mean + old - before);
        }
        else
        {
            _window.Add(value);
            var before = _mean;
            _mean += (value - _mean) / _window.Count;
            _m2 += (value - before) * (value - _mean);
        }

        if (++_sinceRebuild >= _window.Length)
        {
            Rebuild();
        }
    }

    private void Rebuild()
    {
        _sinceRebuild = 0;
        var values = _window.Unordered;
        var sum = 0.0;
        foreach (var v in values)
        {
            sum += v;
        }

        _mean = sum / values.Length;
        var m2 = 0.0;
        foreach (var v in values)
        {
            m2 += (v - _mean) * (v - _mean);
        }

        _m2 = m2;
    }
}
