using System.Net.WebSockets;
using System.Text.Json;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid.Clients;

/// <summary>
/// One socket to the venue that keeps itself alive: connects again with growing, jittered pauses, subscribes again, and gives a connection up
/// that has said nothing for too long although it is pinged (protocol §6).
/// </summary>
public sealed class VenueSocket : IAsyncDisposable
{
    private const int MostFrame = 16 << 20;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly byte[] Ping = "{\"method\":\"ping\"}"u8.ToArray();
    private readonly Uri _address;
    private readonly IReadOnlyList<byte[]> _subscriptions;
    private readonly IFrameSink _sink;
    private readonly Action<bool> _connected;
    private readonly TimeProvider _clock;
    private readonly TimeProvider _wall;
    private readonly SeededRandom _jitter;
    private readonly CancellationTokenSource _stop = new();
    private readonly FrameReader _reader = new();
    private Task _running = Task.CompletedTask;
    private long _heardAt;

    /// <param name="subscriptions">What to subscribe to, on every connection.</param>
    /// <param name="connected">Told when a connection stands, and when it is gone.</param>
    public VenueSocket(
        Uri address, IEnumerable<object> subscriptions, IFrameSink sink, Action<bool> connected, TimeProvider clock, TimeProvider wall, SeededRandom jitter)
    {
        _address = address;
        _subscriptions = [.. subscriptions.Select(s => JsonSerializer.SerializeToUtf8Bytes(new { method = "subscribe", subscription = s }))];
        _sink = sink;
        _connected = connected;
        _clock = clock;
        _wall = wall;
        _jitter = jitter;
    }

    /// <summary>Connections made so far.</summary>
    public int Connections { get; private set; }

    public void Start() => _running = Task.Run(() => RunAsync(_stop.Token));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var failures = 0;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var socket = new ClientWebSocket();
                socket.Options.KeepAliveInterval = TimeSpan.Zero;
                await ConnectAsync(socket, cancel);
                failures = 0;
                await TalkAsync(socket, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Whatever it was, also a fault of a listener: a socket that is silently gone would leave its last words believed.
                _sink.OnTrouble($"The socket to {_address.Host} broke: {e.GetBaseException().Message}");
            }

            _connected(false);
            var pause = Math.Min(LongestPause.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(failures++, 10))) * (0.5 + _jitter.NextDouble());
            await Task.Delay(TimeSpan.FromMilliseconds(pause), _wall, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConnectAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(ConnectWithin, _wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        await socket.ConnectAsync(_address, either.Token);
        Connections++;
        foreach (var subscription in _subscriptions)
        {
            await socket.SendAsync(subscription, WebSocketMessageType.Text, endOfMessage: true, either.Token);
        }

        Interlocked.Exchange(ref _heardAt, _wall.GetTimestamp());
        _connected(true);
    }

    private async Task TalkAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var pinging = PingAsync(socket, over.Token);
        try
        {
            await ReceiveAsync(socket, over.Token);
        }
        finally
        {
            await over.CancelAsync();
            await pinging;
        }
    }

    private async Task ReceiveAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[128 << 10];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= MostFrame)
                {
                    throw new IOException($"a frame of more than {MostFrame} bytes");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new IOException("the venue closed it");
            }

            length += part.Count;
            Interlocked.Exchange(ref _heardAt, _wall.GetTimestamp());
            if (part.EndOfMessage)
            {
                _reader.Read(buffer.AsSpan(0, length), _clock.GetUtcNow(), _sink);
                length = 0;
            }
        }
    }

    private async Task PingAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(PingEvery, _wall, cancel);
                if (_wall.GetElapsedTime(Interlocked.Read(ref _heardAt)) > SilentFor)
                {
                    // Connected, but nothing comes, not even a pong.
                    socket.Abort();
                    return;
                }

                await socket.SendAsync(Ping, WebSocketMessageType.Text, endOfMessage: true, cancel);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The connection is over; the reader says so.
        }
    }
}
