using System.Diagnostics;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Worker.Hosting;

namespace Rez.Worker.Bench;

/// <summary>The demo at full speed with a durable diary: cycles a second, and what the stages cost beside the decider.</summary>
internal static class CycleBench
{
    public static async Task<BenchReport> RunAsync(RezOptions options, int cycles)
    {
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        options.Storage.DataDir = folder;
        options.Demo.Speed = "max";
        options.Log.Level = LogLevelName.Warning;
        options.Log.File = false;
        try
        {
            var overhead = new List<double>(cycles);
            await using var host = DemoHost.Open(options, SessionComposition.Market(options).Value, cycles).Value;
            var started = 0L;
            host.Demo.CycleEnded += result =>
            {
                started = started == 0 ? Stopwatch.GetTimestamp() : started;
                overhead.Add(result.Stages.Total - result.Stages.Reason);
            };
            await host.TradeAsync(CancellationToken.None);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var summary = host.Demo.Summarise();
            overhead.Sort();
            var rate = (cycles - 1) / seconds;
            var p99 = overhead[(int)(overhead.Count * 0.99)];
            return BenchReport.Of("cycle",
            [
                new Figure($"cycles, {options.Trading.Assets.Length} assets, durable diary", Math.Round(rate), "cycles/s", "≥ 200", rate >= 200),
                new Figure("stages without the decider, median", Math.Round(overhead[overhead.Count / 2], 3), "ms"),
                new Figure("stages without the decider, p99", Math.Round(p99, 3), "ms", "≤ 10", p99 <= 10),
                new Figure("events written", summary.Events, "events"),
                new Figure("trades closed", summary.Trades, "trades"),
            ]);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }
}
