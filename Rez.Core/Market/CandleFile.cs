using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Rez.Core.Market;

/// <summary>Something wrong with a candle file, and where.</summary>
/// <param name="Line">1-based line in the (unpacked) file.</param>
/// <param name="Code">not-a-candle, bad-value, duplicate, out-of-order, off-grid, gap or partial.</param>
public sealed record CandleFileFault(int Line, string Code, string Message)
{
    public override string ToString() => $"line {Line}: {Message}";
}

/// <summary>A candle file as read: every good row in file order, every fault with its line. Nothing is repaired.</summary>
public sealed record CandleFileContent(string Path, IReadOnlyList<Candle> Candles, IReadOnlyList<CandleFileFault> Faults)
{
    /// <summary>The most common spacing of the rows, or null when no interval has it.</summary>
    public Interval? Interval { get; init; }

    /// <summary>Line of the first candle, 1-based; 0 without any.</summary>
    public int FirstLine { get; init; }

    public int LastLine { get; init; }

    /// <summary>Faults other than gaps and a last bar left out: with one of these the file can't be traded on.</summary>
    public IEnumerable<CandleFileFault> Fatal => Faults.Where(f => f.Code is not ("gap" or "partial"));
}

/// <summary>
/// Reads candles from CSV, plain or gzipped: <c>ts_ms,open,high,low,close,volume</c> (or <c>date,…</c>) with or without a header,
/// open time in Unix seconds, milliseconds or microseconds, or as an ISO date in UTC. A line that begins with a brace or a bracket is JSON (<see cref="CandleJson"/>).
/// </summary>
public static class CandleFile
{
    private const int MostFaults = 1_000;

    /// <summary>The year 9999: a date can say no more, and a time that is later is none.</summary>
    internal const long MostMs = 253_370_764_800_000;

    public static Outcome<CandleFileContent> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var text = new StreamReader(Unpacked(file), Encoding.UTF8);
            return WithoutPartial(Parse(path, text), File.GetLastWriteTimeUtc(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new Rejection("unreadable-file", $"{path} can't be read: {e.Message}");
        }
    }

    public static CandleFileContent Parse(string path, TextReader text)
    {
        var candles = new List<Candle>();
        var faults = new List<CandleFileFault>();
        var lines = new List<int>();
        var number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (line.Length == 0 || (number == 1 && IsHeader(line)))
            {
                continue;
            }

            var isJson = line.AsSpan().TrimStart() is ['{' or '[', ..];
            if ((isJson ? CandleJson.TryRow(line, out var candle) : TryRow(line, out candle)) is { } fault)
            {
                Add(faults, number, "not-a-candle", fault);
            }
            else if (candle.Fault() is { } bad)
            {
                Add(faults, number, "bad-value", $"{At(candle.OpenTimeMs)}: {bad}");
            }
            else
            {
                candles.Add(candle);
                lines.Add(number);
            }
        }

        var interval = Spacing(candles);
        CheckOrder(candles, lines, interval, faults);
        if (candles.Count == 0 && faults.Count == 0)
        {
            Add(faults, number, "not-a-candle", "the file holds no candle");
        }

