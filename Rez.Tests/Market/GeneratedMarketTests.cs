using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Market;

public sealed class GeneratedMarketTests(ITestOutputHelper output)
{
    private const int Days = 29;
    private static readonly string[] Assets = ["BTC", "ETH", "SOL"];

    [Fact]
    public void A_seed_is_one_market()
    {
        Assert.Equal(Play(3, 1), Play(3, 1));
        Assert.NotEqual(Play(3, 1), Play(4, 1));
    }

    [Fact]
    public void The_first_bars_of_a_seed_never_change()
    {
        // A golden value: changing the generator changes every demo's trades, which must be meant and told.
        var market = new GeneratedMarket(2, [DemoInstruments.Known[0]], Some.Start);
        var step = new MarketStep(1);
        for (var i = 0; i < 1_000; i++)
        {
            market.TryNext(step);
        }

        Assert.Equal(GoldenBar, step.Bars[0]);
    }

    private static readonly Candle GoldenBar = new(Some.Start + (999 * 60_000L), 94_371, 94_401, 94_348, 94_370, 19.78797);

    [Fact]
    public void Every_bar_is_sound_and_on_the_venues_price_grid()
    {
        var known = DemoInstruments.Known;
        var market = new GeneratedMarket(5, known, Some.Start);
        var step = new MarketStep(known.Length);
        for (var n = 0; n < 20_000; n++)
        {
            market.TryNext(step);
            for (var i = 0; i < known.Length; i++)
            {
                Assert.Null(step.Bars[i].Fault());
                Assert.True(PriceRules.IsLegalPrice(known[i].Instrument, (decimal)step.Bars[i].Close), $"{known[i].Instrument.Asset} {step.Bars[i].Close}");
                Assert.InRange(step.FundingHourly[i], -0.001, 0.001);
            }
        }
    }

    [Fact]
    public void Its_moments_resemble_recorded_perpetuals()
    {
        var real = Assets.Select(a => CandleFile.Read(Shared.Path("data", "demo-binance-perp-6coins", $"{a}-5m.csv.gz")).Value.Candles).ToArray();
        var seeds = new ulong[] { 1, 2, 3, 4, 5, 6, 7, 8 };
        var generated = seeds.Select(s => FiveMinutes(s)).ToArray();
        for (var i = 0; i < Assets.Length; i++)
        {
            var r = Moments.Of(real[i]);
            var g = generated.Select(x => Moments.Of(x[i])).ToArray();
            output.WriteLine($"| {Assets[i]} | recorded | {r} |");
            output.WriteLine($"| {Assets[i]} | generated | {Moments.Mean(g)} |");
            var m = Moments.Mean(g);

            // Bands around the recorded figures, wide enough for one month being one sample.
            Assert.InRange(m.AnnualVolatility, r.AnnualVolatility * 0.5, r.AnnualVolatility * 2);
            Assert.InRange(m.Kurtosis, 4, 40);
            Assert.InRange(Math.Abs(m.ReturnAutocorrelation), 0, 0.05);
            Assert.InRange(m.AbsoluteAutocorrelation1, r.AbsoluteAutocorrelation1 - 0.15, r.AbsoluteAutocorrelation1 + 0.15);
            Assert.InRange(m.AbsoluteAutocorrelation12, r.AbsoluteAutocorrelation12 - 0.15, r.AbsoluteAutocorrelation12 + 0.15);
            Assert.InRange(m.VolumeCorrelation, r.VolumeCorrelation - 0.25, r.VolumeCorrelation + 0.25);
            Assert.InRange(m.SeasonRatio, 1.2, 4.0);
            Assert.InRange(m.RangeToMove, r.RangeToMove * 0.7, r.RangeToMove * 1.4);
        }

        for (var i = 1; i < Assets.Length; i++)
        {
            var r = Moments.Correlation(Moments.Returns(real[0]), Moments.Returns(real[i]));
            var g = generated.Average(x => Moments.Correlation(Moments.Returns(x[0]), Moments.Returns(x[i])));
            output.WriteLine($"| BTC–{Assets[i]} | correlation | recorded {r:0.00} | generated {g:0.00} |");
            Assert.InRange(g, r - 0.15, r + 0.15);
        }
    }

    [Fact]
    public void Funding_reverts_to_its_base_as_the_recorded_does()
    {
        var recorded = File.Exists(Shared.Path("data", "hyperliquid-perp", "BTC-funding.csv.gz"))
            ? ReadFunding(Shared.Path("data", "hyperliquid-perp", "BTC-funding.csv.gz")).TakeLast(24 * 180).ToArray()
            : [];
        var market = new GeneratedMarket(9, [DemoInstruments.Known[0]], Some.Start);
        var step = new MarketStep(1);
        var rates = new List<double>();
        while (rates.Count < 24 * 60)
        {
            market.TryNext(step);
            if (!double.IsNaN(step.FundingDue[0]))
            {
                Assert.Equal(0, step.OpenMs % 3_600_000);
                rates.Add(step.FundingDue[0]);
            }
        }

        output.WriteLine($"recorded mean {recorded.Average():E2}, lag-1 {Moments.Lag(recorded, 1):0.00}; generated mean {rates.Average():E2}, lag-1 {Moments.Lag([.. rates], 1):0.00}");
        Assert.InRange(rates.Average(), 0.000005, 0.00003);
        Assert.InRange(recorded.Average(), 0.000005, 0.00003);
        Assert.InRange(Moments.Lag([.. rates], 1), 0.6, 0.99);
        Assert.InRange(Moments.Lag(recorded, 1), 0.6, 0.99);
        Assert.True(Moments.Lag([.. rates], 72) < 0.5);
    }

