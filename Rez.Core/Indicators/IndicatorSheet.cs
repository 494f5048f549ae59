using System.Collections.Frozen;
using System.Collections.Immutable;
using Rez.Core.Market;

namespace Rez.Core.Indicators;

/// <summary>Which outputs a sheet holds and where: one layout for all assets and intervals.</summary>
public sealed class SheetLayout
{
    /// <summary>Newest values kept of each output.</summary>
    public const int Depth = 5;

    private readonly FrozenDictionary<string, int> _index;

    public SheetLayout(ImmutableArray<IndicatorSpec> specs)
    {
        Specs = specs;
        Names = [.. specs.SelectMany(s => s.Definition.Outputs.Select((o, i) => i == 0 ? s.ToString() : $"{s}.{o}"))];
        _index = Names.Select((n, i) => (n, i)).ToFrozenDictionary(x => x.n, x => x.i, StringComparer.Ordinal);
    }

    public ImmutableArray<IndicatorSpec> Specs { get; }

    /// <summary>The first output of an indicator goes by its spec (<c>rsi:14</c>), others add their name (<c>macd:12,26,9.signal</c>).</summary>
    public ImmutableArray<string> Names { get; }

    public int IndexOf(string name) =>
        _index.TryGetValue(name, out var i) ? i : throw new KeyNotFoundException($"The sheet has no '{name}'; it has {string.Join(' ', Names)}.");
}

/// <summary>Indicator values of one interval after its newest closed bar; NaN where not warm.</summary>
public sealed record IntervalSheet(Interval Interval, long BarOpenMs, double Close, SheetLayout Layout, double[] Values)
{
    /// <summary>Moves with the bank only in its live sheet.</summary>
    public long BarOpenMs { get; internal set; } = BarOpenMs;

    public double Close { get; internal set; } = Close;

    /// <summary>The newest value of an output, or an older one.</summary>
    public double this[string name, int back = 0] => Values[(Layout.IndexOf(name) * SheetLayout.Depth) + back];
}

/// <summary>The indicator values of one asset over several intervals.</summary>
public sealed record IndicatorSheet(string Asset, ImmutableArray<IntervalSheet> Intervals)
{
    /// <summary>The sheet of an interval, or null while it has no closed bar.</summary>
    public IntervalSheet? Of(Interval interval)
    {
        foreach (var sheet in Intervals)
        {
            if (sheet.Interval.Milliseconds == interval.Milliseconds)
            {
                return sheet;
            }
        }

        return null;
    }
}

/// <summary>Live indicators of one asset: takes the bars that closed since the last time and gives out a sheet.</summary>
public sealed class IndicatorBank
{
    private readonly string _asset;
    private readonly SheetLayout _layout;
    private readonly Track[] _tracks;
    private IndicatorSheet? _live;

    public IndicatorBank(string asset, IEnumerable<Interval> intervals, SheetLayout layout)
    {
        _asset = asset;
        _layout = layout;
        _tracks = [.. intervals.Select(i => new Track(i, layout))];
    }

    /// <summary>Brings every interval up to the store's newest closed bar.</summary>
    public void CatchUp(CandleStore store)
    {
        foreach (var track in _tracks)
        {
            if (store.Series(_asset, track.Interval) is { } series)
            {
                track.CatchUp(series);
            }
        }
    }

    /// <summary>A sheet that goes on with the bank: the same object, its values those after the newest bar. Not to be kept.</summary>
    internal IndicatorSheet Live()
    {
        var warm = 0;
        foreach (var track in _tracks)
        {
            warm += track.Bars > 0 ? 1 : 0;
            track.Refresh();
        }

        if (_live is null || _live.Intervals.Length != warm)
        {
            _live = new IndicatorSheet(_asset, [.. _tracks.Where(t => t.Bars > 0).Select(t => t.Live(_layout))]);
        }

        return _live;
    }

    public IndicatorSheet Sheet() => new(_asset, [.. _tracks.Where(t => t.Bars > 0).Select(t => t.Sheet(_layout))]);

    private sealed class Track(Interval interval, SheetLayout layout)
    {
        private readonly IIndicator[] _indicators = [.. layout.Specs.Select(s => s.Create())];
        private readonly int[] _outputs = [.. layout.Specs.Select(s => s.Definition.Outputs.Length)];
        private readonly double[] _values = Cold(layout.Names.Length * SheetLayout.Depth);
        private Candle _last;
        private IntervalSheet? _shown;

        public Interval Interval { get; } = interval;

        public long Bars { get; private set; }

        public void CatchUp(CandleSeries series)
        {
            var missing = series.TotalAppended - Bars;
            foreach (ref readonly var bar in series.Newest((int)Math.Min(missing, series.Count)))
            {
                Update(bar);
            }

            Bars = series.TotalAppended;
        }

        public IntervalSheet Live(SheetLayout l) => _shown = new IntervalSheet(Interval, _last.OpenTimeMs, _last.Close, l, _values);

        public void Refresh()
        {
            if (_shown is not null)
            {
                (_shown.BarOpenMs, _shown.Close) = (_last.OpenTimeMs, _last.Close);
            }
        }

        public IntervalSheet Sheet(SheetLayout l) => new(Interval, _last.OpenTimeMs, _last.Close, l, [.. _values]);

        private void Update(in Candle bar)
        {
            _last = bar;
            var at = 0;
            for (var i = 0; i < _indicators.Length; i++)
            {
                _indicators[i].Update(bar);
                for (var o = 0; o < _outputs[i]; o++, at += SheetLayout.Depth)
                {
                    _values.AsSpan(at, SheetLayout.Depth - 1).CopyTo(_values.AsSpan(at + 1));
                    _values[at] = Rounded(_indicators[i][o]);
                }
            }
        }

        /// <summary>
        /// Ten significant digits: more would be noise of the arithmetic. Rounded here and not where it is written down, so that what is decided on is what a
        /// replay reads.
        /// </summary>
        private static double Rounded(double value)
        {
            if (value == 0 || !double.IsFinite(value))
            {
                return value;
            }

            var digits = 9 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
            return digits is >= 0 and <= 15 ? Math.Round(value, digits) : value;
        }

        private static double[] Cold(int length)
        {
            var values = new double[length];
            Array.Fill(values, double.NaN);
            return values;
        }
    }
}