        return new CandleFileContent(path, candles, [.. faults.OrderBy(f => f.Line)]) { Interval = interval, FirstLine = lines.Count > 0 ? lines[0] : 0, LastLine = lines.Count > 0 ? lines[^1] : 0 };
    }

    /// <summary>A last bar that had not closed when the file was written is no whole bar.</summary>
    private static CandleFileContent WithoutPartial(CandleFileContent content, DateTime writtenUtc)
    {
        var written = new DateTimeOffset(writtenUtc).ToUnixTimeMilliseconds();
        if (content.Interval is not { } interval || content.Candles.Count == 0 || content.Candles[^1].OpenTimeMs > written || interval.NextOpen(content.Candles[^1].OpenTimeMs) <= written)
        {
            return content;
        }

        var fault = new CandleFileFault(content.LastLine, "partial", $"{At(content.Candles[^1].OpenTimeMs)}: the bar had not closed when the file was written; it is left out");
        return content with { Candles = [.. content.Candles.SkipLast(1)], Faults = [.. content.Faults, fault] };
    }

    private static Stream Unpacked(FileStream file)
    {
        var (first, second) = (file.ReadByte(), file.ReadByte());
        file.Position = 0;
        return (first, second) switch
        {
            (0x1f, 0x8b) => new GZipStream(file, CompressionMode.Decompress),

            // Binance's public archive packs one CSV into a zip.
            ('P', 'K') => new ZipArchive(file, ZipArchiveMode.Read).Entries.FirstOrDefault(e => e.Length > 0)?.Open() ?? throw new InvalidDataException("the zip is empty"),
            _ => file,
        };
    }

    private static bool IsHeader(string line) =>
        line.TrimStart('\uFEFF').StartsWith("ts", StringComparison.OrdinalIgnoreCase)
        || line.TrimStart('\uFEFF').StartsWith("date", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("open_time", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("time", StringComparison.OrdinalIgnoreCase);

    private static string? TryRow(string line, out Candle candle)
    {
        candle = default;
        Span<Range> parts = stackalloc Range[8];
        var span = line.AsSpan();
        var count = span.Split(parts, ',');
        if (count < 6)
        {
            return $"expected 6 columns (time,open,high,low,close,volume), got {count}: '{Short(line)}'";
        }

        if (!TryTime(span[parts[0]], out var time))
        {
            return $"'{span[parts[0]]}' is not a time (Unix seconds, ms or µs, or an ISO date)";
        }

        Span<double> values = stackalloc double[5];
        for (var i = 0; i < 5; i++)
        {
            // The last slot takes the rest of the line when there are more columns than slots.
            if (!double.TryParse(span[parts[i + 1]], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]))
            {
                return $"'{span[parts[i + 1]]}' is not a number";
            }
        }

        candle = new Candle(time, values[0], values[1], values[2], values[3], values[4]);
        return null;
    }

    internal static bool TryTime(ReadOnlySpan<char> text, out long ms)
    {
        text = text.Trim().Trim('"');
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ms))
        {
            ms = ms switch
            {
                > 100_000_000_000_000 => ms / 1_000,
                > 0 and < 100_000_000_000 => ms * 1_000,
                _ => ms,
            };
            return ms is > 0 and < MostMs;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date))
        {
            ms = date.ToUnixTimeMilliseconds();
            return ms is > 0 and < MostMs;
        }

        return false;
    }

    private static Interval? Spacing(List<Candle> candles)
    {
        var counts = new Dictionary<long, int>();
        for (var i = 1; i < candles.Count; i++)
        {
            var d = candles[i].OpenTimeMs - candles[i - 1].OpenTimeMs;
            counts[d] = counts.GetValueOrDefault(d) + 1;
        }

        return counts.Count == 0 ? null : Interval.OfMilliseconds(counts.MaxBy(c => c.Value).Key);
    }

    /// <summary>Gaps of candles that are known to be in order, for a file whose rows follow each other without a blank.</summary>
    internal static CandleFileFault[] Gaps(Candle[] candles, Interval? interval, int firstLine)
    {
        var faults = new List<CandleFileFault>();
        for (var i = 1; interval is { } length && i < candles.Length; i++)
        {
            if (length.NextOpen(candles[i - 1].OpenTimeMs) < candles[i].OpenTimeMs)
            {
                Add(faults, firstLine + i, "gap", Gap(candles[i - 1].OpenTimeMs, candles[i].OpenTimeMs, length));
            }
        }

        return [.. faults];
    }

    private static string Gap(long before, long after, Interval length) => $"{(after - before) / length.Milliseconds - 1} bar(s) of {length} missing between {At(before)} and {At(after)}";

    private static void CheckOrder(List<Candle> candles, List<int> lines, Interval? interval, List<CandleFileFault> faults)
    {
        for (var i = 0; i < candles.Count; i++)
        {
            var t = candles[i].OpenTimeMs;
            if (interval is { } step && step.OpenOf(t) != t)
            {
                Add(faults, lines[i], "off-grid", $"{At(t)} is not on the {step} grid");
            }

            if (i == 0)
            {
                continue;
            }

            var before = candles[i - 1].OpenTimeMs;
            if (t == before)
            {
                Add(faults, lines[i], "duplicate", $"{At(t)} is there twice{(candles[i] == candles[i - 1] ? string.Empty : " with different values")}");
            }
            else if (t < before)
            {
                Add(faults, lines[i], "out-of-order", $"{At(t)} comes after {At(before)}");
            }
            else if (interval is { } length && length.NextOpen(before) < t)
            {
                Add(faults, lines[i], "gap", Gap(before, t, length));
            }
        }
    }

    private static void Add(List<CandleFileFault> faults, int line, string code, string message)
    {
        if (faults.Count < MostFaults)
        {
            faults.Add(new CandleFileFault(line, code, message));
        }
    }

    private static string At(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);

    internal static string Short(string line) => line.Length <= 80 ? line : line[..80] + "…";
}
