using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Rez.Worker.Bench;

/// <summary>A WebSocket on the loopback that sends book tickers in batches, one message a line, and closes.</summary>
internal sealed class TickerFeed : IDisposable
{
    private const int Batch = 1_000;
    private readonly HttpListener _listener;
    private readonly Task _served;

    private TickerFeed(HttpListener listener, Uri address, IReadOnlyList<string> payloads)
    {
        (_listener, Address) = (listener, address);
        _served = ServeAsync(payloads);
    }

    public Uri Address { get; }

    public static TickerFeed Start(IReadOnlyList<string> payloads)
    {
        // The listener can't choose a free port itself: one is asked for and given back.
        int port;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        var listener = new HttpListener();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        return new TickerFeed(listener, new Uri($"ws://127.0.0.1:{port}/"), payloads);
    }

    /// <summary>A price that zigzags: 64 ticks of 0.08 one way, then the other, around 100, the base 0.05 higher with each turn.</summary>
    public static string[] Zigzag(int ticks)
    {
        var payloads = new string[ticks];
        for (var i = 0; i < ticks; i++)
        {
            var (segment, step) = (i / 64, i % 64);
            var price = 100 + (0.05 * (segment % 400)) + (0.08 * (segment % 2 == 0 ? step : 64 - step));
            payloads[i] = string.Create(CultureInfo.InvariantCulture, $"{{\"E\":{1_760_000_000_000 + i},\"s\":\"SOLUSDT\",\"b\":\"{price - 0.005:0.000}\",\"B\":\"12.5\",\"a\":\"{price + 0.005:0.000}\",\"A\":\"11.25\",\"c\":\"{price:0.000}\"}}");
        }

        return payloads;
    }

    public void Dispose()
    {
        _listener.Close();
        _served.Wait(TimeSpan.FromSeconds(5));
    }

    private async Task ServeAsync(IReadOnlyList<string> payloads)
    {
        try
        {
            var context = await _listener.GetContextAsync();
            using var socket = (await context.AcceptWebSocketAsync(null)).WebSocket;
            for (var at = 0; at < payloads.Count; at += Batch)
            {
                var text = string.Join('\n', payloads.Skip(at).Take(Batch));
                await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }

            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or WebSocketException)
        {
            // The benchmark ended first; it reports what it got.
            Console.Error.WriteLine($"The feed ended early: {e.Message}");
        }
    }
}
