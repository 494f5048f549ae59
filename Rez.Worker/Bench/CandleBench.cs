using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rez.Core.Market;

namespace Rez.Worker.Bench;

/// <summary>Reading candle files: as text the first time, from the cache beside them after that.</summary>
internal static class CandleBench
{
    public static BenchReport Run(int rows)
    {
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        try
        {
            var path = Path.Combine(folder, "BTC-1m.csv");
            var text = new StringBuilder();
            for (var i = 0; i < rows; i++)
            {
                var price = 50_000 + (1_000 * Math.Sin(i / 500d));
                text.Append(CultureInfo.InvariantCulture, $"{1_600_000_020_000L + (i * 60_000L)},{price:0.00},{price + 20:0.00},{price - 20:0.00},{price + 5:0.00},{i % 100}.5\n");
            }

            File.WriteAllText(path, text.ToString());
            var first = Seconds(() => CandleCache.Read(path));
            var again = Enumerable.Range(0, 5).Select(_ => Seconds(() => CandleCache.Read(path))).Min();
            return BenchReport.Of("candles",
            [
                new Figure($"{rows:#,0} rows of CSV, checked, and their cache written", Math.Round(rows / first), "rows/s"),
                new Figure("the same rows from the cache, checksum and gaps checked", Math.Round(rows / again), "rows/s", "≥ 5,000,000", rows / again >= 5_000_000),
            ]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Seconds(Func<Rez.Core.Outcome<CandleFileContent>> read)
    {
        var started = Stopwatch.GetTimestamp();
        if (read() is not { Ok: true })
        {
            throw new InvalidOperationException("The benchmark's candles can't be read.");
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
