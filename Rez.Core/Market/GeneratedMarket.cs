namespace Rez.Core.Market;

/// <summary>
/// A seeded market of 1-minute bars. Returns are Student-t (6 degrees of freedom) around a common factor; log-volatility is the sum of
/// a slow (half-life 36 h) and a fast (half-life 45 min) AR(1), partly common; rare jumps; a daily season; volume that follows
/// volatility and the size of the move; hourly funding that reverts to 0.00125 % and leans with the last day's return.
/// No drift and no serial correlation of returns: a strategy can't be flattered by it. Its moments are held against real sets by a
/// test; docs/trading.md lists them.
/// </summary>
public sealed class GeneratedMarket : IMarketSource
{
    private const double MinutesPerYear = 365.0 * 24 * 60;
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;
    private const double BaseFunding = 0.0000125;

    /// <summary>Share of log-volatility that is common to all assets.</summary>
    private const double CommonVolatility = 0.8;
    private static readonly Persistence Slow = new(36 * 60, 0.40);
    private static readonly Persistence Fast = new(45, 0.38);
    private static readonly Persistence FundingNoise = new(8, 0.000008);

    private readonly AssetState[] _assets;
    private readonly SeededRandom _common;
    private double _commonSlow;
    private double _commonFast;
    private long _nextMs;

    /// <param name="startMs">Open time of the first bar; must lie on a full minute.</param>
    public GeneratedMarket(ulong seed, IReadOnlyList<GeneratedAsset> assets, long startMs)
    {
        StartMs = _nextMs = Interval.M1.OpenOf(startMs);
        Instruments = [.. assets.Select(a => a.Instrument)];
        Fingerprint = $"generated/1 seed={seed} assets={string.Join(',', assets.Select(a => a.Instrument.Asset))} start={StartMs}";
        _common = SeededRandom.For(seed, "market");
        _assets = [.. assets.Select(a => new AssetState(a, SeededRandom.For(seed, a.Instrument.Asset)))];
        _commonSlow = _common.NextNormal() * Slow.Deviation;
        _commonFast = _common.NextNormal() * Fast.Deviation;
    }

    public IReadOnlyList<Instrument> Instruments { get; }

    public Interval BaseInterval => Interval.M1;

    public string Fingerprint { get; }

    public long StartMs { get; }

    public bool TryNext(MarketStep step)
    {
        step.OpenMs = _nextMs;
        step.CloseMs = _nextMs + MinuteMs;
        var season = Season(_nextMs);
        _commonSlow = Slow.Next(_commonSlow, _common);
        _commonFast = Fast.Next(_commonFast, _common);
        var factor = Student(_common);

        // About one market-wide jump in two days; its size is drawn in units of the day's usual minute move.
        var jump = _common.NextDouble() < 1.0 / 2_880 ? _common.NextNormal() * 9 : 0;
        for (var i = 0; i < _assets.Length; i++)
        {
            _assets[i].Next(step, i, season, _commonSlow, _commonFast, factor, jump);
        }

        _nextMs += MinuteMs;
        return true;
    }

    /// <summary>Volatility by time of day: busiest near 15:00 UTC, quietest near 04:00; mean square about 1.</summary>
    private static double Season(long timeMs)
    {
        var hour = timeMs % (24 * HourMs) / (double)HourMs;
        var angle = 2 * Math.PI * (hour - 15) / 24;
        return 0.94 * Math.Exp((0.28 * Math.Cos(angle)) + (0.10 * Math.Cos(2 * angle)));
    }

    /// <summary>Student-t with 6 degrees of freedom, scaled to unit variance.</summary>
    private static double Student(SeededRandom random)
    {
        var chi = -2 * Math.Log(random.NextOpenDouble() * random.NextOpenDouble() * random.NextOpenDouble());
        return random.NextNormal() / Math.Sqrt(chi / 6) / Math.Sqrt(1.5);
    }

    /// <summary>A stationary AR(1): half-life in steps and standard deviation of its level.</summary>
    private readonly struct Persistence(double halfLife, double deviation)
    {
        private readonly double _keep = Math.Pow(0.5, 1 / halfLife);
        private readonly double _shock = deviation * Math.Sqrt(1 - Math.Pow(0.25, 1 / halfLife));

        public double Deviation { get; } = deviation;

        public double Next(double level, SeededRandom random) => (level * _keep) + (_shock * random.NextNormal());
    }

