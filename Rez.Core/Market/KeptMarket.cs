namespace Rez.Core.Market;

/// <summary>A market read once and kept in memory, to be played many times over: by sweeps, walks, benchmarks, several at once.</summary>
public sealed class KeptMarket
{
    private readonly Frame[] _frames;
    private readonly Candle[] _bars;
    private readonly double[] _more;
    private readonly bool[] _has;

    private KeptMarket(IMarketSource source, Frame[] frames, Candle[] bars, double[] more, bool[] has)
    {
        (Instruments, BaseInterval, Fingerprint, StartMs) = (source.Instruments, source.BaseInterval, source.Fingerprint, source.StartMs);
        (_frames, _bars, _more, _has) = (frames, bars, more, has);
    }

    public IReadOnlyList<Instrument> Instruments { get; }

    public Interval BaseInterval { get; }

    public string Fingerprint { get; }

    public long StartMs { get; }

    /// <summary>Close of the last bar.</summary>
    public long EndMs => _frames.Length == 0 ? StartMs : _frames[^1].CloseMs;

    /// <summary>Steps of the base interval.</summary>
    public int Steps => _frames.Length;

    /// <summary>Reads a market to a moment or to its end.</summary>
    public static KeptMarket Of(IMarketSource source, long untilMs, CancellationToken cancel = default)
    {
        var step = new MarketStep(source.Instruments.Count);
        var (frames, bars, more, has) = (new List<Frame>(), new List<Candle>(), new List<double>(), new List<bool>());
        while ((frames.Count == 0 || frames[^1].CloseMs < untilMs) && source.TryNext(step))
        {
            frames.Add(new Frame(step.OpenMs, step.CloseMs));
            for (var i = 0; i < source.Instruments.Count; i++)
            {
                bars.Add(step.Has[i] ? step.Bars[i] : default);
                more.AddRange([step.Premium[i], step.FundingHourly[i], step.FundingDue[i], step.OpenInterest[i]]);
                has.Add(step.Has[i]);
            }

            if (frames.Count % 65_536 == 0)
            {
                cancel.ThrowIfCancellationRequested();
            }
        }

        return new KeptMarket(source, [.. frames], [.. bars], [.. more], [.. has]);
    }

    /// <summary>Candles of an asset as they are played, oldest first.</summary>
    public IEnumerable<Candle> CandlesOf(int asset)
    {
        for (var at = asset; at < _bars.Length; at += Instruments.Count)
        {
            if (_has[at])
            {
                yield return _bars[at];
            }
        }
    }

    /// <summary>The market from its beginning. Each has a place of its own; they may be played at the same time.</summary>
    public IMarketSource Play() => new Cursor(this, _frames.Length);

    /// <summary>The market cut off: a step that closes after <paramref name="lastCloseMs"/> is never played.</summary>
    public IMarketSource PlayTo(long lastCloseMs)
    {
        var (lo, hi) = (0, _frames.Length);
        while (lo < hi)
        {
            var mid = (lo + hi) >>> 1;
            (lo, hi) = _frames[mid].CloseMs <= lastCloseMs ? (mid + 1, hi) : (lo, mid);
        }

        return new Cursor(this, lo);
    }

    private readonly record struct Frame(long OpenMs, long CloseMs);

    private sealed class Cursor(KeptMarket market, int end) : IMarketSource
    {
        private int _next;

        public IReadOnlyList<Instrument> Instruments => market.Instruments;

        public Interval BaseInterval => market.BaseInterval;

        public string Fingerprint => market.Fingerprint;

        public long StartMs => market.StartMs;

        public bool TryNext(MarketStep step)
        {
            if (_next >= end)
            {
                return false;
            }

            (step.OpenMs, step.CloseMs) = (market._frames[_next].OpenMs, market._frames[_next].CloseMs);
            var assets = market.Instruments.Count;
            for (var i = 0; i < assets; i++)
            {
                var at = (_next * assets) + i;
                step.Has[i] = market._has[at];
                step.Bars[i] = market._bars[at];
                step.Premium[i] = market._more[4 * at];
                step.FundingHourly[i] = market._more[(4 * at) + 1];
                step.FundingDue[i] = market._more[(4 * at) + 2];
                step.OpenInterest[i] = market._more[(4 * at) + 3];
            }

            _next++;
            return true;
        }
    }
}
