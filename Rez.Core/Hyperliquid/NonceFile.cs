using System.Globalization;

namespace Rez.Core.Hyperliquid;

/// <summary>Keeps a key's nonce mark in a small file: written aside and renamed, so that a crash leaves the old one or the new one.</summary>
public static class NonceFile
{
    /// <summary>A source that goes on where the file ends. A file that holds something else stops the start: a guess could repeat a nonce.</summary>
    public static Outcome<NonceSource> Open(string path, TimeProvider clock)
    {
        var mark = 0L;
        try
        {
            if (File.Exists(path) && !long.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out mark))
            {
                return new Rejection("bad-nonce-file", $"{path} holds no number. Remove it only if no other process uses the same key and the clock is right.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Rejection("bad-nonce-file", $"{path} can't be read: {e.Message}");
        }

        return new NonceSource(clock, mark, value => Keep(path, value));
    }

    private static void Keep(string path, long value)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }
}