    private sealed class AssetState
    {
        private readonly GeneratedAsset _asset;
        private readonly SeededRandom _random;
        private readonly double _sigma;
        private double _log;
        private double _close;
        private double _slow;
        private double _fast;
        private double _funding;
        private double _dayReturn;
        private double _interest;

        public AssetState(GeneratedAsset asset, SeededRandom random)
        {
            _asset = asset;
            _random = random;
            _sigma = asset.AnnualVolatility / Math.Sqrt(MinutesPerYear);
            _log = Math.Log(asset.StartPrice);
            _close = Grid(asset.StartPrice);
            _slow = random.NextNormal() * Slow.Deviation;
            _fast = random.NextNormal() * Fast.Deviation;
        }

        public void Next(MarketStep step, int index, double season, double commonSlow, double commonFast, double factor, double jump)
        {
            _slow = Slow.Next(_slow, _random);
            _fast = Fast.Next(_fast, _random);
            var own = Math.Sqrt(1 - (CommonVolatility * CommonVolatility));
            var level = (CommonVolatility * (commonSlow + commonFast)) + (own * (_slow + _fast));

            // E[exp(2x)] = exp(2·var): taken out, so that the long-run variance is the asset's.
            var variance = (Slow.Deviation * Slow.Deviation) + (Fast.Deviation * Fast.Deviation);
            var sigma = _sigma * season * Math.Exp(level - variance);
            var weight = _asset.MarketWeight;
            var shock = (Math.Sqrt(weight) * factor) + (Math.Sqrt(1 - weight) * Student(_random));
            var move = sigma * shock;
            if (_random.NextDouble() < 1.0 / 4_320)
            {
                move += _sigma * 8 * _random.NextNormal();
            }

            move += _sigma * jump;
            var openLog = _log;
            _log += move;

            var bridge = sigma * sigma;
            var highLog = Extreme(openLog, _log, bridge, 1);
            var lowLog = Extreme(openLog, _log, bridge, -1);
            var open = _close;
            var close = Grid(Math.Exp(_log));
            var high = Math.Max(Math.Max(open, close), Grid(Math.Exp(highLog)));
            var low = Math.Min(Math.Min(open, close), Grid(Math.Exp(lowLog)));
            _close = close;

            var size = Math.Abs(move) / sigma;
            var activity = Math.Pow(sigma / _sigma, 1.2) * (0.5 + (0.6 * size)) * Math.Exp((0.45 * _random.NextNormal()) - 0.1);
            var volume = Math.Round(_asset.MinuteVolume * activity, Math.Max(1, _asset.Instrument.SizeDecimals));
            step.Bars[index] = new Candle(step.OpenMs, open, high, low, close, volume);
            step.Has[index] = true;
            Fund(step, index, move);
        }

        private void Fund(MarketStep step, int index, double move)
        {
            _dayReturn = (_dayReturn * (1 - (1.0 / 1_440))) + move;
            _interest = (_interest * 0.9999) + (0.0008 * _random.NextNormal());
            var due = step.OpenMs % HourMs == 0;
            step.FundingDue[index] = due ? Rate() : double.NaN;
            if (due)
            {
                _funding = FundingNoise.Next(_funding, _random);
            }

            step.FundingHourly[index] = Rate();

            // Funding over 8 h is premium + clamp(0.01 % − premium, ±0.05 %): outside the clamp the premium shows through.
            step.Premium[index] = (Rate() - BaseFunding) * 8;
            step.OpenInterest[index] = _asset.OpenInterest * Math.Exp(_interest);
        }

        private double Rate() => Math.Clamp(Math.Round(BaseFunding + _funding + (0.0002 * _dayReturn), 10), -0.04, 0.04);

        /// <summary>
        /// Extreme of a Brownian bridge between two values, drawn exactly: (a + b ± √((b − a)² − 2σ² ln U)) / 2.
        /// </summary>
        private double Extreme(double from, double to, double variance, int side) =>
            (from + to + (side * Math.Sqrt(((to - from) * (to - from)) - (2 * variance * Math.Log(_random.NextOpenDouble()))))) / 2;

        private double Grid(double price) => (double)PriceRules.Price(_asset.Instrument, (decimal)price, RoundTo.Nearest);
    }
}
