using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Rez.Core.Diary.Storage;

/// <summary>Turns what a database says when it fails into words and a code.</summary>
public static class DiaryFailure
{
    public static DiaryUnavailableException Explain(string path, Exception e)
    {
        var sqlite = e as SqliteException ?? (e as DbUpdateException)?.InnerException as SqliteException ?? e.InnerException as SqliteException;
        return sqlite?.SqliteErrorCode switch
        {
            5 or 6 => new("locked", $"The diary {path} is locked by another program: {sqlite.Message}", e),
            8 or 14 => new("not-writable", $"The diary {path} can't be opened for writing: {sqlite.Message}", e),
            11 or 26 => new("corrupt", $"The diary {path} is damaged ({sqlite.Message}). Keep the file; restore a backup or start with another data dir.", e),
            13 => new("disk-full", $"The disk that holds the diary {path} is full.", e),
            10 => new("failed", $"The disk that holds the diary {path} fails: {sqlite.Message}", e),
            _ when e is IOException io => new("failed", $"The diary {path} can't be written: {io.Message}", e),
            _ when e is UnauthorizedAccessException => new("not-writable", $"The diary {path} can't be opened for writing: {e.Message}", e),
            _ => new("failed", $"The diary {path} can't be written: {e.GetType().Name}: {e.Message}", e),
        };
    }
}
