using System.CommandLine;
using System.Globalization;
using Rez.Core;
using Rez.Core.Configuration;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez sim</c>: a local exchange that any Hyperliquid client can trade against.</summary>
internal static class SimCommand
{
    private const int DefaultPort = 4001;
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(2);
    private static readonly Option<int> Port = new("--port") { Description = "Port on 127.0.0.1; 0 takes any free one", DefaultValueFactory = _ => DefaultPort };
    private static readonly Option<string?> Candles = new("--candles") { Description = "Folder of candle files to play instead of the generated market" };
    private static readonly Option<double> Speed = new("--speed") { Description = "Market seconds a second", DefaultValueFactory = _ => 1 };
    private static readonly Option<decimal> Faucet = new("--faucet") { Description = "USD that an address is credited with at first sight", DefaultValueFactory = _ => 10_000m };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of the generated market and of slippage", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> HistoryDays = new("--history-days") { Description = "Days of market before now", DefaultValueFactory = _ => 20 };
    private static readonly Option<decimal> ScheduleVolume = new("--schedule-cancel-volume")
    {
        Description = "Traded USD before the dead man's switch may be armed", DefaultValueFactory = _ => 1_000_000m,
    };

    private static readonly Option<bool> Mainnet = new("--mainnet") { Description = "Ask for mainnet signatures instead of testnet ones" };
    private static readonly Option<double> Cut = new("--cut")
    {
        Description = "Share of requests whose connection is cut before or after the exchange acted; sockets are dropped alike", DefaultValueFactory = _ => 0,
    };

    public static Command Build()
    {
        var command = new Command("sim", "Serves a local exchange that speaks Hyperliquid's protocol: /info, /exchange, /ws")
        {
            Port, Candles, Speed, Faucet, Seed, HistoryDays, ScheduleVolume, Mainnet, Cut, CommonOptions.DataDir,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var speed = parse.GetValue(Speed);
        if (!(speed > 0 && double.IsFinite(speed)) || parse.GetValue(Faucet) < 0 || parse.GetValue(HistoryDays) is < 1 or > 400 || parse.GetValue(Cut) is < 0 or >= 1)
        {
            Console.Error.WriteLine("--speed must be above 0, --faucet not below 0, --history-days 1 to 400, --cut from 0 to below 1.");
            return ExitCode.Usage;
        }

        var history = TimeSpan.FromDays(parse.GetValue(HistoryDays));
        var folder = parse.GetValue(CommonOptions.DataDir);
        var kept = folder is null ? new Outcome<LocalSnapshot?>(null) : LocalSnapshot.Read(folder);
        if (!kept.Ok)
        {
            Console.Error.WriteLine(kept.Rejection.Message);
            return ExitCode.BadData;
        }

        var opened = Market(parse.GetValue(Candles), parse.GetValue(Seed), history, kept.Value);
        if (!opened.Ok)
        {
            Console.Error.WriteLine(opened.Rejection.Message);
            return ExitCode.BadData;
        }

        var market = opened.Value;
        if (kept.Value is { } before && before.World != market.Fingerprint)
        {
            Console.Error.WriteLine($"{folder} holds accounts of another market ({before.World}); this one is {market.Fingerprint}. Choose another --data-dir.");
            return ExitCode.OtherWorld;
        }

        var clock = new ScaledClock(TimeProvider.System, StartOf(market, history, kept.Value, parse.GetValue(Candles), speed), speed);
        var settings = CommonOptions.Read(parse);
        if (!settings.Faults.IsEmpty)
        {
            return CommonOptions.Report(settings);
        }

        var exchange = new LocalExchange(
            market,
            new LocalExchangeOptions
            {
                Faucet = parse.GetValue(Faucet), Seed = parse.GetValue(Seed), IsMainnet = parse.GetValue(Mainnet),
                ScheduleCancelVolume = parse.GetValue(ScheduleVolume), Simulation = settings.Options.Simulation,
            },
            clock,
            TimeProvider.System,
            kept.Value);
        try
        {
            if (folder is not null)
            {
                exchange.Acted = () => Running(exchange).Write(folder);
            }

            await using var host = await LocalVenueHost.StartAsync(exchange, parse.GetValue(Port), TimeProvider.System, TickOf(speed), parse.GetValue(Cut));
            var at = host.Address.ToString().TrimEnd('/');
            Console.Out.WriteLine($"rez sim listens on {at} (/info, /exchange, /ws), {(parse.GetValue(Mainnet) ? "mainnet" : "testnet")} signatures");
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{string.Join(' ', market.Instruments.Select(i => i.Asset))}, speed {speed}, every address starts with {parse.GetValue(Faucet)} USD, {market.Fingerprint}"));
            Console.Out.Flush();
            await KeepAsync(exchange, folder, cancel);
        }
        catch (IOException e) when (LocalVenueHost.IsPortTaken(e))
        {
            Console.Error.WriteLine($"Port {parse.GetValue(Port)} is in use or not allowed. Choose another with --port.");
            return ExitCode.PortInUse;
        }

        return ExitCode.Ok;
    }

    private static LocalSnapshot Running(LocalExchange exchange)
    {
        // Looked at before: a market that is a moment ahead after a kill harms nobody, one that steps back would.
        var wallMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        return exchange.Keep() with { RunningMs = wallMs };
    }

    /// <summary>Accounts are written with every action, every few seconds and at the end: a kill loses nothing, for what prices did since is played again.</summary>
    private static async Task KeepAsync(LocalExchange exchange, string? folder, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(folder is null ? Timeout.InfiniteTimeSpan : KeepEvery, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (folder is not null)
            {
                exchange.Acted = cancel.IsCancellationRequested ? () => exchange.Keep().Write(folder) : exchange.Acted;
                exchange.Settle();
            }
        }
    }

    /// <summary>
    /// Market time at the start: now at the wall's pace, else where the last run ended, else behind the history. After a kill the market has gone on meanwhile: a venue's time never steps back.
    /// </summary>
    private static DateTimeOffset StartOf(IMarketSource market, TimeSpan history, LocalSnapshot? kept, string? candles, double speed) =>
        kept is null ? DateTimeOffset.FromUnixTimeMilliseconds(market.StartMs) + history
        : candles is null && speed == 1 && TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() > kept.NowMs ? TimeProvider.System.GetUtcNow()
        : DateTimeOffset.FromUnixTimeMilliseconds(kept.NowMs) + (kept.RunningMs is { } at ? TimeSpan.FromMilliseconds(Math.Max(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - at) * speed) : TimeSpan.Zero);

    /// <summary>The generated market ends its history now, or goes on as it began; a recorded one keeps its own time.</summary>
    private static Outcome<IMarketSource> Market(string? candles, ulong seed, TimeSpan history, LocalSnapshot? kept)
    {
        if (candles is not null)
        {
            var recorded = RecordedMarket.Open(candles, []);
            return recorded.Ok ? new Outcome<IMarketSource>(recorded.Value) : recorded.Rejection;
        }

        var start = kept?.MarketStartMs ?? Interval.M1.OpenOf((TimeProvider.System.GetUtcNow() - history).ToUnixTimeMilliseconds());
        return new Outcome<IMarketSource>(new GeneratedMarket(seed, DemoInstruments.Known, start));
    }

    /// <summary>A block about twice a second of market time, but no more often than a machine likes.</summary>
    private static TimeSpan TickOf(double speed) => TimeSpan.FromMilliseconds(Math.Clamp(500 / speed, 50, 500));
}
