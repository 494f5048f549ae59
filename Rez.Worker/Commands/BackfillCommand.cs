using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rez.Core.Binance;
using Rez.Core.Hyperliquid;
using Rez.Core.Market;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez backfill</c>: fetches candles of the past into files that <c>--candles</c> plays.</summary>
internal static class BackfillCommand
{
    private static readonly Option<string[]> Assets = new("--assets") { Description = "Assets by Hyperliquid's names, separated by commas", Required = true };
    private static readonly Option<string> IntervalName = new("--interval") { Description = "Candle interval", DefaultValueFactory = _ => "1m" };
    private static readonly Option<string> From = new("--from") { Description = "First day or moment, UTC (2025-01-31 or 2025-01-31T12:00)", Required = true };
    private static readonly Option<string?> To = new("--to") { Description = "First moment that is not wanted any more, UTC; now when left out" };
    private static readonly Option<string> Source = new("--source") { Description = "binance, or hyperliquid (the newest 5,000 bars only)", DefaultValueFactory = _ => "binance" };
    private static readonly Option<string?> SourceUrl = new("--url") { Description = "Another address of the source" };
    private static readonly Option<string?> Out = new("--out") { Description = "Folder for the files (default: candles in the data dir)" };

    public static Command Build()
    {
        var command = new Command("backfill", "Fetches candles of the past into files; goes on where it stopped")
        {
            Assets, IntervalName, From, To, Source, SourceUrl, Out, CommonOptions.DataDir, CommonOptions.Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var nowMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var source = parse.GetValue(Source)!;
        if (!Interval.TryParse(parse.GetValue(IntervalName)!, out var interval) || !TryMoment(parse.GetValue(From), nowMs, out var fromMs)
            || !TryMoment(parse.GetValue(To), nowMs, out var toMs) || fromMs >= toMs || source is not ("binance" or "hyperliquid"))
        {
            Console.Error.WriteLine("--interval must be a candle interval, --from a moment before --to (such as 2025-01-31), --source binance or hyperliquid.");
            return ExitCode.Usage;
        }

        toMs = interval.OpenOf(Math.Min(toMs, nowMs));
        var settings = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)));
        if (!settings.Faults.IsEmpty)
        {
            return CommonOptions.Report(settings);
        }

        var folder = parse.GetValue(Out) ?? Path.Combine(settings.Options.Storage.DataDir, "candles");
        var hyperliquid = settings.Options.Hyperliquid;
        hyperliquid.Url = source == "hyperliquid" ? parse.GetValue(SourceUrl) ?? hyperliquid.Url : hyperliquid.Url;
        await using var link = source == "hyperliquid"
            ? await VenueLink.OpenAsync(hyperliquid, interval, LiveHost.Handler, TimeProvider.System, new SeededRandom(1), null, cancel)
            : null;
        using var binance = link is null ? new BinanceCandles(LiveHost.Handler(), parse.GetValue(SourceUrl) is { } url ? new Uri(url) : BinanceCandles.Default, TimeProvider.System) : null;
        ICandleHistory history = binance is not null ? binance : new HyperliquidCandles(link!.Info, link.Clock);
        var results = new List<BackfillResult>();
        foreach (var asset in parse.GetValue(Assets)!.SelectMany(a => a.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            var archive = CandleArchive.Open(folder, asset, interval);
            if (!archive.Ok)
            {
                Console.Error.WriteLine(archive.Rejection.Message);
                return ExitCode.BadData;
            }

            var result = await Backfill.RunAsync(
                archive.Value, history, interval.OpenOf(fromMs), toMs, binance is null ? HyperliquidMarketData.KeptBars : BinanceCandles.BarsARequest,
                p => Console.Error.WriteLine($"{p.Asset} {p.Interval}: {p.Have} of {p.Wanted} bars"), cancel);
            results.Add(result);
            if (result.Trouble is { } trouble)
            {
                Console.Error.WriteLine($"{asset}: {trouble.Message} What was fetched is kept; the same command goes on from here.");
            }
        }

        Print(results, parse.GetValue(CommonOptions.Json));
        return results.Any(r => r.Trouble is not null) ? ExitCode.Failed : ExitCode.Ok;
    }

    private static void Print(List<BackfillResult> results, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                results.Select(r => new { r.Asset, r.File, r.Added, r.Have, r.Missing, trouble = r.Trouble?.Message }), JsonSerializerOptions.Web));
            return;
        }

        foreach (var r in results)
        {
            Console.Out.WriteLine($"{r.Asset}: {r.Added} bars added, {r.Have} there{(r.Missing > 0 ? $", {r.Missing} that the source does not have" : string.Empty)} → {r.File}");
        }
    }

    private static bool TryMoment(string? text, long nowMs, out long ms)
    {
        ms = nowMs;
        if (text is null)
        {
            return true;
        }

        var sound = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment);
        ms = moment.ToUnixTimeMilliseconds();
        return sound;
    }
}
