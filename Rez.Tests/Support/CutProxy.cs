using System.Net;
using System.Net.Sockets;
using Rez.Core.Market;

namespace Rez.Tests.Support;

/// <summary>A TCP proxy that cuts: some connections after a number of bytes of its own choosing, all of them when it is told to.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(TcpClient Client, TcpClient Server)> _open = [];
    private readonly Lock _gate = new();
    private readonly int _to;
    private readonly double _share;
    private readonly SeededRandom _random;
    private readonly Task _accepting;
    private int _cuts;

    /// <param name="share">Of connections that break off on their way.</param>
    public CutProxy(int to, double share, ulong seed)
    {
        (_to, _share, _random) = (to, share, new SeededRandom(seed));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Whether connections still break off by themselves.</summary>
    public bool IsOn { get; set; } = true;

    public int Cuts => Volatile.Read(ref _cuts);

    public void CutAll()
    {
        lock (_gate)
        {
            foreach (var pair in _open)
            {
                Interlocked.Increment(ref _cuts);
                Cut(pair.Client, pair.Server);
            }

            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        CutAll();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = CarryAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Stopped, or a client that had left again.
            }
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        long up, down;
        lock (_gate)
        {
            _open.Add((client, server));
            (up, down) = IsOn && _random.NextDouble() < _share ? _random.Next(2) == 0 ? (_random.Next(2_000), long.MaxValue) : (long.MaxValue, _random.Next(6_000)) : (long.MaxValue, long.MaxValue);
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
            await Task.WhenAny(PumpAsync(client.GetStream(), server.GetStream(), up), PumpAsync(server.GetStream(), client.GetStream(), down));
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException or OperationCanceledException)
        {
            // The server is down, or it was cut meanwhile: the client hears of it by its connection.
        }

        lock (_gate)
        {
            _open.RemoveAll(p => p.Client == client);
            Cut(client, server);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, long most)
    {
        var buffer = new byte[16_384];
        try
        {
            while (most > 0 && await from.ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                var carried = (int)Math.Min(read, most);
                await to.WriteAsync(buffer.AsMemory(0, carried), _stop.Token);
                most -= most == long.MaxValue ? 0 : carried;
            }

            if (most <= 0)
            {
                Interlocked.Increment(ref _cuts);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // Either end is gone.
        }
    }

    /// <summary>Reset, as a broken line looks, not closed in order.</summary>
    private static void Cut(TcpClient client, TcpClient server)
    {
        foreach (var end in new[] { client, server })
        {
            if (end.Client is { } socket)
            {
                socket.LingerState = new LingerOption(true, 0);
            }

            end.Dispose();
        }
    }
}
