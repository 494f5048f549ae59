using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>A demo market, the simulated venue on it, and their clock, moved on step by step.</summary>
public sealed class DemoWorld
{
    private readonly IMarketSource _source;
    private readonly MarketStep _step;
    private readonly Lock _gate = new();
    private bool _isLoaded;

    public DemoWorld(IMarketSource source, SimulationOptions options, ulong seed)
    {
        _source = source;
        _step = new MarketStep(source.Instruments.Count);
        Venue = new SimulatedVenue(source.Instruments, options, seed);
        Clock = new SimulatedClock(DateTimeOffset.FromUnixTimeMilliseconds(source.StartMs));
        Market = new DemoMarketData(source, Venue, _gate);
        Exchange = new SimulatedExchange(Venue, _gate);
    }

    public SimulatedVenue Venue { get; }

    public SimulatedClock Clock { get; }

    public DemoMarketData Market { get; }

    public SimulatedExchange Exchange { get; }

    public string Fingerprint => _source.Fingerprint;

    public Interval BaseInterval => _source.BaseInterval;

    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Plays the next bar of every asset; false when a recorded market has ended.</summary>
    public bool Step()
    {
        lock (_gate)
        {
            if (!Load())
            {
                return false;
            }

            Venue.Advance(_step);
            Played();
            return true;
        }
    }

    /// <summary>The bars that <see cref="Step"/> would play next, or null at the end: for one who knows what they can't touch.</summary>
    internal MarketStep? Peek()
    {
        lock (_gate)
        {
            return Load() ? _step : null;
        }
    }

    /// <summary>The bars that were played last, until <see cref="Peek"/> is called.</summary>
    internal MarketStep Newest => _step;

    /// <summary>Plays the next bars, of which the caller knows that nothing of the account lies in their range: prices go straight to the close.</summary>
    internal void Pass()
    {
        lock (_gate)
        {
            Venue.Pass(_step);
            Played();
        }
    }

    private bool Load() => _isLoaded || (_isLoaded = _source.TryNext(_step));

    private void Played()
    {
        _isLoaded = false;
        Market.Take(_step);
        Clock.MoveTo(DateTimeOffset.FromUnixTimeMilliseconds(_step.CloseMs));
    }

    /// <summary>Whether the account could be touched by the next step.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return Venue.IsIdle;
            }
        }
    }

    /// <summary>Carries out a recorded command again, to bring the venue back to where it was before a restart.</summary>
    public void Replay(Action<SimulatedVenue> command)
    {
        lock (_gate)
        {
            command(Venue);
        }
    }
}

/// <summary>The demo market behind the market port: serves the bars played so far and nothing later.</summary>
public sealed class DemoMarketData : IMarketData
{
    private readonly SimulatedVenue _venue;
    private readonly Lock _gate;
    private readonly IReadOnlyList<Instrument> _instruments;
    private readonly CandleSeries[] _series;
    private readonly List<FundingRate>[] _funding;

    internal DemoMarketData(IMarketSource source, SimulatedVenue venue, Lock gate)
    {
        _venue = venue;
        _gate = gate;
        _instruments = source.Instruments;
        BaseInterval = source.BaseInterval;
        _series = [.. _instruments.Select(_ => new CandleSeries(BaseInterval, 50_000))];
        _funding = [.. _instruments.Select(_ => new List<FundingRate>())];
    }

    public Interval BaseInterval { get; }

    public ValueTask<Outcome<IReadOnlyList<Instrument>>> InstrumentsAsync(CancellationToken cancel)
    {
        lock (_gate)
        {
            return new(new Outcome<IReadOnlyList<Instrument>>(_venue.Instruments));
        }
    }

    public ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var index = IndexOf(asset);
        if (index < 0 || interval != BaseInterval)
        {
            return new(new Rejection("no-candles", $"The demo market has no {interval} candles of {asset}."));
        }

        lock (_gate)
        {
            var bars = _series[index].AsSpan();
            var from = LowerBound(bars, fromMs);
            var to = LowerBound(bars, toMs);
            return new(new Outcome<IReadOnlyList<Candle>>(from < to ? bars[from..to].ToArray() : []));
        }
    }

    public ValueTask<Outcome<AssetContext>> ContextAsync(string asset, CancellationToken cancel)
    {
        lock (_gate)
        {
            return new(_venue.Context(asset) is { } context
                ? context
                : new Rejection("no-context", $"The demo market has no price of {asset} yet."));
        }
    }

    public ValueTask<Outcome<BookSnapshot>> BookAsync(string asset, CancellationToken cancel)
    {
        lock (_gate)
        {
            return new(_venue.Depth(asset) is { } book ? book : new Rejection("no-book", $"The demo market has no book of {asset} yet."));
        }
    }

    public ValueTask<Outcome<IReadOnlyList<FundingRate>>> FundingAsync(string asset, long fromMs, long toMs, CancellationToken cancel)
    {
        var index = IndexOf(asset);
        if (index < 0)
        {
            return new(new Rejection("no-funding", $"The demo market has no {asset}."));
        }

        lock (_gate)
        {
            return new(new Outcome<IReadOnlyList<FundingRate>>(_funding[index].Where(f => f.TimeMs >= fromMs && f.TimeMs < toMs).ToArray()));
        }
    }

    internal void Take(MarketStep step)
    {
        for (var i = 0; i < _series.Length; i++)
        {
            if (step.Has[i])
            {
                _series[i].Append(step.Bars[i]);
            }

            if (!double.IsNaN(step.FundingDue[i]))
            {
                _funding[i].Add(new FundingRate(step.OpenMs, step.FundingDue[i]));
            }
        }
    }

    private int IndexOf(string asset)
    {
        for (var i = 0; i < _instruments.Count; i++)
        {
            if (_instruments[i].Asset == asset)
            {
                return i;
            }
        }

        return -1;
    }

    private static int LowerBound(ReadOnlySpan<Candle> bars, long timeMs)
    {
        var lo = 0;
        var hi = bars.Length;
        while (lo < hi)
        {
            var mid = (lo + hi) >>> 1;
            if (bars[mid].OpenTimeMs < timeMs)
            {
                lo = mid + 1;
            }
            else
            {
                hi = mid;
            }
        }

        return lo;
    }
}
