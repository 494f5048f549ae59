namespace Rez.Core.Diary.Storage;

/// <summary>A data dir that this process owns: made, found writable, and locked against a second process.</summary>
public sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public string DiaryPath => PathOf(Path);

    public string JsonLinesPath => System.IO.Path.Combine(Path, "diary.jsonl");

    /// <summary>Where the diary of a data dir lies.</summary>
    public static string PathOf(string dataDir) => System.IO.Path.Combine(dataDir, "diary.db");

    /// <exception cref="DiaryUnavailableException">Not writable, or owned by another process.</exception>
    public static DataDirectory Take(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(full);
            if (!OperatingSystem.IsWindows())
            {
                // Keys and money matters: nobody else's business.
                File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiaryUnavailableException("not-writable", $"The data dir {full} can't be made or written: {e.Message}", e);
        }

        try
        {
            var held = new FileStream(System.IO.Path.Combine(full, "rez.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(full, held);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DiaryUnavailableException("not-writable", $"The data dir {full} can't be written: {e.Message}", e);
        }
        catch (IOException e) when (File.Exists(System.IO.Path.Combine(full, "rez.lock")))
        {
            throw new DiaryUnavailableException("locked", $"Another rez runs on the data dir {full}.", e);
        }
        catch (IOException e)
        {
            throw new DiaryUnavailableException("not-writable", $"The data dir {full} can't be written: {e.Message}", e);
        }
    }

    public void Dispose() => _lock.Dispose();
}
