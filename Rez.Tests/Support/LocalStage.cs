using System.Collections.Concurrent;
using System.Net;
using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Strategies;
using Rez.Worker.Hosting;

namespace Rez.Tests.Support;

/// <summary>What happens to one request on its way.</summary>
internal enum Mishap
{
    None,

    /// <summary>The connection dies before the venue has it.</summary>
    LostBefore,

    /// <summary>The venue acts and its answer is lost.</summary>
    LostAfter,

    /// <summary>The venue acts and a proxy answers with a page.</summary>
    Html,

    /// <summary>The venue acts and its answer is cut short.</summary>
    Truncated,

    /// <summary>The venue acts and the answer says 502.</summary>
    BadGateway,
    TooMany,
    Unavailable,
}

/// <summary>What a test lets happen on the wire between Rez and the local exchange.</summary>
internal sealed class WireFaults
{
    /// <summary>Decides by endpoint (<c>/info</c>, <c>/exchange</c>) and body.</summary>
    public Func<string, string, Mishap> Plan { get; set; } = (_, _) => Mishap.None;

    /// <summary>Everything that was sent to <c>/exchange</c>.</summary>
    public ConcurrentQueue<string> Actions { get; } = [];
}

/// <summary>That wire.</summary>
internal sealed class FaultyWire(WireFaults faults) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/exchange")
        {
            faults.Actions.Enqueue(body);
        }

        var mishap = faults.Plan(path, body);
        switch (mishap)
        {
            case Mishap.LostBefore:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "the connection died");
            case Mishap.TooMany:
                return new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Content = new StringContent("null") };
            case Mishap.Unavailable:
                return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("upgrading") };
        }

        var response = await base.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        switch (mishap)
        {
            case Mishap.LostAfter:
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "the connection died");
            case Mishap.Html:
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html><body>moment please</body></html>") };
            case Mishap.Truncated:
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer[..(answer.Length / 2)]) };
            case Mishap.BadGateway:
                return new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("bad gateway") };
        }

        response.Content = new StringContent(answer);
        return response;
    }
}

/// <summary>A local exchange on a real port, on a generated market at some speed.</summary>
internal sealed class LocalStage : IAsyncDisposable
{
    public const string Key = "0x0123456789012345678901234567890123456789012345678901234567890123";

    private LocalStage(LocalVenueHost host, LocalExchange exchange, TimeProvider clock)
    {
        Host = host;
        Exchange = exchange;
        Clock = clock;
        using var key = PrivateKey.Parse(Key).Value;
        Account = new Secp256k1().AddressOf(key).Text;
    }

    public LocalVenueHost Host { get; }

    public LocalExchange Exchange { get; }

    public TimeProvider Clock { get; }

    public string Account { get; }

    public WireFaults Wire { get; } = new();

    public static async Task<LocalStage> StartAsync(double speed = 600, ulong seed = 5, LocalExchangeOptions? options = null, double cuts = 0)
    {
        var now = Interval.M1.OpenOf(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var history = TimeSpan.FromDays(4);
        var start = now - (long)history.TotalMilliseconds;
        var assets = new[] { "BTC", "ETH", "SOL" }.Select(a => DemoInstruments.Find(a)!).ToArray();
        var clock = new ScaledClock(TimeProvider.System, DateTimeOffset.FromUnixTimeMilliseconds(now), speed);
        var exchange = new LocalExchange(new GeneratedMarket(seed, assets, start), options ?? new LocalExchangeOptions { Seed = seed }, clock, TimeProvider.System);
        var host = await LocalVenueHost.StartAsync(exchange, 0, TimeProvider.System, TimeSpan.FromMilliseconds(20), cuts, seed);
        return new LocalStage(host, exchange, clock);
    }

    public RezOptions Options(Action<RezOptions>? change = null)
    {
        var options = SessionStage.Options(SessionStage.Loosen);
        options.Trading.Mode = Core.Cycle.TradingMode.Live;
        options.Hyperliquid.Network = Network.Local;
        options.Hyperliquid.Url = Host.Address.ToString();
        options.Hyperliquid.Account = Account;
        options.Hyperliquid.Key = Key;
        options.Hyperliquid.TimeoutSeconds = 5;
        change?.Invoke(options);
        return options;
    }

    /// <summary>The client side without a session: for looking at single sends.</summary>
    public Task<LiveStage> ConnectAsync(string folder, long? cycles = null, IDecider? decider = null, Action<RezOptions>? change = null, string key = Key, Func<LivePorts, LivePorts>? other = null) =>
        LiveStage.OpenAsync(this, folder, cycles, decider, Options(change), key, other);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

/// <summary>A live session against a local exchange, as the program composes it, on a folder of the test.</summary>
internal sealed class LiveStage : IAsyncDisposable
{
    private readonly PrivateKey _key;
    private bool _disposed;

    private LiveStage(VenueLink link, DiaryStore diary, LiveSession session, HyperliquidExchange exchange, PrivateKey key, List<CheckResult> checks)
    {
        Link = link;
        Diary = diary;
        Session = session;
        Exchange = exchange;
        _key = key;
        Checks = checks;
    }

    public VenueLink Link { get; }

    public DiaryStore Diary { get; }

    public LiveSession Session { get; }

    public HyperliquidExchange Exchange { get; }

    public List<CheckResult> Checks { get; }

    public static async Task<LiveStage> OpenAsync(LocalStage local, string folder, long? cycles, IDecider? decider, RezOptions options, string keyText, Func<LivePorts, LivePorts>? other = null)
    {
        var link = await VenueLink.OpenAsync(
            options.Hyperliquid, LiveComposition.BaseInterval(options), () => new FaultyWire(local.Wire), TimeProvider.System, new SeededRandom(3), null, CancellationToken.None);
        var diary = DiaryStore.Open(Path.Combine(folder, "diary.db"), link.Clock);
        var key = PrivateKey.Parse(keyText).Value;
        var nonces = NonceFile.Open(Path.Combine(folder, "nonce"), link.Clock).Value;
        var checks = new List<CheckResult>();
        var ports = LiveComposition.Live(options, link, new Secp256k1(), key, nonces, TimeProvider.System, checks.Add);
        ports = other?.Invoke(ports) ?? ports;
        var session = LiveSession.Open(ports, diary, decider ?? new TrendMomentum(), LiveComposition.Settings(options, cycles, "test"), LiveComposition.Pace(options)).Value;
        link.Streams.AccountChanged += session.Wake;
        return new LiveStage(link, diary, session, (HyperliquidExchange)ports.Exchange, key, checks);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await Link.DisposeAsync();
        Session.Dispose();
        Diary.Dispose();
        _key.Dispose();
    }
}
