using System.Text.Json;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid;

/// <summary>The wires to a venue, opened once: HTTP, the socket with what it told, the market on top, and the venue's clock.</summary>
public sealed class VenueLink : IAsyncDisposable
{
    private const int ClockQuestions = 5;
    private readonly TimeProvider _wall;
    private readonly SeededRandom _jitter;
    private VenueSocket? _socket;

    private VenueLink(VenueAddress address, VenueHttp http, TimeProvider clock, TimeProvider wall, SeededRandom jitter, Interval baseInterval, ICandleHistory? older)
    {
        Address = address;
        Http = http;
        Clock = clock;
        _wall = wall;
        _jitter = jitter;
        Info = new InfoClient(http, address);
        Streams = new VenueStreams(clock);
        Market = new HyperliquidMarketData(Info, Streams, clock, baseInterval, older);
    }

    public VenueAddress Address { get; }

    public VenueHttp Http { get; }

    public InfoClient Info { get; }

    public VenueStreams Streams { get; }

    public HyperliquidMarketData Market { get; }

    /// <summary>The venue's time. A local exchange may run at another pace than this machine, and says so.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Connections the socket has made.</summary>
    public int Connections => _socket?.Connections ?? 0;

    /// <param name="handlers">How bytes travel; called anew for each client.</param>
    public static async Task<VenueLink> OpenAsync(
        HyperliquidOptions options, Interval baseInterval, Func<HttpMessageHandler> handlers, TimeProvider wall, SeededRandom jitter, ICandleHistory? older, CancellationToken cancel)
    {
        var address = VenueAddress.Of(options.Network, options.Url);
        var timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        var clock = address.Network == Network.Local ? await LocalClockAsync(address, handlers, wall, timeout, cancel) : wall;
        return new VenueLink(address, new VenueHttp(handlers(), clock, wall, jitter, timeout), clock, wall, jitter, baseInterval, older);
    }

    /// <summary>Opens the socket: prices of the assets, and what happens to the account.</summary>
    /// <param name="account">Null for paper trading, which has none.</param>
    public void Listen(IEnumerable<string> assets, Address? account)
    {
        var subscriptions = assets.SelectMany(coin => new object[]
        {
            new { type = "activeAssetCtx", coin },
            new { type = "bbo", coin },
            new { type = "candle", coin, interval = Market.BaseInterval.Name },
        });
        if (account is { } user)
        {
            subscriptions = subscriptions.Concat(
            [
                new { type = "userFills", user = user.Text },
                new { type = "userFundings", user = user.Text },
                new { type = "orderUpdates", user = user.Text },
                new { type = "userEvents", user = user.Text },
            ]);
        }

        _socket = new VenueSocket(Address.Socket, subscriptions, Streams, Streams.OnConnection, Clock, _wall, _jitter);
        _socket.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket is not null)
        {
            await _socket.DisposeAsync();
        }

        Market.Dispose();
        Http.Dispose();
    }

    private static async Task<TimeProvider> LocalClockAsync(
        VenueAddress address, Func<HttpMessageHandler> handlers, TimeProvider wall, TimeSpan timeout, CancellationToken cancel)
    {
        using var http = new VenueHttp(handlers(), wall, wall, new SeededRandom(1), timeout);
        TimeProvider clock = wall;
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < ClockQuestions; i++)
        {
            var asked = wall.GetTimestamp();
            var reply = await http.AskAsync(address.Info, JsonSerializer.SerializeToUtf8Bytes(new { type = "rezClock" }), 2, cancel);
            var took = wall.GetElapsedTime(asked);
            if (!reply.Ok)
            {
                // Not a rez sim, or not up yet: then this machine's time is as good as any.
                continue;
            }

            using var document = reply.Value;
            var read = Wire.WireReader.Read("rezClock", document.RootElement, r => (Now: r["nowMs"].Whole(), Speed: (double)r["speed"].Number()));
            if (read.Ok && took < shortest)
            {
                // The quickest answer tells the time best: it was given about halfway.
                shortest = took;
                clock = new ScaledClock(wall, DateTimeOffset.FromUnixTimeMilliseconds(read.Value.Now) + (took * read.Value.Speed / 2), read.Value.Speed);
            }
        }

        return clock;
    }
}
