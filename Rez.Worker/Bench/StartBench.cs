using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Rez.Worker.Bench;

/// <summary>The built program as a user starts it: time to the first completed cycle, and memory while it idles.</summary>
internal static partial class StartBench
{
    public static async Task<BenchReport> RunAsync(CancellationToken cancel)
    {
        var program = Environment.ProcessPath!;
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            times.Add(await FirstCycleAsync(program, cancel));
        }

        times.Sort();
        var rss = await IdleMemoryAsync(program, cancel);
        return BenchReport.Of("start",
        [
            new Figure("process start → first completed demo cycle, median of 5", Math.Round(times[2], 2), "s", "≤ 3", times[2] <= 3),
            new Figure("slowest of those", Math.Round(times[4], 2), "s"),
            new Figure("resident memory, console up, demo at its usual speed, after 20 s", Math.Round(rss, 0), "MB", "≤ 200", rss <= 200),
        ]);
    }

    private static async Task<double> FirstCycleAsync(string program, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(program, ["run", "--headless", "--cycles", "1", "--data-dir", folder])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return process.ExitCode == 0 ? seconds : throw new InvalidOperationException($"rez run ended with {process.ExitCode}.");
    }

    private static async Task<double> IdleMemoryAsync(string program, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        using var process = Process.Start(new ProcessStartInfo(program, ["run", "--port", "0", "--data-dir", folder])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, cancel);
            var status = await File.ReadAllTextAsync($"/proc/{process.Id}/status", cancel);
            return double.Parse(Resident().Match(status).Groups["kb"].Value, CultureInfo.InvariantCulture) / 1024;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"VmRSS:\s+(?<kb>\d+) kB", RegexOptions.ExplicitCapture)]
    private static partial Regex Resident();
}
