using Rez.Core.Market;
using Rez.Core.Simulation;

namespace Rez.Core.LocalVenue;

/// <summary>
/// A demo market that runs along a clock: history first, then bar by bar as time passes, with the bar that is still forming. Every account's
/// venue plays the same bars, since accounts do not trade with each other.
/// </summary>
internal sealed class LocalMarket
{
    private const int KeptBars = 50_000;
    private const int PathPoints = 4;
    private readonly IMarketSource _source;
    private readonly MarketStep _step;
    private readonly CandleSeries[] _series;
    private readonly double[] _seenHigh;
    private readonly double[] _seenLow;
    private readonly List<FundingRate>[] _funding;
    private bool _open;

    public LocalMarket(IMarketSource source, SimulationOptions options, ulong seed)
    {
        _source = source;
        _step = new MarketStep(source.Instruments.Count);
        _series = [.. source.Instruments.Select(_ => new CandleSeries(source.BaseInterval, KeptBars))];
        _funding = [.. source.Instruments.Select(_ => new List<FundingRate>())];
        _seenHigh = new double[source.Instruments.Count];
        _seenLow = new double[source.Instruments.Count];
        House = new SimulatedVenue(source.Instruments, options, seed);
        // An asset's number is its place in the universe.
        Instruments = [.. source.Instruments.Select((instrument, index) => instrument with { AssetId = index })];
        NowMs = StartMs = source.StartMs;
    }

    /// <summary>Prices without an account.</summary>
    public SimulatedVenue House { get; }

    /// <summary>The universe: an asset's number is its index.</summary>
    public List<Instrument> Instruments { get; }

    public Interval BaseInterval => _source.BaseInterval;

    public long NowMs { get; private set; }

    public long StartMs { get; }

    public bool HasEnded { get; private set; }

    public int IndexOf(string coin) => Instruments.FindIndex(i => i.Asset == coin);

    /// <summary>Brings the market and every account's venue to a time.</summary>
    public void Advance(long nowMs, IReadOnlyCollection<SimulatedVenue> venues)
    {
        while (!HasEnded && nowMs > NowMs)
        {
            if (!_open && !OpenNext(venues))
            {
                return;
            }

            var to = Math.Min(nowMs, _step.CloseMs);
            Play(Math.Min(to, _step.CloseMs - 1), false, venues);
            NowMs = to;
            if (to == _step.CloseMs)
            {
                CloseBar();
            }
        }
    }

    /// <summary>Gives a new account's venue the prices of now.</summary>
    public void Join(SimulatedVenue venue)
    {
        if (!_open)
        {
            return;
        }

        venue.Open(_step);
        venue.PlayTo(_step, NowMs, opens: true);
    }

    /// <summary>Closed bars of an interval with open times in the range, and the forming one last when it lies in it.</summary>
    public IReadOnlyList<(Candle Bar, bool Closed)> Candles(int asset, Interval interval, long fromMs, long toMs, int most)
    {
        var bars = new List<(Candle, bool)>();
        var aggregator = interval == BaseInterval ? null : new CandleAggregator(BaseInterval, interval);
        Candle? forming = null;
        foreach (ref readonly var bar in _series[asset].AsSpan())
        {
            if (bar.OpenTimeMs < interval.OpenOf(fromMs))
            {
                continue;
            }

            if (aggregator is null)
            {
                bars.Add((bar, true));
                continue;
            }

            forming = Extend(forming, bar, interval);
            var closed = aggregator.Update(bar, out var first, out var second);
            for (var i = 0; i < closed; i++)
            {
                bars.Add(((i == 0 ? first : second).Candle, true));
                forming = null;
            }
        }

        if (Forming(asset) is { } now)
        {
            forming = Extend(forming, now, interval);
        }

        if (forming is { } last)
        {
            bars.Add((last, false));
        }

        var wanted = bars.Where(b => b.Item1.OpenTimeMs >= fromMs && b.Item1.OpenTimeMs <= toMs).ToList();
        return wanted.Count > most ? wanted.GetRange(wanted.Count - most, most) : wanted;
    }

