using System.CommandLine;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;

namespace Rez.Worker.Commands;

/// <summary>A diary that a verb only reads, also while a worker writes it.</summary>
internal static class StoredDiary
{
    public static int Read(ParseResult parse, Func<RezDb, int> read) => ReadAsync(parse, db => Task.FromResult(read(db))).GetAwaiter().GetResult();

    public static async Task<int> ReadAsync(ParseResult parse, Func<RezDb, Task<int>> read)
    {
        var dir = CommonOptions.DataDirOf(parse);
        var path = DataDirectory.PathOf(dir);
        if (!File.Exists(path))
        {
            return Missing(dir);
        }

        try
        {
            await using var db = new RezDb(RezDb.Sqlite(path, readOnly: true));
            return await read(db);
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            Console.Error.WriteLine($"The diary {path} can't be read: {e.Message}");
            return e.SqliteErrorCode is 11 or 26 ? ExitCode.Corrupt : e.SqliteErrorCode is 5 or 6 ? ExitCode.Locked : ExitCode.Bug;
        }
    }

    public static int Missing(string dir)
    {
        Console.Error.WriteLine($"There is no diary in {Path.GetFullPath(dir)}.");
        return ExitCode.BadData;
    }

    /// <summary>The sealed capsule of a cycle, by id, by number, or the newest one for <c>last</c>; null when there is none.</summary>
    public static (string CycleId, CapsuleSealed Sealed)? Capsule(RezDb db, string cycle)
    {
        var rows = db.Cycles.Where(c => c.CapsuleSeq != null);
        var row = cycle == "last" ? rows.OrderByDescending(c => c.Seq).FirstOrDefault()
            : long.TryParse(cycle, out var number) ? rows.FirstOrDefault(c => c.Number == number)
            : rows.FirstOrDefault(c => c.Id == cycle);
        return row is not null && db.Events.FirstOrDefault(e => e.Seq == row.CapsuleSeq) is { } e && DiaryTypes.Read(e.Type, e.Version, e.Payload) is { Ok: true, Value: CapsuleSealed capsule }
            ? (row.Id, capsule)
            : null;
    }
}
