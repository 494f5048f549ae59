using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rez.Core.Market;

namespace Rez.Worker.Commands;

/// <summary><c>rez import</c>: candles from files of others, such as data.binance.vision or freqtrade, into files that <c>--candles</c> plays.</summary>
internal static partial class ImportCommand
{
    private static readonly Argument<string[]> Files = new("FILE") { Description = "CSV files, plain, .gz or .zip", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Asset = new("--asset") { Description = "Asset, when the file's name does not say it" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for the files (default: candles in the data dir)" };

    public static Command Build()
    {
        var command = new Command("import", "Takes candles from CSV files: Binance Vision, freqtrade, ours; .gz and .zip too") { Files, Asset, Out, CommonOptions.DataDir, CommonOptions.Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var settings = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)));
        if (!settings.Faults.IsEmpty)
        {
            return CommonOptions.Report(settings);
        }

        var folder = parse.GetValue(Out) ?? Path.Combine(settings.Options.Storage.DataDir, "candles");
        var archives = new Dictionary<(string, string), CandleArchive>();
        var told = new List<object>();
        foreach (var file in parse.GetValue(Files)!)
        {
            if (Take(file, parse.GetValue(Asset), folder, archives, told) is { } fault)
            {
                // Files before this one are kept; this one is not taken in part.
                Save(archives);
                Console.Error.WriteLine(fault);
                return ExitCode.BadData;
            }
        }

        Save(archives);
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(told, JsonSerializerOptions.Web));
        }

        return ExitCode.Ok;
    }

    private static string? Take(string file, string? assetGiven, string folder, Dictionary<(string, string), CandleArchive> archives, List<object> told)
    {
        var read = CandleFile.Read(file);
        if (!read.Ok)
        {
            return read.Rejection.Message;
        }

        if (read.Value.Fatal.FirstOrDefault() is { } fault)
        {
            return $"{file} is not taken: {fault}";
        }

        if (read.Value.Interval is not { } interval)
        {
            return $"{file} is not taken: its rows have no spacing that is a candle interval.";
        }

        var asset = assetGiven ?? AssetOf(file);
        if (asset is null)
        {
            return $"{file}: its name says no asset (expected something like BTCUSDT-1m-2025-01.csv); give --asset.";
        }

        if (!archives.TryGetValue((asset, interval.Name), out var archive))
        {
            var opened = CandleArchive.Open(folder, asset, interval);
            if (!opened.Ok)
            {
                return opened.Rejection.Message;
            }

            archives[(asset, interval.Name)] = archive = opened.Value;
        }

        var merge = archive.Merge(read.Value.Candles);
        var gaps = read.Value.Faults.Count - read.Value.Fatal.Count();
        told.Add(new { file, asset, interval = interval.Name, added = merge.Added, same = merge.Same, differing = merge.Differing.Count, gaps, into = archive.FilePath });
        Console.Error.WriteLine($"{file}: {asset} {interval}, {merge.Added} bars added, {merge.Same} there already"
            + (merge.Differing.Count > 0 ? $", {merge.Differing.Count} there with other values (those stay), first at {DateTimeOffset.FromUnixTimeMilliseconds(merge.Differing[0]):u}" : string.Empty)
            + (gaps > 0 ? $", {gaps} gap(s)" : string.Empty) + $" → {archive.FilePath}");
        return null;
    }

    /// <summary>BTCUSDT-1m-2025-01.csv, BTC_USDT_USDT-1h-futures.csv and BTC-1h.csv.gz are all BTC; 1000PEPEUSDT is Hyperliquid's kPEPE.</summary>
    internal static string? AssetOf(string file)
    {
        var match = Name().Match(Path.GetFileName(file));
        if (!match.Success)
        {
            return null;
        }

        var asset = match.Groups["asset"].Value;
        return asset.StartsWith("1000", StringComparison.Ordinal) ? "k" + asset[4..] : asset;
    }

    private static void Save(Dictionary<(string, string), CandleArchive> archives)
    {
        foreach (var archive in archives.Values)
        {
            archive.Save();
        }
    }

    [GeneratedRegex("^(?<asset>[A-Za-z0-9]+?)(?:_?(?:USDT|USDC|USD|EUR))*[-_.]", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
