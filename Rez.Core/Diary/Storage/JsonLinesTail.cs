using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Rez.Core.Diary.Storage;

/// <summary>
/// Appends every committed event to <c>diary.jsonl</c>, on its own thread. At the start a torn last line is cut off and what the
/// diary has beyond it is added, so the file is always a prefix of the diary.
/// </summary>
public sealed class JsonLinesTail : IAsyncDisposable
{
    private readonly Channel<IReadOnlyList<DiaryRecord>> _queue = Channel.CreateUnbounded<IReadOnlyList<DiaryRecord>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DiaryStore _diary;
    private readonly Task _writing;
    private long _last;

    private JsonLinesTail(DiaryStore diary, string path)
    {
        _diary = diary;
        diary.Committed += Take;
        _last = CatchUp(diary, path);
        _writing = Task.Run(() => WriteAsync(path));
    }

    /// <summary>Why the file is no longer written, or null. The diary itself is not touched by it.</summary>
    public string? Fault { get; private set; }

    public static JsonLinesTail Start(DiaryStore diary, string path) => new(diary, path);

    public async ValueTask DisposeAsync()
    {
        _diary.Committed -= Take;
        _queue.Writer.Complete();
        await _writing;
    }

    private void Take(IReadOnlyList<DiaryRecord> records) => _queue.Writer.TryWrite(records);

    private async Task WriteAsync(string path)
    {
        try
        {
            await using var file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, 1 << 16), new UTF8Encoding(false));
            while (await _queue.Reader.WaitToReadAsync())
            {
                while (_queue.Reader.TryRead(out var records))
                {
                    foreach (var record in records)
                    {
                        if (record.Seq > _last)
                        {
                            await file.WriteLineAsync(record.ToJsonLine());
                            _last = record.Seq;
                        }
                    }
                }

                await file.FlushAsync();
            }
        }
        catch (IOException e)
        {
            // The file is a copy: trading goes on, the next start catches up. Taken batches are dropped.
            Fault = $"{path} can't be written: {e.Message}";
        }
    }

    private static long CatchUp(DiaryStore diary, string path)
    {
        var last = CutTornLine(path);
        using var db = new RezDb(RezDb.Sqlite(diary.Path, readOnly: true));
        using var file = new StreamWriter(path, append: true, new UTF8Encoding(false));
        foreach (var record in DiaryQueries.Stream(db, last))
        {
            file.WriteLine(record.ToJsonLine());
            last = record.Seq;
        }

        return last;
    }

    /// <summary>Cuts an unfinished last line and returns the sequence number of the last whole one, 0 for none.</summary>
    private static long CutTornLine(string path)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var end = LastLineFeed(file, file.Length) + 1;
        file.SetLength(end);
        if (end == 0)
        {
            return 0;
        }

        var start = LastLineFeed(file, end - 1) + 1;
        var line = new byte[end - start];
        file.Position = start;
        file.ReadExactly(line);
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("seq").GetInt64();
    }

    private static long LastLineFeed(FileStream file, long before)
    {
        var buffer = new byte[1 << 16];
        while (before > 0)
        {
            var from = Math.Max(0, before - buffer.Length);
            var length = (int)(before - from);
            file.Position = from;
            file.ReadExactly(buffer.AsSpan(0, length));
            var at = buffer.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (at >= 0)
            {
                return from + at;
            }

            before = from;
        }

        return -1;
    }
}
