using System.Diagnostics;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Worker.Bench;

/// <summary>Streaming updates over a generated market: nanoseconds and bytes a bar.</summary>
internal static class IndicatorBench
{
    private const int Bars = 500_000;
    private static readonly string[] Six = ["ema:20", "rsi:14", "macd:12,26,9", "atr:14", "adx:14", "bollinger:20,2"];

    public static BenchReport Run()
    {
        var bars = Generate();
        var figures = new List<Figure>();
        var (ns, bytes) = Measure(bars, [.. Six.Select(Create)]);
        figures.Add(new Figure("EMA, RSI, MACD, ATR, ADX and Bollinger together", ns, "ns/bar", "≤ 150", ns <= 150));
        figures.Add(new Figure("allocated by those", bytes, "bytes/bar", "0", bytes == 0));
        foreach (var definition in IndicatorCatalogue.All)
        {
            var (each, allocated) = Measure(bars, [IndicatorCatalogue.Parse(definition.Name).Value.Create()]);
            figures.Add(new Figure(definition.Name + (allocated > 0 ? $" (allocates {allocated} bytes/bar)" : string.Empty), each, "ns/bar"));
        }

        return BenchReport.Of("indicators", figures);
    }

    private static IIndicator Create(string spec) => IndicatorCatalogue.Parse(spec).Value.Create();

    private static (double NsPerBar, double BytesPerBar) Measure(Candle[] bars, IIndicator[] indicators)
    {
        var best = double.MaxValue;
        var bytes = 0L;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            for (var i = 0; i < bars.Length; i++)
            {
                foreach (var indicator in indicators)
                {
                    indicator.Update(bars[i]);
                }
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalNanoseconds / bars.Length);
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (Math.Round(best, 1), Math.Round(bytes / (double)bars.Length, 3));
    }

    private static Candle[] Generate()
    {
        var market = new GeneratedMarket(1, [DemoInstruments.Known[0]], 1_735_689_600_000);
        var step = new MarketStep(1);
        var bars = new Candle[Bars];
        for (var i = 0; i < Bars; i++)
        {
            market.TryNext(step);
            bars[i] = step.Bars[0];
        }

        return bars;
    }
}
