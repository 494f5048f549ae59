using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Rez.Core.Market;

/// <summary>What a merge did.</summary>
/// <param name="Added">Bars that were not there.</param>
/// <param name="Same">Bars that were there already with the same values.</param>
/// <param name="Differing">Open times of bars that were there with other values: the old ones stay.</param>
public sealed record CandleMerge(int Added, int Same, IReadOnlyList<long> Differing);

/// <summary>
/// A folder of candles, one <c>ASSET-INTERVAL.csv.gz</c> each, that <c>--candles</c> plays. Bars are merged by open time, so that loading
/// the same twice changes nothing; a file is written aside and renamed.
/// </summary>
public sealed class CandleArchive
{
    private readonly string _folder;
    private readonly SortedDictionary<long, Candle> _bars = [];
    private bool _changed;

    private CandleArchive(string folder, string asset, Interval interval)
    {
        _folder = folder;
        Asset = asset;
        Interval = interval;
    }

    public string Asset { get; }

    public Interval Interval { get; }

    public int Count => _bars.Count;

    public string FilePath => Path.Combine(_folder, $"{Asset}-{Interval.Name}.csv.gz");

    public IEnumerable<Candle> Bars => _bars.Values;

    /// <summary>Opens what is there; a damaged file is refused, never overwritten.</summary>
    public static Outcome<CandleArchive> Open(string folder, string asset, Interval interval)
    {
        var archive = new CandleArchive(folder, asset, interval);
        if (!File.Exists(archive.FilePath))
        {
            return archive;
        }

        var read = CandleFile.Read(archive.FilePath);
        if (!read.Ok)
        {
            return read.Rejection;
        }

        if (read.Value.Fatal.FirstOrDefault() is { } fault)
        {
            return new Rejection("bad-archive", $"{archive.FilePath} is damaged ({fault}); mend or remove it.");
        }

        foreach (var candle in read.Value.Candles)
        {
            archive._bars[candle.OpenTimeMs] = candle;
        }

        return archive;
    }

    /// <summary>Ranges in [fromMs, toMs) without bars, oldest first, none longer than <paramref name="mostBars"/>.</summary>
    public IReadOnlyList<(long FromMs, long ToMs)> Missing(long fromMs, long toMs, int mostBars)
    {
        var ranges = new List<(long, long)>();
        long? start = null;
        var length = 0;
        for (var t = Interval.OpenOf(fromMs); t < toMs; t = Interval.NextOpen(t))
        {
            if (t < fromMs)
            {
                continue;
            }

            if (_bars.ContainsKey(t) || length == mostBars)
            {
                if (start is { } s)
                {
                    ranges.Add((s, t));
                }

                (start, length) = (null, 0);
            }

            if (!_bars.ContainsKey(t))
            {
                start ??= t;
                length++;
            }
        }

        if (start is { } last)
        {
            ranges.Add((last, toMs));
        }

        return ranges;
    }

    public CandleMerge Merge(IEnumerable<Candle> candles)
    {
        var (added, same) = (0, 0);
        var differing = new List<long>();
        foreach (var candle in candles)
        {
            if (_bars.TryAdd(candle.OpenTimeMs, candle))
            {
                added++;
                _changed = true;
            }
            else if (_bars[candle.OpenTimeMs] == candle)
            {
                same++;
            }
            else
            {
                differing.Add(candle.OpenTimeMs);
            }
        }

        return new CandleMerge(added, same, differing);
    }

    /// <summary>Writes the file when something changed.</summary>
    public void Save()
    {
        if (!_changed)
        {
            return;
        }

        Directory.CreateDirectory(_folder);
        var aside = FilePath + ".new";
        using (var file = File.Create(aside))
        {
            using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
            using (var text = new StreamWriter(gzip, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" })
            {
                text.WriteLine("ts_ms,open,high,low,close,volume");
                foreach (var c in _bars.Values)
                {
                    text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{c.OpenTimeMs},{c.Open:R},{c.High:R},{c.Low:R},{c.Close:R},{c.Volume:R}"));
                }
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(aside, FilePath, overwrite: true);
        _changed = false;
    }
}
