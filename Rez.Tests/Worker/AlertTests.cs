using System.Net;
using System.Text;
using Rez.Tests.Support;

namespace Rez.Tests.Worker;

/// <summary>Alerts of the real program, taken by a real listener.</summary>
public sealed class AlertTests
{
    [Fact]
    public async Task A_halt_and_the_end_are_told_to_the_address_and_the_address_to_nobody()
    {
        using var folder = new TempFolder();
        await using var inbox = await Inbox.StartAsync();
        var url = inbox.Url + "services/T000/planted-hook-key";
        await using var rez = RezProcess.Start(Repo.Root, new Dictionary<string, string> { ["REZ__Alerts__Url"] = url, ["REZ__Web__ApiToken"] = "a-configured-token-of-30-chars" }, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "600");
        using var api = new HttpClient { BaseAddress = new Uri((await rez.LinkAsync()).GetLeftPart(UriPartial.Authority)) };
        api.DefaultRequestHeaders.Authorization = new("Bearer", "a-configured-token-of-30-chars");
        (await api.PostAsync("/api/control/halt", null)).EnsureSuccessStatusCode();
        Assert.Contains("\"text\":\"Rez (demo): halted by token configured from 127.0.0.1: halted by a person\"", await inbox.FirstAsync());
        using var tested = await api.PostAsync("/api/settings/secret/test?key=Alerts:Url", null);
        Assert.Equal(HttpStatusCode.OK, tested.StatusCode);
        var shown = rez.Out + rez.Err + await File.ReadAllTextAsync(folder.File("diary.jsonl")) + await api.GetStringAsync("/api/settings") + await api.GetStringAsync("/settings");
        Assert.DoesNotContain("planted-hook-key", shown);
    }

    /// <summary>Takes posts and keeps them.</summary>
    private sealed class Inbox : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task _running = Task.CompletedTask;

        public string Url { get; private set; } = string.Empty;

        public static Task<Inbox> StartAsync()
        {
            var inbox = new Inbox();
            using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                inbox.Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }

            inbox._listener.Prefixes.Add(inbox.Url);
            inbox._listener.Start();
            inbox._running = inbox.TakeAsync();
            return Task.FromResult(inbox);
        }

        public Task<string> FirstAsync() => _first.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _running;
        }

        private async Task TakeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                    _first.TrySetResult(await reader.ReadToEndAsync());
                    context.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // Closed: nobody waits for more.
                _first.TrySetCanceled();
            }
        }
    }
}
