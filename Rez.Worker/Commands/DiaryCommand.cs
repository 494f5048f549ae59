using System.CommandLine;
using System.Text;
using System.Text.Json;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;

namespace Rez.Worker.Commands;

/// <summary><c>rez diary verify|tail|export|rebuild</c>.</summary>
internal static class DiaryCommand
{
    public static Command Build()
    {
        var verify = new Command("verify", "Walks the hash chain; exits with 1 naming the first broken event") { CommonOptions.DataDir, CommonOptions.Json };
        verify.SetAction(parse => StoredDiary.Read(parse, db => Verify(db, parse.GetValue(CommonOptions.Json))));

        var count = new Option<int>("-n") { Description = "How many events", DefaultValueFactory = _ => 20 };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with new events until stopped" };
        var type = new Option<string?>("--type") { Description = "Only events of this type, or of a stream" };
        var tail = new Command("tail", "Prints the newest events, one JSON object a line") { CommonOptions.DataDir, count, follow, type };
        tail.SetAction(async (parse, cancel) => await TailAsync(parse, parse.GetValue(count), parse.GetValue(type), parse.GetValue(follow), cancel));

        var output = new Option<string?>("--out") { Description = "File to write instead of standard output" };
        var after = new Option<long>("--after") { Description = "Only events after this sequence number" };
        var export = new Command("export", "Writes the events as JSON lines, hashes included") { CommonOptions.DataDir, output, after };
        export.SetAction(parse => StoredDiary.Read(parse, db => Export(db, parse.GetValue(after), parse.GetValue(output))));

        var rebuild = new Command("rebuild", "Folds all read models anew from the events") { CommonOptions.DataDir };
        rebuild.SetAction(Rebuild);
        return new Command("diary", "Reads, checks and rebuilds the diary") { verify, tail, export, rebuild };
    }

    private static int Verify(RezDb db, bool json)
    {
        var report = DiaryVerifier.Verify(db);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                events = report.Events, head = report.Head, ok = report.Broken is null, brokenSeq = report.Broken?.Seq, message = report.Broken?.Message,
            }));
        }
        else if (report.Broken is { } broken)
        {
            Console.Error.WriteLine($"BROKEN at {broken.Seq}: {broken.Message} {report.Events} event(s) before it are good.");
        }
        else
        {
            Console.Out.WriteLine($"OK: {report.Events} events, head {report.Head}");
        }

        return report.Broken is null ? ExitCode.Ok : ExitCode.Failed;
    }

    private static int Export(RezDb db, long after, string? path)
    {
        using var writer = path is null
            ? new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16)
            : new StreamWriter(path, append: false, new UTF8Encoding(false));
        foreach (var record in DiaryQueries.Stream(db, after))
        {
            writer.WriteLine(record.ToJsonLine());
        }

        return ExitCode.Ok;
    }

    private static async Task<int> TailAsync(ParseResult parse, int count, string? type, bool follow, CancellationToken cancel)
    {
        var last = 0L;
        var code = StoredDiary.Read(parse, db =>
        {
            var head = db.Events.Max(e => (long?)e.Seq) ?? 0;
            var newest = new Queue<DiaryRecord>();
            foreach (var record in DiaryQueries.Stream(db, type is null ? Math.Max(0, head - count) : 0))
            {
                last = record.Seq;
                if (Matches(record, type))
                {
                    newest.Enqueue(record);
                    if (newest.Count > count)
                    {
                        newest.Dequeue();
                    }
                }
            }

            foreach (var record in newest)
            {
                Console.Out.WriteLine(record.ToJsonLine());
            }

            return ExitCode.Ok;
        });
        while (follow && code == ExitCode.Ok && !cancel.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            code = StoredDiary.Read(parse, db =>
            {
                foreach (var record in DiaryQueries.Stream(db, last))
                {
                    last = record.Seq;
                    if (Matches(record, type))
                    {
                        Console.Out.WriteLine(record.ToJsonLine());
                    }
                }

                return ExitCode.Ok;
            });
        }

        return code;
    }

    private static bool Matches(DiaryRecord record, string? type) => type is null || record.Type == type || record.Stream == type;

    private static int Rebuild(ParseResult parse)
    {
        var dir = CommonOptions.DataDirOf(parse);
        if (!File.Exists(DataDirectory.PathOf(dir)))
        {
            return StoredDiary.Missing(dir);
        }

        try
        {
            using var data = DataDirectory.Take(dir);
            var started = TimeProvider.System.GetTimestamp();
            var report = DiaryRebuild.Run(data.DiaryPath);
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            foreach (var unreadable in report.Unreadable)
            {
                Console.Error.WriteLine(unreadable);
            }

            Console.Out.WriteLine($"Rebuilt from {report.Events} events in {seconds:0.00} s ({report.Events / seconds:0} events/s).");
            return report.Unreadable.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (DiaryUnavailableException e)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCode.Of(e);
        }
    }
}
