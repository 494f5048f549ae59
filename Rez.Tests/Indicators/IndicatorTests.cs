using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Indicators;

public sealed class IndicatorTests
{
    private const string Names =
        "sma ema wma rsi macd atr true-range bollinger zscore adx stochastic stoch-rsi cci roc williams-r mfi obv vwap supertrend donchian keltner parabolic-sar ichimoku choppiness aroon realised-volatility hurst";

    public static TheoryData<string> All => [.. IndicatorCatalogue.All.Select(d => d.Name)];

    [Fact]
    public void The_catalogue_has_the_names_people_script_against() => Assert.Equal(Names.Split(' '), IndicatorCatalogue.All.Select(d => d.Name));

    [Theory]
    [MemberData(nameof(All))]
    public void An_update_allocates_nothing(string name)
    {
        var bars = Bars(2_000);
        var indicator = IndicatorCatalogue.Parse(name).Value.Create();
        foreach (var bar in bars.AsSpan(0, 1_000))
        {
            indicator.Update(bar);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (ref readonly var bar in bars.AsSpan(1_000))
        {
            indicator.Update(bar);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_is_given_out_before_the_warm_up_and_everything_after(string name)
    {
        var spec = IndicatorCatalogue.Parse(name).Value;
        var indicator = spec.Create();
        var bars = Bars(1_000);
        for (var i = 0; i < bars.Length; i++)
        {
            indicator.Update(bars[i]);
            var warm = Enumerable.Range(0, spec.Definition.Outputs.Length).All(o => !double.IsNaN(indicator[o]));
            if (i + 1 < spec.WarmUp)
            {
                Assert.False(warm, $"{name} is warm at bar {i + 1}, before {spec.WarmUp}");
            }
            else if (i + 1 >= spec.WarmUp + (name == "parabolic-sar" ? 200 : 0))
            {
                // The first reversal of the parabolic SAR depends on the data.
                Assert.True(warm, $"{name} is not warm at bar {i + 1}, after {spec.WarmUp}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_flat_market_gives_no_infinity_and_no_wild_number(string name)
    {
        var spec = IndicatorCatalogue.Parse(name).Value;
        var indicator = spec.Create();
        for (var i = 0; i < 500; i++)
        {
            indicator.Update(Some.Candle(Some.Start + (i * 60_000L), 100, volume: 0));
            for (var o = 0; o < spec.Definition.Outputs.Length; o++)
            {
                Assert.False(double.IsInfinity(indicator[o]), $"{name} output {o} at bar {i}");
                Assert.True(double.IsNaN(indicator[o]) || Math.Abs(indicator[o]) <= 100.0001, $"{name} output {o} at bar {i}: {indicator[o]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Rounding_does_not_pile_up_over_a_long_run(string name)
    {
        // A fresh instance fed only the newest bars agrees with one that has seen half a million, unless it remembers for ever.
        if (name is "obv" or "vwap" or "parabolic-sar" or "supertrend" or "realised-volatility")
        {
            return;
        }

        var bars = Bars(300_000);
        var spec = IndicatorCatalogue.Parse(name).Value;
        var old = spec.Create();
        var young = spec.Create();
        foreach (var bar in bars)
        {
            old.Update(bar);
        }

        foreach (var bar in bars.AsSpan(^2_000))
        {
            young.Update(bar);
        }

        for (var o = 0; o < spec.Definition.Outputs.Length; o++)
        {
            Assert.Equal(young[o], old[o], 1e-7 * Math.Max(1, Math.Abs(young[o])));
        }
    }

    [Theory]
    [InlineData("rsi", true)]
    [InlineData("macd:5,10", true)]
    [InlineData("vwap:0", true)]
    [InlineData("rsi:0", false)]
    [InlineData("rsi:1.5", false)]
    [InlineData("rsi:x", false)]
    [InlineData("rsi:NaN", false)]
    [InlineData("rsi:99999999", false)]
    [InlineData("rsi:14,3", false)]
    [InlineData("rsx", false)]
    public void Bad_parameters_are_told(string spec, bool good)
    {
        var parsed = IndicatorCatalogue.Parse(spec);
        Assert.Equal(good, parsed.Ok);
        if (!good)
        {
            Assert.Contains(spec.Split(':')[0], parsed.Rejection.Message);
        }
    }

    [Fact]
    public void Realised_volatility_is_the_deviation_of_log_returns()
    {
        var bars = Bars(50);
        var indicator = new RealisedVolatility(20);
        foreach (var bar in bars)
        {
            indicator.Update(bar);
        }

        var returns = Enumerable.Range(30, 20).Select(i => Math.Log(bars[i].Close / bars[i - 1].Close)).ToArray();
        var mean = returns.Average();
        var expected = Math.Sqrt(returns.Sum(r => (r - mean) * (r - mean)) / 19);
        Assert.Equal(expected, indicator.PerBar, 1e-12);
        Assert.Equal(expected * Math.Sqrt(365 * 1_440), indicator.Annualised, 1e-9);
    }

    [Fact]
    public void Vwap_starts_anew_at_midnight()
    {
        var vwap = new Vwap();
        vwap.Update(Some.Candle(Some.Start - 60_000, 50));
        vwap.Update(Some.Candle(Some.Start, 100));
        Assert.Equal(100, vwap.Value);
    }

    private static Candle[] Bars(int count)
    {
        var market = new GeneratedMarket(1, [DemoInstruments.Known[0]], Some.Start);
        var step = new MarketStep(1);
        var bars = new Candle[count];
        for (var i = 0; i < count; i++)
        {
            market.TryNext(step);
            bars[i] = step.Bars[0];
        }

        return bars;
    }
}
