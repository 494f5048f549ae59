using System.Security.Cryptography;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Binance;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;
using Rez.Core.Session;
using Serilog.Core;

namespace Rez.Worker.Hosting;

/// <summary>Paper or live trading: the wires to the venue, the key, and the session on them.</summary>
internal sealed class LiveHost : TradingHost
{
    private const int MarkLength = 4;
    private readonly LiveSession _session;
    private readonly VenueLink _link;
    private readonly PrivateKey? _key;
    private readonly BinanceCandles? _older;
    private readonly DeciderPorts _deciders;

    private LiveHost(RezOptions options, DataDirectory data, DiaryStore diary, LiveSession session, VenueLink link, PrivateKey? key, BinanceCandles? older, DeciderPorts deciders, Logger log)
        : base(options, data, diary, log)
    {
        _session = session;
        _link = link;
        _key = key;
        _older = older;
        _deciders = deciders;
        session.CycleEnded += _ => Ended();
    }

    public override ITradingSession Session => _session;

    /// <exception cref="Core.Diary.DiaryUnavailableException">The data dir or the diary can't be used.</exception>
    public static async Task<Outcome<LiveHost>> OpenAsync(RezOptions options, long? maxCycles, bool isForced, CancellationToken cancel)
    {
        var data = DataDirectory.Take(options.Storage.DataDir);
        DiaryStore? diary = null;
        VenueLink? link = null;
        PrivateKey? key = null;
        BinanceCandles? older = null;
        LiveHost? host = null;
        try
        {
            var log = Logging.Create(options.Log, data.Path);
            var jitter = new SeededRandom((ulong)TimeProvider.System.GetTimestamp());
            older = options.Market.Fallback == CandleFallback.Binance ? new BinanceCandles(Handler(), BinanceCandles.Default, TimeProvider.System) : null;
            link = await VenueLink.OpenAsync(options.Hyperliquid, LiveComposition.BaseInterval(options), Handler, TimeProvider.System, jitter, older, cancel);
            diary = DiaryStore.Open(data.DiaryPath, link.Clock);
            Outcome<LivePorts> ports;
            if (options.Trading.Mode == TradingMode.Paper)
            {
                ports = await LiveComposition.PaperAsync(options, link, data.DiaryPath, TimeProvider.System, cancel);
            }
            else
            {
                var read = LiveComposition.Key(options.Hyperliquid);
                if (!read.Ok)
                {
                    return new Rejection("not-ready", read.Rejection.Message);
                }

                key = read.Value;
                ports = Live(options, link, key, data.Path, log);
            }

            if (!ports.Ok)
            {
                return ports.Rejection.Code == "unknown-asset" ? ports.Rejection : new Rejection("not-ready", ports.Rejection.Message);
            }

            var deciders = new DeciderPorts(link.Market, diary, data.DiaryPath, Handler, TimeProvider.System, jitter);
            var session = LiveSession.Open(
                ports.Value, diary, Deciders.Of(options, deciders), LiveComposition.Settings(options, maxCycles, Version) with { IsForced = isForced }, LiveComposition.Pace(options));
            if (!session.Ok)
            {
                return session.Rejection;
            }

            Listen(session.Value, link, log);
            if (Deciders.WantsModel(options) && !Deciders.HasModel(options))
            {
                log.Warning("{Words}", Deciders.NoModel);
            }

            log.Information(
                "Rez {Version}, {World}: {Assets}, a cycle each {Cycle}, decider {Decider}, data in {DataDir}",
                Version, ports.Value.World, options.Trading.Assets, options.Trading.CycleInterval, options.Trading.Decider, data.Path);
            return host = new LiveHost(options, data, diary, session.Value, link, key, older, deciders, log);
        }
        finally
        {
            if (host is null)
            {
                diary?.Dispose();
                key?.Dispose();
                older?.Dispose();
                data.Dispose();
                if (link is not null)
                {
                    await link.DisposeAsync();
                }
            }
        }
    }

    public override IDecider NewDecider(RezOptions options) => Deciders.Of(options, _deciders);

    public override SessionSummary Summarise() => _session.Summarise();

    public override async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        _session.Dispose();
        _key?.Dispose();
        _older?.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>One client keeps a few connections; each lives a while, so that a changed address is noticed.</summary>
    internal static HttpMessageHandler Handler() => new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false,
    };

    protected override async Task<int> RunAsync(CancellationToken cancel)
    {
        if (await _session.RunAsync(cancel) is not { } refused)
        {
            return ExitCode.Ok;
        }

        await Console.Error.WriteLineAsync($"Not trading. {refused.Message} 'rez doctor' tells more.");
        return ExitCode.NotReady;
    }

    private static Outcome<LivePorts> Live(RezOptions options, VenueLink link, PrivateKey key, string dataDir, Logger log)
    {
        var signer = NativeSecp256k1.Preferred;
        var nonces = NonceFile.Open(Path.Combine(dataDir, $"nonce-{signer.AddressOf(key).Text[2..]}"), link.Clock);
        return nonces.Ok
            ? LiveComposition.Live(options, link, signer, key, nonces.Value, TimeProvider.System, check => Tell(log, check)) with { NewMark = RandomNumberGenerator.GetHexString(MarkLength, lowercase: true) }
            : nonces.Rejection;
    }

    private static void Tell(Logger log, CheckResult check)
    {
        if (check.State == CheckState.Ok)
        {
            log.Information("{Check}: {Words}", check.Name, check.Words);
        }
        else
        {
            log.Warning("{Check}: {Words}", check.Name, check.Words);
        }
    }

    private static void Listen(LiveSession session, VenueLink link, Logger log)
    {
        session.ClockJumpedSeen += jump => log.Warning("{Jump}", jump.ToString());
        session.CycleEnded += result => LogCycle(log, result);
        session.TroubleSeen += trouble =>
        {
            if (trouble is { } t)
            {
                log.Warning("{Trouble}", t.Message);
            }
            else
            {
                log.Information("Reconciled: what stood in the way is gone");
            }
        };
        link.Streams.AccountChanged += session.Wake;
        link.Streams.Noticed += notice => log.Warning("{Notice}", notice.Words);
        link.Streams.Troubled += words => log.Debug("{Words}", words);
    }
}
