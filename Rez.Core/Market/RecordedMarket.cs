using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Rez.Core.Market;

/// <summary>
/// A market played from candle files: <c>ASSET-INTERVAL.csv[.gz]</c> or <c>.jsonl[.gz]</c> (a quote currency behind the asset's name is dropped), and
/// beside them <c>ASSET-funding*.csv[.gz]</c> with <c>ts_ms,rate</c>, paid at the recorded times with the recorded rates.
/// Missing bars stay missing; a file with any other fault is refused with every fault named.
/// </summary>
public sealed partial class RecordedMarket : IMarketSource
{
    private readonly RecordedAsset[] _assets;
    private readonly long _endMs;
    private long _nextMs;

    private RecordedMarket(RecordedAsset[] assets, Interval interval, string fingerprint, IReadOnlyList<string> notes)
    {
        _assets = assets;
        BaseInterval = interval;
        Fingerprint = fingerprint;
        Notes = notes;
        Instruments = [.. assets.Select(a => a.Instrument)];
        StartMs = _nextMs = assets.Min(a => a.Candles[0].OpenTimeMs);
        _endMs = assets.Max(a => a.Candles[^1].OpenTimeMs);
    }

    public IReadOnlyList<Instrument> Instruments { get; }

    public Interval BaseInterval { get; }

    public string Fingerprint { get; }

    public long StartMs { get; }

