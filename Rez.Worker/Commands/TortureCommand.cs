using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rez.Core.Torture;

namespace Rez.Worker.Commands;

/// <summary><c>rez torture</c>: the code that trades in a world that fails in every way, one run a seed, and what it promised looked at all the time.</summary>
internal static class TortureCommand
{
    private const int MostShrunk = 5;
    private const int MostTries = 400;
    private static readonly Option<string> Seeds = new("--seeds") { Description = "From..to, for example 1..2000", DefaultValueFactory = _ => "1..200" };
    private static readonly Option<int> Cycles = new("--cycles") { Description = "Cycles of each run", DefaultValueFactory = _ => 50 };
    private static readonly Option<double> Rate = new("--rate") { Description = "Share of crossings at which something goes wrong", DefaultValueFactory = _ => 0.02 };
    private static readonly Option<string?> Faults = new("--faults") { Description = "Exactly these faults, PLACE:KIND separated by commas, with one seed: what a reduced failure prints" };
    private static readonly Option<int> Cores = new("--cores") { Description = "Runs at once", DefaultValueFactory = _ => Environment.ProcessorCount };

    private static readonly Option<string?> Keep = new("--keep") { Description = "Folder for the diary of each seed that fails, to be read" };

    public static Command Build()
    {
        var command = new Command("torture", "Runs the trading code under seeded faults and checks what it promises at every step") { Seeds, Cycles, Rate, Faults, Cores, Keep, CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>A folder on a disk in memory where there is one: thousands of diaries are written.</summary>
    public static string Scratch()
    {
        var root = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        return Directory.CreateDirectory(Path.Combine(root, $"rez-torture-{Environment.ProcessId}")).FullName;
    }

    /// <summary>One run, in a folder of its own that is gone afterwards.</summary>
    public static async Task<TortureResult> OneAsync(TorturePlan plan, string scratch)
    {
        var folder = Directory.CreateDirectory(Path.Combine(scratch, Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            return await TortureRun.RunAsync(plan, folder);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var range = parse.GetValue(Seeds)!.Split("..");
        if (range.Length is 0 or > 2 || !ulong.TryParse(range[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from) || !ulong.TryParse(range[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var to) || to < from)
        {
            await Console.Error.WriteLineAsync("--seeds is FROM..TO, for example 1..2000.");
            return ExitCode.Usage;
        }

        var (cycles, rate, cores) = (parse.GetValue(Cycles), parse.GetValue(Rate), parse.GetValue(Cores));
        if (cycles < 1 || rate is < 0 or > 0.5 || cores < 1)
        {
            await Console.Error.WriteLineAsync("--cycles and --cores must be at least 1, --rate from 0 to 0.5.");
            return ExitCode.Usage;
        }

        IReadOnlyList<FaultAt>? script = null;
        if (parse.GetValue(Faults) is { } text && !TryRead(text, out script))
        {
            await Console.Error.WriteLineAsync($"--faults is PLACE:KIND, for example 120:KillAfter,340:SendLost; kinds are {string.Join(", ", Enum.GetNames<FaultKind>())}.");
            return ExitCode.Usage;
        }

        var scratch = Scratch();
        try
        {
            return await SeedsAsync(parse, from, to, new TorturePlan(0, cycles, rate, script), cores, scratch, cancel);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<int> SeedsAsync(ParseResult parse, ulong from, ulong to, TorturePlan plan, int cores, string scratch, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        var results = new ConcurrentBag<TortureResult>();
        var seeds = Enumerable.Range(0, (int)(to - from + 1)).Select(i => from + (ulong)i);
        await Parallel.ForEachAsync(seeds, new ParallelOptions { MaxDegreeOfParallelism = cores, CancellationToken = cancel }, async (seed, _) =>
        {
            var result = await OneAsync(plan with { Seed = seed }, scratch);
            results.Add(result);
            if (result.Violation is not null && parse.GetValue(Keep) is { } keep)
            {
                var folder = Directory.CreateDirectory(Path.Combine(keep, $"seed-{seed}")).FullName;
                await TortureRun.RunAsync(plan with { Seed = seed, Script = [.. result.Struck] }, folder);
            }

            if (!parse.GetValue(CommonOptions.Json) && !Console.IsErrorRedirected)
            {
                await Console.Error.WriteAsync($"\r{results.Count} of {to - from + 1}");
            }
        });

        var failed = results.Where(r => r.Violation is not null).OrderBy(r => r.Seed).ToArray();
        var reduced = new List<object>();
        foreach (var failure in failed.Take(MostShrunk))
        {
            if (!parse.GetValue(CommonOptions.Json))
            {
                Console.Out.WriteLine($"seed {failure.Seed} breaks ({failure.Violation!.Invariant}): {failure.Violation.Words}");
            }

            // A long list of faults that shifts with each one left out may not get short: what has been reached by then is printed.
            var tries = 0;
            var few = await Shrinking.ReduceAsync(failure.Struck, async faults => ++tries <= MostTries && (await OneAsync(plan with { Seed = failure.Seed, Script = faults }, scratch)).Violation?.Invariant == failure.Violation!.Invariant);
            var again = string.Join(',', few);
            reduced.Add(new { failure.Seed, failure.Violation!.Invariant, failure.Violation.Words, faults = few.Select(f => f.ToString()), command = Again(failure.Seed, plan.Cycles, again) });
            if (!parse.GetValue(CommonOptions.Json))
            {
                Console.Out.WriteLine($"  {failure.Struck.Count} faults reduced to {few.Count}. Again:  {Again(failure.Seed, plan.Cycles, again)}");
                Console.Out.WriteLine($"  As a test:  [InlineData({failure.Seed}UL, {plan.Cycles}, \"{again}\")]");
            }
        }

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    seeds = results.Count, cycles = results.Sum(r => r.Cycles), faults = results.Sum(r => r.Struck.Count), violations = failed.Length, crossings = results.Sum(r => r.Crossed), lives = results.Sum(r => r.Lives),
                    entries = results.Sum(r => r.Entries), fills = results.Sum(r => r.Fills), byKind = results.SelectMany(r => r.Struck).GroupBy(f => f.Kind).OrderBy(g => g.Key).ToDictionary(g => g.Key.ToString(), g => g.Count()),
                    broken = reduced, hash = Hash(results), seconds = Math.Round(seconds, 2),
                },
                JsonSerializerOptions.Web));
        }
        else
        {
            Console.Out.WriteLine(
                $"{results.Count} seeds, {results.Sum(r => r.Cycles)} cycles, {results.Sum(r => r.Struck.Count)} faults at {results.Sum(r => r.Crossed)} crossings, {results.Sum(r => r.Lives)} lives, {results.Sum(r => r.Entries)} entries, {results.Sum(r => r.Fills)} fills in {seconds:0.0} s: {failed.Length} broke a promise ({Hash(results)[..16]})");
        }

        return failed.Length == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string Again(ulong seed, int cycles, string faults) => $"rez torture --seeds {seed}..{seed} --cycles {cycles} --faults {(faults.Length == 0 ? "\"\"" : faults)}";

    private static string Hash(IEnumerable<TortureResult> results) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(string.Concat(results.OrderBy(r => r.Seed).Select(r => r.Hash)))));

    private static bool TryRead(string text, out IReadOnlyList<FaultAt>? faults)
    {
        var read = new List<FaultAt>();
        faults = read;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var pair = part.Split(':');
            if (pair.Length != 2 || !long.TryParse(pair[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) || !Enum.TryParse<FaultKind>(pair[1], out var kind))
            {
                return false;
            }

            read.Add(new FaultAt(at, kind));
        }

        return true;
    }
}
