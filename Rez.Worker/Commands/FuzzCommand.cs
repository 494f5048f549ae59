using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rez.Core.Torture.Parsers;

namespace Rez.Worker.Commands;

/// <summary><c>rez fuzz</c>: everything that reads what others wrote (venue, sockets, models, files, settings), fed with inputs that are almost right. Nothing may throw, hang or eat memory.</summary>
internal static class FuzzCommand
{
    private const long MostGrowth = 256 << 20;
    private static readonly TimeSpan Hangs = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Reducing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);
    private static readonly Option<long> Inputs = new("--inputs") { Description = "How many", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<long> From = new("--from") { Description = "Number of the first one", DefaultValueFactory = _ => 1 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Another seed, other inputs", DefaultValueFactory = _ => 1 };
    private static readonly Option<string?> Recorded = new("--recorded") { Description = "Folder of recorded inputs to start from, beside those that come with Rez (hyperliquid/fixtures, data/llm-decisions, data/dirty-data in it)" };
    private static readonly Option<string?> Only = new("--only") { Description = "One reader by its name" };
    private static readonly Option<string?> Keep = new("--keep") { Description = "Folder for inputs that were not stood, reduced" };
    private static readonly Option<int> Cores = new("--cores") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount };

    public static Command Build()
    {
        var command = new Command("fuzz", "Feeds everything that reads what others wrote with inputs that are almost right") { Inputs, From, Seed, Recorded, Only, Keep, Cores, CommonOptions.Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var (inputs, from, cores) = (parse.GetValue(Inputs), parse.GetValue(From), parse.GetValue(Cores));
        var recorded = parse.GetValue(Recorded) is { } folder ? RecordedInputs.Of(folder) : RecordedInputs.None;
        var targets = ParserTargets.All(recorded, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "appsettings.json")));
        if (parse.GetValue(Only) is { } only)
        {
            targets = [.. targets.Where(t => t.Name == only)];
        }

        if (inputs < 1 || from < 1 || cores < 1 || targets.IsEmpty)
        {
            Console.Error.WriteLine(targets.IsEmpty
                ? $"--only is one of {string.Join(", ", ParserTargets.All(RecordedInputs.None, "{}").Select(t => t.Name))}."
                : "--inputs, --from and --cores must be at least 1.");
            return ExitCode.Usage;
        }

        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var threads = new List<(Thread Thread, ParserProgress Progress)>();
        for (var i = 0; i < cores; i++)
        {
            var (first, last) = (from + (inputs * i / cores), from + (inputs * (i + 1) / cores) - 1);
            var progress = new ParserProgress();
            var thread = new Thread(() => ParserRun.Feed(targets, parse.GetValue(Seed), first, last, new ParserLimits(), progress, clock)) { IsBackground = true };
            thread.Start();
            threads.Add((thread, progress));
        }

        if (Await(threads) is { } hangs)
        {
            return Tell(parse, [hangs], threads, started, 0, recorded);
        }

        var grown = Math.Max(0, GC.GetTotalMemory(forceFullCollection: true) - before);
        var found = threads.SelectMany(t => t.Progress.Found.Values).DistinctBy(f => (f.Target, f.Where)).Select(f => Reduce(f, targets, clock)).ToList();
        if (grown > MostGrowth)
        {
            found.Add(new ParserFinding("*", $"{grown >> 20} MB more are held after {inputs} inputs than before", "held", []));
        }

        return Tell(parse, found, threads, started, grown, recorded);
    }

    /// <summary>A reader that never comes back can't be stopped: it is told with its input, and the process ends.</summary>
    private static ParserFinding? Await(List<(Thread Thread, ParserProgress Progress)> threads)
    {
        var seen = threads.Select(_ => (Inputs: -1L, Since: TimeProvider.System.GetTimestamp())).ToArray();
        while (threads.Any(t => t.Thread.IsAlive))
        {
            for (var i = 0; i < threads.Count; i++)
            {
                var (thread, progress) = threads[i];
                if (!thread.IsAlive || thread.Join(Glance / threads.Count) || progress.Inputs != seen[i].Inputs)
                {
                    seen[i] = (progress.Inputs, TimeProvider.System.GetTimestamp());
                }
                else if (TimeProvider.System.GetElapsedTime(seen[i].Since) > Hangs && progress.Current is { } input)
                {
                    return new ParserFinding(progress.Target, $"no end after {Hangs.TotalSeconds:0} s for {input.Length} bytes", "hangs", input);
                }
            }
        }

        return null;
    }

    private static ParserFinding Reduce(ParserFinding found, IEnumerable<ParserTarget> targets, TimeProvider clock)
    {
        var reader = targets.First(t => t.Name == found.Target).Open();
        var began = clock.GetTimestamp();
        return ParserRun.Reduce(found, input => clock.GetElapsedTime(began) > Reducing ? null : ParserRun.Try(found.Target, reader, input, new ParserLimits(), clock));
    }

    private static int Tell(ParseResult parse, List<ParserFinding> found, List<(Thread Thread, ParserProgress Progress)> threads, long started, long grown, RecordedInputs recorded)
    {
        var (inputs, seconds) = (threads.Sum(t => t.Progress.Inputs), TimeProvider.System.GetElapsedTime(started).TotalSeconds);
        if (parse.GetValue(Keep) is { } keep)
        {
            Directory.CreateDirectory(keep);
            for (var i = 0; i < found.Count; i++)
            {
                File.WriteAllBytes(Path.Combine(keep, string.Create(CultureInfo.InvariantCulture, $"{i + 1}-{found[i].Target.Replace(' ', '-')}")), found[i].Input);
            }
        }

        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new { inputs, found = found.Count, recorded = recorded.Count, heldMb = grown >> 20, seconds = Math.Round(seconds, 1), findings = found.Select(f => new { f.Target, f.Words, f.Where, input = Shown(f.Input) }) },
                JsonSerializerOptions.Web));
        }
        else
        {
            foreach (var f in found)
            {
                Console.Out.WriteLine($"{f.Target}: {f.Words}\n  {f.Where}\n  {Shown(f.Input)}");
            }

            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{inputs} inputs from {recorded.Count} recorded and our own seeds in {seconds:0.0} s, {grown >> 20} MB held: {found.Count} were not stood"));
        }

        return found.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string Shown(byte[] input) =>
        string.Concat(Encoding.UTF8.GetString(input.AsSpan(0, Math.Min(input.Length, 300))).Select(c => char.IsControl(c) ? ' ' : c)) + (input.Length > 300 ? $" … {input.Length} bytes" : string.Empty);
}
