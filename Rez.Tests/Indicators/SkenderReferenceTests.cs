using System.Text.Json;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Indicators;

/// <summary>Each indicator against the recorded results of an independent library, row by row to 1e-9.</summary>
public class SkenderReferenceTests
{
    public static TheoryData<string, string, string, int> Cases => new()
    {
        // spec, file, field, output
        { "sma:20", "sma", "sma", 0 },
        { "ema:20", "ema", "ema", 0 },
        { "wma:14", "wma", "wma", 0 },
        { "rsi:14", "rsi", "rsi", 0 },
        { "macd:12,26,9", "macd", "macd", 0 },
        { "macd:12,26,9", "macd", "signal", 1 },
        { "macd:12,26,9", "macd", "histogram", 2 },
        { "atr:14", "atr", "atr", 0 },
        { "atr:14", "atr", "atrp", 1 },
        { "true-range", "tr", "tr", 0 },
        { "bollinger:20,2", "bb", "sma", 0 },
        { "bollinger:20,2", "bb", "upperBand", 1 },
        { "bollinger:20,2", "bb", "lowerBand", 2 },
        { "bollinger:20,2", "bb", "percentB", 3 },
        { "bollinger:20,2", "bb", "width", 4 },
        { "zscore:20", "bb", "zScore", 0 },
        { "zscore:14", "stdev", "zScore", 0 },
        { "adx:14", "adx", "adx", 0 },
        { "adx:14", "adx", "pdi", 1 },
        { "adx:14", "adx", "mdi", 2 },
        { "stochastic:14,3,3", "stoch", "k", 0 },
        { "stochastic:14,3,3", "stoch", "d", 1 },
        { "stochastic:14,3,3", "stoch", "j", 2 },
        { "stoch-rsi:14,14,3,1", "stoch-rsi", "stochRsi", 0 },
        { "stoch-rsi:14,14,3,1", "stoch-rsi", "signal", 1 },
        { "cci:20", "cci", "cci", 0 },
        { "roc:14", "roc", "roc", 0 },
        { "roc:14", "roc", "momentum", 1 },
        { "williams-r:14", "willr", "williamsR", 0 },
        { "mfi:14", "mfi", "mfi", 0 },
        { "obv", "obv", "obv", 0 },
        { "vwap:0", "vwap", "vwap", 0 },
        { "supertrend:10,3", "supertrend", "superTrend", 0 },
        { "donchian:20", "donchian", "upperBand", 0 },
        { "donchian:20", "donchian", "centerline", 1 },
        { "donchian:20", "donchian", "lowerBand", 2 },
        { "donchian:20", "donchian", "width", 3 },
        { "keltner:20,2,10", "keltner", "upperBand", 0 },
        { "keltner:20,2,10", "keltner", "centerline", 1 },
        { "keltner:20,2,10", "keltner", "lowerBand", 2 },
        { "keltner:20,2,10", "keltner", "width", 3 },
        { "parabolic-sar:0.02,0.2", "psar", "sar", 0 },
        { "ichimoku:9,26,52", "ichimoku", "tenkanSen", 0 },
        { "ichimoku:9,26,52", "ichimoku", "kijunSen", 1 },
        { "ichimoku:9,26,52", "ichimoku", "senkouSpanA", 2 },
        { "ichimoku:9,26,52", "ichimoku", "senkouSpanB", 3 },
        { "choppiness:14", "chop", "chop", 0 },
        { "aroon:25", "aroon", "aroonUp", 0 },
        { "aroon:25", "aroon", "aroonDown", 1 },
        { "aroon:25", "aroon", "oscillator", 2 },
        { "hurst:100", "hurst", "hurstExponent", 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_the_reference(string spec, string file, string field, int output)
    {
        var candles = Quotes();
        var expected = Shared.GzJson("data", "indicators-skender", "results", file + ".json.gz").EnumerateArray().ToArray();
        var indicator = IndicatorCatalogue.Parse(spec).Value.Create();
        var compared = 0;
        Assert.Equal(candles.Count, expected.Length);
        for (var i = 0; i < candles.Count; i++)
        {
            indicator.Update(candles[i]);
            var want = expected[i].GetProperty(field);
            var got = indicator[output];
            if (want.ValueKind == JsonValueKind.Null)
            {
                Assert.True(double.IsNaN(got), $"{spec} {field} row {i}: expected nothing, got {got}");
                continue;
            }

            var w = want.GetDouble();
            Assert.True(Math.Abs(got - w) <= 1e-9 * Math.Max(1, Math.Abs(w)), $"{spec} {field} row {i}: expected {w}, got {got}");
            compared++;
        }

        Assert.True(compared > 300, $"only {compared} rows compared");
    }

    [Fact]
    public void Ichimoku_chikou_is_the_reference_drawn_back_by_26_bars()
    {
        var candles = Quotes();
        var expected = Shared.GzJson("data", "indicators-skender", "results", "ichimoku.json.gz").EnumerateArray().ToArray();
        var indicator = new Ichimoku();
        for (var i = 0; i < candles.Count; i++)
        {
            indicator.Update(candles[i]);
            if (i >= 26)
            {
                Assert.Equal(expected[i - 26].GetProperty("chikouSpan").GetDouble(), indicator.Chikou, 1e-9);
            }
        }
    }

    internal static IReadOnlyList<Candle> Quotes()
    {
        var content = CandleFile.Read(Shared.Path("data", "indicators-skender", "quotes", "default.csv")).Value;
        Assert.DoesNotContain(content.Faults, f => f.Code != "gap");
        return content.Candles;
    }
}