    private static IEnumerable<double> ReadFunding(string path)
    {
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(path), System.IO.Compression.CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return double.Parse(line.Split(',')[1]);
        }
    }

    private static string Play(ulong seed, int days)
    {
        var market = new GeneratedMarket(seed, DemoInstruments.Known, Some.Start);
        var step = new MarketStep(DemoInstruments.Known.Length);
        var hash = new HashCode();
        for (var i = 0; i < days * 1_440; i++)
        {
            market.TryNext(step);
            foreach (var bar in step.Bars)
            {
                hash.Add(bar);
            }
        }

        return hash.ToHashCode() + " " + step.Bars[0];
    }

    private static Candle[][] FiveMinutes(ulong seed)
    {
        var assets = Assets.Select(a => DemoInstruments.Find(a)!).ToArray();
        var market = new GeneratedMarket(seed, assets, Some.Start);
        var store = new CandleStore(Interval.M1, 200_000);
        var step = new MarketStep(assets.Length);
        for (var n = 0; n < Days * 1_440; n++)
        {
            market.TryNext(step);
            for (var i = 0; i < assets.Length; i++)
            {
                store.Append(Assets[i], step.Bars[i]);
            }
        }

        return [.. Assets.Select(a => store.Series(a, Interval.M5)!.AsSpan().ToArray())];
    }
}

/// <summary>What makes a price series look like a market. Returns are 5-minute log returns.</summary>
internal sealed record Moments(
    double AnnualVolatility, double Kurtosis, double ReturnAutocorrelation, double AbsoluteAutocorrelation1, double AbsoluteAutocorrelation12,
    double VolumeCorrelation, double SeasonRatio, double RangeToMove)
{
    public static Moments Of(IReadOnlyList<Candle> bars)
    {
        var r = Returns(bars);
        var abs = r.Select(Math.Abs).ToArray();
        var mean = r.Average();
        var variance = r.Average(x => (x - mean) * (x - mean));
        var fourth = r.Average(x => Math.Pow(x - mean, 4));
        var hours = Enumerable.Range(0, 24).Select(h => Math.Sqrt(bars.Skip(1).Select((b, i) => (b, i)).Where(x => x.b.OpenTime.Hour == h).Average(x => r[x.i] * r[x.i]))).ToArray();
        var smooth = Enumerable.Range(0, 24).Select(h => (hours[(h + 23) % 24] + hours[h] + hours[(h + 1) % 24]) / 3).ToArray();
        return new Moments(
            Math.Sqrt(variance * 365 * 288),
            fourth / (variance * variance),
            Lag(r, 1),
            Lag(abs, 1),
            Lag(abs, 12),
            Correlation(abs, [.. bars.Skip(1).Select(b => Math.Log(1 + b.Volume))]),
            smooth.Max() / smooth.Min(),
            bars.Average(b => (b.High - b.Low) / b.Open) / abs.Average());
    }

    public static Moments Mean(IReadOnlyCollection<Moments> all) => new(
        all.Average(m => m.AnnualVolatility), all.Average(m => m.Kurtosis), all.Average(m => m.ReturnAutocorrelation), all.Average(m => m.AbsoluteAutocorrelation1),
        all.Average(m => m.AbsoluteAutocorrelation12), all.Average(m => m.VolumeCorrelation), all.Average(m => m.SeasonRatio), all.Average(m => m.RangeToMove));

    public static double[] Returns(IReadOnlyList<Candle> bars) => [.. Enumerable.Range(1, bars.Count - 1).Select(i => Math.Log(bars[i].Close / bars[i - 1].Close))];

    public static double Lag(double[] x, int lag) => Correlation(x[..^lag], x[lag..]);

    public static double Correlation(double[] x, double[] y)
    {
        double mx = x.Average(), my = y.Average(), xy = 0, xx = 0, yy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i] - my) * (y[i] - my);
        }

        return xy / Math.Sqrt(xx * yy);
    }

    public override string ToString() =>
        $"{AnnualVolatility:P0} | {Kurtosis:0.0} | {ReturnAutocorrelation:0.00} | {AbsoluteAutocorrelation1:0.00} | {AbsoluteAutocorrelation12:0.00} | {VolumeCorrelation:0.00} | {SeasonRatio:0.0} | {RangeToMove:0.00}";
}
