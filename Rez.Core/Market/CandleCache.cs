using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Rez.Core.Market;

/// <summary>
/// A candle file's rows as they lie in memory, in a file beside it (<c>NAME.rezc</c>): made at the first reading, used as long as the source has the same length and time and the checksum
/// holds, made anew otherwise. Only of files without a fatal fault. What can't be written is not: the source is read then, and a note says why.
/// </summary>
/// <remarks>Header: magic, length and last write of the source (UTC ticks), interval (ms), line of the first candle, rows, checksum of the rows; then the rows, 48 bytes each, little-endian.</remarks>
public static class CandleCache
{
    public const string Extension = ".rezc";
    private const int HeaderBytes = 56;
    private const long Magic = 0x31_4C_44_4E_43_5A_45_52;

    /// <summary>The candles of a file, from the cache when it is good.</summary>
    /// <param name="note">Told when a cache could not be written.</param>
    public static Outcome<CandleFileContent> Read(string path, Action<string>? note = null)
    {
        if (!BitConverter.IsLittleEndian || !File.Exists(path))
        {
            return CandleFile.Read(path);
        }

        var stamp = new FileInfo(path);
        try
        {
            if (Load(path, stamp) is { } kept)
            {
                return kept;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            note?.Invoke($"{path}{Extension} can't be read ({e.Message}); the file itself is");
        }

        var read = CandleFile.Read(path);
        if (read.Ok && !read.Value.Fatal.Any() && read.Value.Faults.All(f => f.Code == "gap") && read.Value.LastLine - read.Value.FirstLine + 1 == read.Value.Candles.Count)
        {
            try
            {
                Save(path, stamp, read.Value);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                note?.Invoke($"no cache beside {path}: {e.Message}");
            }
        }

        return read;
    }

    private static CandleFileContent? Load(string path, FileInfo source)
    {
        if (!File.Exists(path + Extension))
        {
            return null;
        }

        using var file = File.OpenHandle(path + Extension);
        var size = RandomAccess.GetLength(file);
        var header = new byte[HeaderBytes];
        if (size < HeaderBytes || RandomAccess.Read(file, header, 0) != HeaderBytes)
        {
            return null;
        }

        var (rows, interval) = (Int(header, 5), Interval.OfMilliseconds(Int(header, 3)));
        if (Int(header, 0) != Magic || Int(header, 1) != source.Length || Int(header, 2) != source.LastWriteTimeUtc.Ticks || size != HeaderBytes + (rows * Marshal.SizeOf<Candle>()))
        {
            return null;
        }

        var candles = GC.AllocateUninitializedArray<Candle>((int)rows);
        var bytes = MemoryMarshal.AsBytes(candles.AsSpan());
        for (var at = 0; at < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes[at..], HeaderBytes + at);
            if (read == 0)
            {
                return null;
            }

            at += read;
        }

        var first = (int)Int(header, 4);
        return Int(header, 6) != Checksum(bytes) ? null
            : new CandleFileContent(path, candles, CandleFile.Gaps(candles, interval, first)) { Interval = interval, FirstLine = first, LastLine = first + candles.Length - 1 };
    }

    private static void Save(string path, FileInfo source, CandleFileContent content)
    {
        Candle[] candles = [.. content.Candles];
        var bytes = MemoryMarshal.AsBytes(candles.AsSpan());
        var header = new byte[HeaderBytes];
        long[] words = [Magic, source.Length, source.LastWriteTimeUtc.Ticks, content.Interval?.Milliseconds ?? 0, content.FirstLine, candles.Length, Checksum(bytes)];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8 * i), words[i]);
        }

        // Under another name first: a reader never meets half a cache.
        var draft = $"{path}{Extension}.{Environment.ProcessId}";
        using (var file = File.Create(draft))
        {
            file.Write(header);
            file.Write(bytes);
        }

        File.Move(draft, path + Extension, overwrite: true);
    }

    private static long Int(byte[] header, int word) => BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(8 * word));

    /// <summary>FNV-1a over words of eight bytes.</summary>
    private static long Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 14695981039346656037UL;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            hash = (hash ^ word) * 1099511628211UL;
        }

        return (long)hash;
    }
}