    /// <summary>The bar of the base interval that is not closed yet, as far as it has been played.</summary>
    public Candle? Forming(int asset)
    {
        if (!_open || !_step.Has[asset])
        {
            return null;
        }

        var bar = _step.Bars[asset];
        var share = Math.Clamp((NowMs - _step.OpenMs) / (double)(_step.CloseMs - _step.OpenMs), 0, 1);
        return new Candle(
            _step.OpenMs, bar.Open, _seenHigh[asset], _seenLow[asset], SimulatedVenue.PriceAt(_step, asset, Math.Min(NowMs, _step.CloseMs - 1)), bar.Volume * share);
    }

    public IReadOnlyList<FundingRate> Funding(int asset) => _funding[asset];

    /// <summary>Volume of the last 24 hours: base units and USD.</summary>
    public (double Base, double Usd, double Before) Day(int asset)
    {
        var bars = _series[asset].AsSpan();
        var (volume, usd, before) = (0.0, 0.0, double.NaN);
        for (var i = bars.Length - 1; i >= 0 && bars[i].OpenTimeMs >= NowMs - 86_400_000; i--)
        {
            volume += bars[i].Volume;
            usd += bars[i].Volume * bars[i].Close;
            before = bars[i].Open;
        }

        return (volume, usd, before);
    }

    /// <summary>Trades of a bar, as a count: the path of a bar has this many points.</summary>
    public int TradesIn(Interval interval) => (int)Math.Max(1, interval.Milliseconds / BaseInterval.Milliseconds) * PathPoints;

    private bool OpenNext(IReadOnlyCollection<SimulatedVenue> venues)
    {
        if (!_source.TryNext(_step))
        {
            HasEnded = true;
            return false;
        }

        _open = true;
        for (var i = 0; i < _series.Length; i++)
        {
            if (!double.IsNaN(_step.FundingDue[i]))
            {
                _funding[i].Add(new FundingRate(_step.OpenMs, _step.FundingDue[i]));
            }

            (_seenHigh[i], _seenLow[i]) = (_step.Bars[i].Open, _step.Bars[i].Open);
        }

        House.Open(_step);
        foreach (var venue in venues)
        {
            venue.Open(_step);
        }

        Play(_step.OpenMs, true, venues);
        NowMs = _step.OpenMs;
        return true;
    }

    private void Play(long timeMs, bool opens, IReadOnlyCollection<SimulatedVenue> venues)
    {
        var before = NowMs;
        House.PlayTo(_step, timeMs, opens);
        foreach (var venue in venues)
        {
            venue.PlayTo(_step, timeMs, opens);
        }

        for (var i = 0; i < _series.Length; i++)
        {
            // Extremes are points of the path: those passed since the last look are seen, and where the price is now.
            var length = _step.CloseMs - 1 - _step.OpenMs;
            for (var point = 0; point < PathPoints; point++)
            {
                var at = _step.OpenMs + (length * point / (PathPoints - 1));
                if (at >= before && at <= timeMs)
                {
                    See(i, SimulatedVenue.PriceAt(_step, i, at));
                }
            }

            See(i, SimulatedVenue.PriceAt(_step, i, timeMs));
        }
    }

    private void See(int asset, double price)
    {
        _seenHigh[asset] = Math.Max(_seenHigh[asset], price);
        _seenLow[asset] = Math.Min(_seenLow[asset], price);
    }

    private void CloseBar()
    {
        for (var i = 0; i < _series.Length; i++)
        {
            if (_step.Has[i])
            {
                _series[i].Append(_step.Bars[i]);
            }
        }

        _open = false;
    }

    private static Candle Extend(Candle? so, in Candle bar, Interval interval)
    {
        var open = interval.OpenOf(bar.OpenTimeMs);
        return so is { } c && c.OpenTimeMs == open
            ? new Candle(open, c.Open, Math.Max(c.High, bar.High), Math.Min(c.Low, bar.Low), bar.Close, c.Volume + bar.Volume)
            : bar with { OpenTimeMs = open };
    }
}
