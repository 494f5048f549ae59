using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rez.Core.LocalVenue;
using Rez.Core.Market;

namespace Rez.Worker.Hosting;

/// <summary>The local exchange behind HTTP and WebSocket, on loopback: <c>/info</c>, <c>/exchange</c>, <c>/ws</c>.</summary>
internal sealed class LocalVenueHost : IAsyncDisposable
{
    private const int MostBody = 1 << 20;
    private const int MostQueued = 10_000;
    private static readonly byte[] Hello = "Websocket connection established."u8.ToArray();
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _ticking;
    private readonly CutPlan _cuts;
    private readonly Lock _gate = new();
    private readonly List<WebSocket> _sockets = [];

    private LocalVenueHost(WebApplication app, LocalExchange exchange, TimeProvider wall, TimeSpan tick, CutPlan cuts)
    {
        _app = app;
        _cuts = cuts;
        Exchange = exchange;
        _ticking = TickAsync(wall, tick, _stop.Token);
    }

    public LocalExchange Exchange { get; }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <param name="port">0 takes any free one.</param>
    /// <param name="cutShare">Share of requests whose connection is cut, before or after the exchange acted; sockets are dropped at this rate a tick.</param>
    public static async Task<LocalVenueHost> StartAsync(LocalExchange exchange, int port, TimeProvider wall, TimeSpan tick, double cutShare = 0, ulong cutSeed = 1)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = MostBody;
            k.Listen(IPAddress.Loopback, port);
        });
        var app = builder.Build();
        var cuts = new CutPlan(cutShare, cutSeed);
        LocalVenueHost? host = null;
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        app.MapPost("/info", c => AnswerAsync(c, exchange.Info, cuts));
        app.MapPost("/exchange", c => AnswerAsync(c, exchange.Exchange, cuts));
        app.Map("/ws", c => host!.TalkAsync(c));
        host = new LocalVenueHost(app, exchange, wall, tick, cuts);
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>Drops every socket, as a venue does without notice.</summary>
    public void DropSockets()
    {
        WebSocket[] sockets;
        lock (_gate)
        {
            sockets = [.. _sockets];
        }

        foreach (var socket in sockets)
        {
            socket.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ticking;
        DropSockets();
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private delegate LocalReply Answer(ReadOnlySpan<byte> body, string caller);

    private static async Task AnswerAsync(HttpContext context, Answer answer, CutPlan cuts)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var cut = cuts.Next();
        if (cut == Cut.Before)
        {
            context.Abort();
            return;
        }

        var reply = answer(body.GetBuffer().AsSpan(0, (int)body.Length), Caller(context));
        if (cut == Cut.After)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.IsJson ? "application/json" : "text/plain";
        context.Response.ContentLength = reply.Body.Length;
        await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
    }

    private async Task TalkAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        lock (_gate)
        {
            _sockets.Add(socket);
        }

        // A client that does not read is dropped, not waited for.
        var frames = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MostQueued) { SingleReader = true });
        frames.Writer.TryWrite(Hello);
        var connection = Exchange.Connect(Caller(context), frame =>
        {
            if (!frames.Writer.TryWrite(frame))
            {
                frames.Writer.TryComplete();
            }
        });
        try
        {
            var sending = SendAsync(socket, frames.Reader, _stop.Token);
            await ReceiveAsync(socket, connection, _stop.Token);
            frames.Writer.TryComplete();
            await sending;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client went away, or the exchange stops: there is nobody to tell.
            frames.Writer.TryComplete();
        }
        finally
        {
            Exchange.Disconnect(connection);
            lock (_gate)
            {
                _sockets.Remove(socket);
            }
        }
    }

    private static async Task SendAsync(WebSocket socket, ChannelReader<ReadOnlyMemory<byte>> frames, CancellationToken cancel)
    {
        await foreach (var frame in frames.ReadAllAsync(cancel))
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, cancel);
        }

        if (socket.State == WebSocketState.Open)
        {
            socket.Abort();
        }
    }

    private static async Task ReceiveAsync(WebSocket socket, LocalConnection connection, CancellationToken cancel)
    {
        var buffer = new byte[64 << 10];
        using var frame = new MemoryStream();
        while (socket.State == WebSocketState.Open)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
                return;
            }

            frame.Write(buffer, 0, part.Count);
            if (frame.Length > MostBody)
            {
                return;
            }

            if (part.EndOfMessage)
            {
                connection.Receive(frame.GetBuffer().AsSpan(0, (int)frame.Length));
                frame.SetLength(0);
            }
        }
    }

    private async Task TickAsync(TimeProvider wall, TimeSpan tick, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(tick, wall);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                Exchange.Tick();
                if (_cuts.DropsSockets())
                {
                    DropSockets();
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private static string Caller(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? string.Empty;

    private enum Cut
    {
        None,
        Before,
        After,
    }

    /// <summary>Which connections are cut: seeded, so that a run can be looked at again.</summary>
    private sealed class CutPlan(double share, ulong seed)
    {
        private readonly SeededRandom _random = SeededRandom.For(seed, "cuts");
        private readonly Lock _gate = new();

        public Cut Next()
        {
            lock (_gate)
            {
                return share <= 0 || _random.NextDouble() >= share ? Cut.None : _random.NextDouble() < 0.5 ? Cut.Before : Cut.After;
            }
        }

        public bool DropsSockets()
        {
            lock (_gate)
            {
                return share > 0 && _random.NextDouble() < share;
            }
        }
    }

    /// <summary>Whether a start failed because the port is taken.</summary>
    public static bool IsPortTaken(Exception e) =>
        e is IOException && (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException || e.GetBaseException() is SocketException);
}
