using System.Diagnostics;
using Rez.Core.Configuration;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Trading;
using Rez.Worker.Hosting;

namespace Rez.Worker.Bench;

/// <summary>
/// Durable appends with group commit, and a rebuild. The mix is that of a trading day: fills with their orders, funding,
/// equity points, cycle events.
/// </summary>
internal static class DiaryBench
{
    public static async Task<BenchReport> RunAsync(int events, RezOptions options)
    {
        var demo = await DemoRebuildAsync(options);
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        try
        {
            var path = Path.Combine(folder, "diary.db");
            var figures = new List<Figure>();
            using (var diary = DiaryStore.Open(path, TimeProvider.System))
            {
                Fill(diary, 20_000, 0);
                await diary.FlushAsync();
                var started = Stopwatch.GetTimestamp();
                Fill(diary, events, 20_000);
                await diary.FlushAsync();
                var rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
                figures.Add(new Figure("durable appends, group commit, read models included", Math.Round(rate), "events/s", "≥ 50,000", rate >= 50_000));

                var latencies = await SingleAsync(diary, 300);
                figures.Add(new Figure("one append and flush, median", Math.Round(latencies[latencies.Length / 2], 3), "ms"));
                figures.Add(new Figure("one append and flush, p99", Math.Round(latencies[(int)(latencies.Length * 0.99)], 3), "ms"));
            }

            var begun = Stopwatch.GetTimestamp();
            var report = DiaryRebuild.Run(path);
            var rebuilt = report.Events / Stopwatch.GetElapsedTime(begun).TotalSeconds;
            figures.Add(new Figure("rebuild of all read models", Math.Round(rebuilt), "events/s", "≥ 200,000", rebuilt >= 200_000));

            begun = Stopwatch.GetTimestamp();
            using var db = new RezDb(RezDb.Sqlite(path, readOnly: true));
            var verified = DiaryVerifier.Verify(db);
            figures.Add(new Figure("verify", Math.Round(verified.Events / Stopwatch.GetElapsedTime(begun).TotalSeconds), "events/s"));
            figures.AddRange(demo);
            return BenchReport.Of("diary", figures);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A demo's own diary: a quarter of its events are capsules of 20 kB, another quarter cycles with their lines.</summary>
    private static async Task<Figure[]> DemoRebuildAsync(RezOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        options.Storage.DataDir = folder;
        options.Storage.JsonLines = false;
        options.Demo.Speed = "max";
        options.Log.Level = LogLevelName.Warning;
        options.Log.File = false;
        try
        {
            string path;
            await using (var host = DemoHost.Open(options, SessionComposition.Market(options).Value, 5_000).Value)
            {
                path = host.Diary.Path;
                await host.TradeAsync(CancellationToken.None);
            }

            var begun = Stopwatch.GetTimestamp();
            var report = DiaryRebuild.Run(path);
            var rate = report.Events / Stopwatch.GetElapsedTime(begun).TotalSeconds;
            return [new Figure($"rebuild of a demo's diary of {report.Events} events", Math.Round(rate), "events/s", "≥ 200,000", rate >= 200_000)];
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double[]> SingleAsync(DiaryStore diary, int times)
    {
        var latencies = new double[times];
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            diary.Append(new FlattenAsked(null, "bench"));
            await diary.FlushAsync();
            latencies[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(latencies);
        return latencies;
    }

    private static void Fill(DiaryStore diary, int count, int from)
    {
        for (var i = from; i < from + count; i++)
        {
            diary.Append(Fact(i));
        }
    }

    /// <summary>Of twenty events: ten of the cycle, five of the account, two fills that open and close, two of protection, one funding.</summary>
    private static DiaryFact Fact(int i)
    {
        var ms = 1_735_689_600_000 + (i * 1_000L);
        return (i % 20) switch
        {
            4 => new FillBooked(Trade(i, ms, Side.Buy, 95_000m)),
            14 => new FillBooked(Trade(i, ms, Side.Sell, 95_100m)),
            9 => new FundingBooked(new FundingPayment(ms, "BTC", 0.05m, 95_000m, 0.0000125m, 0.059375m)),
            5 or 15 => new ProtectionLevel("BTC", 94_000m, 97_000m),
            0 or 3 or 6 or 12 or 18 => new AccountSynced(10_000m + (i % 100), 9_990m, 10m + (i % 7), 950m, 4_750m, 10_050m),
            _ => new CycleStarted(i, ms),
        };
    }

    private static Fill Trade(int i, long ms, Side side, decimal price) => new()
    {
        Tid = i, Oid = i, Asset = "BTC", Side = side, Price = price, Size = 0.05m, Fee = 2.1375m, ClosedPnl = side == Side.Sell ? 5m : 0m,
        StartPosition = side == Side.Sell ? 0.05m : 0m, IsTaker = true, TimeMs = ms,
    };
}