    /// <summary>What a user should know of the data: gaps, assets without funding.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Opens a folder, or one file of candles. Only <paramref name="assets"/> are taken when any are named.</summary>
    /// <param name="keepsCache">Whether candles are kept beside their file in binary form, to be read many times faster the next time.</param>
    public static Outcome<RecordedMarket> Open(string folder, IReadOnlyList<string> assets, bool keepsCache = false)
    {
        if (File.Exists(folder))
        {
            return Describe(folder) is { Interval: { } own } file
                ? Load(folder, own, [file], [.. Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(folder))!).Select(Describe).OfType<DataFile>()], keepsCache)
                : new Rejection("no-candles", $"--candles: the name of {folder} is not ASSET-INTERVAL.csv, .csv.gz, .jsonl or .jsonl.gz.");
        }

        if (!Directory.Exists(folder))
        {
            return new Rejection("no-folder", $"--candles: there is no folder {folder}.");
        }

        var files = Directory.GetFiles(folder).Select(Describe).OfType<DataFile>().Where(f => assets.Count == 0 || assets.Contains(f.Asset)).ToArray();
        var candles = files.Where(f => f.Interval is not null).ToArray();
        if (candles.Length == 0)
        {
            return new Rejection("no-candles",
                $"--candles: {folder} holds no ASSET-INTERVAL.csv, .csv.gz, .jsonl or .jsonl.gz{(assets.Count > 0 ? $" for {string.Join(", ", assets)}" : string.Empty)}.");
        }

        // A whole series goes before an excerpt (ASSET-1m-last3d), the finest interval that most assets have before others.
        var whole = candles.Where(f => !f.IsExcerpt).ToArray();
        var chosen = (whole.Length > 0 ? whole : candles).GroupBy(f => f.Interval!.Value)
            .OrderByDescending(g => g.Select(f => f.Asset).Distinct(StringComparer.Ordinal).Count()).ThenBy(g => g.Key.Milliseconds).First();
        return Load(folder, chosen.Key, [.. chosen.OrderBy(f => f.Asset, StringComparer.Ordinal)], files, keepsCache);
    }

    public bool TryNext(MarketStep step)
    {
        if (_nextMs > _endMs)
        {
            return false;
        }

        step.OpenMs = _nextMs;
        step.CloseMs = BaseInterval.NextOpen(_nextMs);
        for (var i = 0; i < _assets.Length; i++)
        {
            _assets[i].Write(step, i);
        }

        _nextMs = step.CloseMs;
        return true;
    }

    private static Outcome<RecordedMarket> Load(string folder, Interval interval, DataFile[] files, DataFile[] all, bool keepsCache)
    {
        var faults = new List<string>();
        var notes = new List<string>();
        var loaded = new List<RecordedAsset>();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            var read = keepsCache ? CandleCache.Read(file.Path, notes.Add) : CandleFile.Read(file.Path);
            if (!read.Ok)
            {
                faults.Add(read.Rejection.Message);
                continue;
            }

            var name = Path.GetFileName(file.Path);
            faults.AddRange(read.Value.Fatal.Take(20).Select(f => $"{name} {f}"));
            if (read.Value.Interval is { } found && found != interval)
            {
                faults.Add($"{name}: the rows are {found} apart, the name says {interval}");
            }

            var gaps = read.Value.Faults.Where(f => f.Code == "gap").ToArray();
            if (gaps.Length > 0)
            {
                notes.Add($"{name}: {gaps.Length} gap(s), first at {gaps[0]}; no bar is invented, the asset is not traded across a gap");
            }

            notes.AddRange(read.Value.Faults.Where(f => f.Code == "partial").Select(f => $"{name} {f}"));
            var funding = Funding(all.FirstOrDefault(f => f.Interval is null && f.Asset == file.Asset)?.Path, faults);
            if (funding.Length == 0)
            {
                notes.Add($"{file.Asset}: no funding file, so no funding is charged");
            }

            if (read.Value.Candles.Count > 0)
            {
                var instrument = DemoInstruments.For(file.Asset, 1_000 + loaded.Count, read.Value.Candles[^1].Close);
                var candles = read.Value.Candles as Candle[] ?? [.. read.Value.Candles];
                loaded.Add(new RecordedAsset(instrument, candles, funding, interval, FinerBars.Of(file.Asset, interval, candles, all.Where(f => f.Asset == file.Asset && f.Interval < interval).Select(f => (f.Path, f.Interval!.Value)), keepsCache, notes)));
            }

            digest.AppendData(File.ReadAllBytes(file.Path));
        }

        if (faults.Count > 0)
        {
            return new Rejection("bad-candles", $"--candles: {folder} can't be traded on:\n  " + string.Join("\n  ", faults));
        }

        var hash = Convert.ToHexStringLower(digest.GetHashAndReset())[..16];
        var fingerprint = $"recorded/1 {interval} assets={string.Join(',', loaded.Select(a => a.Instrument.Asset))} sha256={hash}";
        return new RecordedMarket([.. loaded], interval, fingerprint, notes);
    }

    private static FundingRate[] Funding(string? path, List<string> faults)
    {
        if (path is null)
        {
            return [];
        }

        var rates = new List<FundingRate>();
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress)
            : file;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            var parts = text.Split(',');
            if (line == 1 && !char.IsAsciiDigit(text.FirstOrDefault()))
            {
                continue;
            }

            if (parts.Length < 2 || !long.TryParse(parts[0], out var ms)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) || !double.IsFinite(rate))
            {
                faults.Add($"{Path.GetFileName(path)} line {line}: '{text}' is not ts_ms,rate");
                break;
            }

            if (rates.Count > 0 && ms <= rates[^1].TimeMs)
            {
                faults.Add($"{Path.GetFileName(path)} line {line}: times must rise");
                break;
            }

            rates.Add(new FundingRate(ms, rate));
        }

        return [.. rates];
    }

    private static DataFile? Describe(string path)
    {
        var match = FileName().Match(Path.GetFileName(path));
        if (!match.Success)
        {
            return null;
        }

        var kind = match.Groups["kind"].Value;
        var asset = match.Groups["asset"].Value;
        if (kind.StartsWith("funding", StringComparison.Ordinal))
        {
            return match.Groups["rest"].Success ? null : new DataFile(path, asset, null, false);
        }

        return Interval.TryParse(kind, out var interval) ? new DataFile(path, asset, interval, match.Groups["rest"].Success) : null;
    }

    [GeneratedRegex(@"^(?<asset>[A-Za-z0-9]+?)(?:USDT|USDC|USD|EUR)?-(?<kind>\d+[mhdwM]|funding\w*)(?<rest>-.+)?\.(csv|jsonl|ndjson)(\.gz)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();

    private sealed record DataFile(string Path, string Asset, Interval? Interval, bool IsExcerpt);

    private sealed class RecordedAsset(Instrument instrument, Candle[] candles, FundingRate[] funding, Interval interval, FinerBars? finer)
    {
        private int _next;
        private int _nextFunding;
        private double _hourly;

        public Instrument Instrument { get; } = instrument;

        public Candle[] Candles { get; } = candles;

        public void Write(MarketStep step, int index)
        {
            var has = _next < Candles.Length && Candles[_next].OpenTimeMs == step.OpenMs;
            step.Has[index] = has;
            if (has)
            {
                step.Finer[index] = finer?.Within(Candles[_next], step.CloseMs) ?? default;
                step.Bars[index] = Candles[_next++];
            }

            step.FundingDue[index] = double.NaN;
            while (_nextFunding < funding.Length && interval.OpenOf(funding[_nextFunding].TimeMs) <= step.OpenMs)
            {
                var rate = funding[_nextFunding];
                if (interval.OpenOf(rate.TimeMs) == step.OpenMs)
                {
                    step.FundingDue[index] = rate.Rate;
                }

                var spacing = _nextFunding > 0 ? rate.TimeMs - funding[_nextFunding - 1].TimeMs : 8 * 3_600_000;
                _hourly = rate.Rate / Math.Max(1, Math.Round(spacing / 3_600_000.0));
                _nextFunding++;
            }

            step.FundingHourly[index] = _hourly;
            step.Premium[index] = 0;
            step.OpenInterest[index] = 0;
        }
    }
}
