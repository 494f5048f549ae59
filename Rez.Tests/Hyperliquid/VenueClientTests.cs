using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class VenueClientTests
{
    private static readonly Address User = Address.Of(new byte[20]);

    [Fact]
    public async Task Row_20_lists_that_come_in_pages_are_read_to_their_end_and_each_row_once()
    {
        // 4,500 fills, several in the same millisecond at the page's border.
        var rows = Enumerable.Range(0, 4_500).Select(i => (Time: Some.Start + (i / 3), Tid: 1_000L + i)).ToArray();
        var asked = 0;
        using var http = Http(body =>
        {
            asked++;
            var from = JsonDocument.Parse(body).RootElement.GetProperty("startTime").GetInt64();
            return "[" + string.Join(',', rows.Where(r => r.Time >= from).Take(2_000).Select(r =>
                $"{{\"coin\":\"BTC\",\"px\":\"1.0\",\"sz\":\"1.0\",\"side\":\"B\",\"time\":{r.Time},\"startPosition\":\"0.0\",\"dir\":\"Open Long\",\"closedPnl\":\"0.0\",\"oid\":1,\"crossed\":true,\"fee\":\"0.0\",\"tid\":{r.Tid}}}")) + "]";
        });
        var fills = await new InfoClient(http, VenueAddress.Of(Network.Local)).FillsAsync(User, Some.Start, CancellationToken.None);
        Assert.Equal(rows.Select(r => r.Tid), fills.Value.Select(f => f.Tid));
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_page_that_only_repeats_itself_ends_the_reading()
    {
        using var http = Http(_ => "[" + string.Join(',', Enumerable.Range(0, 2_000).Select(i =>
            $"{{\"coin\":\"BTC\",\"px\":\"1.0\",\"sz\":\"1.0\",\"side\":\"B\",\"time\":5,\"startPosition\":\"0.0\",\"closedPnl\":\"0.0\",\"oid\":1,\"crossed\":true,\"fee\":\"0.0\",\"tid\":{i}}}")) + "]");
        Assert.Equal(2_000, (await new InfoClient(http, VenueAddress.Of(Network.Local)).FillsAsync(User, 0, CancellationToken.None)).Value.Length);
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "<html>", "unreadable-reply")]
    [InlineData(HttpStatusCode.OK, "{\"universe\":", "unreadable-reply")]
    [InlineData(HttpStatusCode.OK, "{\"universe\":[{}],\"marginTables\":[]}", "unreadable-reply")]
    [InlineData((HttpStatusCode)422, "Failed to deserialize", "venue-error")]
    [InlineData(HttpStatusCode.BadGateway, "oops", "venue-error")]
    public async Task A_reply_that_is_none_has_words(HttpStatusCode status, string body, string code)
    {
        using var http = Http(_ => body, status);
        Assert.Equal(code, (await new InfoClient(http, VenueAddress.Of(Network.Local)).MetaAsync(CancellationToken.None)).Rejection.Code);
    }

    [Fact]
    public async Task A_read_is_tried_again_and_a_send_never()
    {
        var asked = 0;
        using var http = Http(_ => ++asked < 3 ? throw new HttpRequestException("gone") : "{\"universe\":[],\"marginTables\":[]}");
        Assert.True((await new InfoClient(http, VenueAddress.Of(Network.Local)).MetaAsync(CancellationToken.None)).Ok);
        Assert.Equal(3, asked);
        asked = 0;
        using var other = Http(_ => ++asked < 3 ? throw new HttpRequestException("gone") : "{}");
        Assert.False((await other.SendAsync(new Uri("http://x.test/exchange"), [1], 1, Core.Hyperliquid.Urgency.Order, CancellationToken.None)).Came);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task A_refused_connection_proves_that_nothing_was_sent()
    {
        using var http = new VenueHttp(new SocketsHttpHandler(), TimeProvider.System, TimeProvider.System, new SeededRandom(1), TimeSpan.FromSeconds(5));
        var answer = await http.SendAsync(new Uri("http://127.0.0.1:9/exchange"), [1], 1, Core.Hyperliquid.Urgency.Order, CancellationToken.None);
        Assert.True(answer is { Came: false, NeverSent: true });
    }

    [Fact]
    public async Task The_socket_comes_back_subscribes_again_and_says_that_there_was_a_gap()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        var streams = new VenueStreams(TimeProvider.System);
        await using var socket = new VenueSocket(
            VenueAddress.Of(Network.Local, local.Host.Address.ToString()).Socket,
            [new { type = "bbo", coin = "BTC" }, new { type = "activeAssetCtx", coin = "BTC" }, new { type = "userFills", user = local.Account }],
            streams, streams.OnConnection, TimeProvider.System, TimeProvider.System, new SeededRandom(1));
        socket.Start();
        await Eventually(() => streams.FollowsFills && streams.Context("BTC", TimeSpan.FromSeconds(30)) is not null);
        var news = streams.AccountNews;
        for (var drop = 1; drop <= 3; drop++)
        {
            local.Host.DropSockets();
            await Eventually(() => socket.Connections == drop + 1 && streams.FollowsFills);
            Assert.True(streams.AccountNews > news);
            news = streams.AccountNews;
        }
    }

    [Fact]
    public async Task A_socket_that_is_connected_and_silent_is_given_up()
    {
        await using var silent = await SilentServer.StartAsync();

        // A second here is a hundred for the socket's patience.
        var wall = new ScaledClock(TimeProvider.System, DateTimeOffset.UnixEpoch, 100);
        var streams = new VenueStreams(TimeProvider.System);
        await using var socket = new VenueSocket(silent.Address, [], streams, streams.OnConnection, TimeProvider.System, wall, new SeededRandom(1));
        socket.Start();
        await Eventually(() => socket.Connections >= 2);
    }

    private static VenueHttp Http(Func<string, string> answer, HttpStatusCode status = HttpStatusCode.OK) =>
        new(new Answering(answer, status), TimeProvider.System, new ScaledClock(TimeProvider.System, DateTimeOffset.UnixEpoch, 100), new SeededRandom(1), TimeSpan.FromSeconds(500));

    private static async Task Eventually(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private sealed class Answering(Func<string, string> answer, HttpStatusCode status) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            new(status) { Content = new StringContent(answer(await request.Content!.ReadAsStringAsync(cancellationToken))) };
    }

    /// <summary>Accepts sockets and never says a word, not even to a ping.</summary>
    private sealed class SilentServer : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private SilentServer(WebApplication app) => _app = app;

        public Uri Address => new(_app.Urls.First().Replace("http", "ws", StringComparison.Ordinal));

        public static async Task<SilentServer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.UseWebSockets();
            app.Map("/{**path}", async (HttpContext context) =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[100];
                try
                {
                    while (true)
                    {
                        await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                    }
                }
                catch (Exception e) when (e is System.Net.WebSockets.WebSocketException or OperationCanceledException)
                {
                    // Given up, as it should be.
                }
            });
            await app.StartAsync();
            return new SilentServer(app);
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
