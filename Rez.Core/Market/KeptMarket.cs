namespace Rez.Core.Market;

/// <summary>A market read once and kept in memory, to be played many times over: by sweeps, walks, benchmarks, several at once.</summary>
public sealed class KeptMarket
{
    private readonly Frame[] _frames;
    private readonly Candle[] _bars;
    private readonly double[] _more;
    private readonly bool[] _has;
    private readonly Dictionary<int, ReadOnlyMemory<Candle>> _finer;

    private KeptMarket(IMarketSource source, Frame[] frames, Candle[] bars, double[] more, bool[] has, Dictionary<int, ReadOnlyMemory<Candle>> finer)
    {
        (Instruments, BaseInterval, Fingerprint, StartMs) = (source.Instruments, source.BaseInterval, source.Fingerprint, source.StartMs);
        (_frames, _bars, _more, _has, _finer) = (frames, bars, more, has, finer);
        Steps = frames.Length;
    }

    private KeptMarket(KeptMarket whole, int steps)
    {
        (Instruments, BaseInterval, Fingerprint, StartMs) = (whole.Instruments, whole.BaseInterval, whole.Fingerprint, whole.StartMs);
        (_frames, _bars, _more, _has, _finer) = (whole._frames, whole._bars, whole._more, whole._has, whole._finer);
        Steps = steps;
    }

    public IReadOnlyList<Instrument> Instruments { get; }

    public Interval BaseInterval { get; }

    public string Fingerprint { get; }

    public long StartMs { get; }

    /// <summary>Close of the last bar.</summary>
    public long EndMs => Steps == 0 ? StartMs : _frames[Steps - 1].CloseMs;

    /// <summary>Steps of the base interval.</summary>
    public int Steps { get; }

    /// <summary>Reads a market to a moment or to its end.</summary>
    public static KeptMarket Of(IMarketSource source, long untilMs, CancellationToken cancel = default)
    {
        var step = new MarketStep(source.Instruments.Count);
        var (frames, bars, more, has, finer) = (new List<Frame>(), new List<Candle>(), new List<double>(), new List<bool>(), new Dictionary<int, ReadOnlyMemory<Candle>>());
        while ((frames.Count == 0 || frames[^1].CloseMs < untilMs) && source.TryNext(step))
        {
            frames.Add(new Frame(step.OpenMs, step.CloseMs));
            for (var i = 0; i < source.Instruments.Count; i++)
            {
                if (step.Has[i] && step.Finer[i].Length > 0)
                {
                    finer.Add(bars.Count, step.Finer[i]);
                }

                bars.Add(step.Has[i] ? step.Bars[i] : default);
                more.AddRange([step.Premium[i], step.FundingHourly[i], step.FundingDue[i], step.OpenInterest[i]]);
                has.Add(step.Has[i]);
            }

            if (frames.Count % 65_536 == 0)
            {
                cancel.ThrowIfCancellationRequested();
            }
        }

        return new KeptMarket(source, [.. frames], [.. bars], [.. more], [.. has], finer);
    }

    /// <summary>Candles of an asset as they are played, oldest first.</summary>
    public IEnumerable<Candle> CandlesOf(int asset)
    {
        for (var at = asset; at < Steps * Instruments.Count; at += Instruments.Count)
        {
            if (_has[at])
            {
                yield return _bars[at];
            }
        }
    }

    /// <summary>The market from a moment on, or from its beginning. Each has a place of its own; they may be played at the same time.</summary>
    public IMarketSource Play(long fromMs = long.MinValue) => new Cursor(this, After(fromMs, closes: false));

    /// <summary>The market as it was known at a moment: no step that closes later is in it.</summary>
    public KeptMarket Until(long lastCloseMs) => new(this, After(lastCloseMs, closes: true));

    /// <summary>The first step that opens at or after the moment, or that closes after it.</summary>
    private int After(long ms, bool closes)
    {
        var (lo, hi) = (0, Steps);
        while (lo < hi)
        {
            var mid = (lo + hi) >>> 1;
            var before = closes ? _frames[mid].CloseMs <= ms : _frames[mid].OpenMs < ms;
            (lo, hi) = before ? (mid + 1, hi) : (lo, mid);
        }

        return lo;
    }

    private readonly record struct Frame(long OpenMs, long CloseMs);

    private sealed class Cursor : IMarketSource
    {
        private readonly KeptMarket _market;
        private int _next;

        public Cursor(KeptMarket market, int start)
        {
            (_market, _next) = (market, start);
            StartMs = start < market.Steps ? market._frames[start].OpenMs : market.EndMs;
        }

        public IReadOnlyList<Instrument> Instruments => _market.Instruments;

        public Interval BaseInterval => _market.BaseInterval;

        public string Fingerprint => _market.Fingerprint;

        public long StartMs { get; }

        public bool TryNext(MarketStep step)
        {
            if (_next >= _market.Steps)
            {
                return false;
            }

            (step.OpenMs, step.CloseMs) = (_market._frames[_next].OpenMs, _market._frames[_next].CloseMs);
            var assets = _market.Instruments.Count;
            for (var i = 0; i < assets; i++)
            {
                var at = (_next * assets) + i;
                step.Has[i] = _market._has[at];
                step.Bars[i] = _market._bars[at];
                step.Finer[i] = _market._finer.Count > 0 && _market._finer.TryGetValue(at, out var finer) ? finer : default;
                step.Premium[i] = _market._more[4 * at];
                step.FundingHourly[i] = _market._more[(4 * at) + 1];
                step.FundingDue[i] = _market._more[(4 * at) + 2];
                step.OpenInterest[i] = _market._more[(4 * at) + 3];
            }

            _next++;
            return true;
        }
    }
}
