using System.Net.Http.Json;
using System.Threading.Channels;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;

namespace Rez.Worker.Hosting;

/// <summary>
/// Posts what a person should know at once to an address of theirs: halts, protections that tripped, positions without a stop, failures, and trades where wanted. A slow or dead address holds nothing up: what can't be
/// delivered is tried three times, and the log tells of it. The address is a secret and is never written anywhere.
/// </summary>
internal sealed class AlertSender : IAsyncDisposable
{
    private const int Waiting = 200;
    private const int Attempts = 3;
    private const int LongestText = 1_500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly TradingHost _host;
    private readonly HttpClient _http = new(LiveHost.Handler()) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Channel<string> _queue = Channel.CreateBounded<string>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    private AlertSender(TradingHost host)
    {
        _host = host;
        host.Diary.Committed += Note;
        _running = RunAsync();
    }

    public static AlertSender Start(TradingHost host) => new(host);

    /// <returns>Why it was not taken, without the address; null when it was.</returns>
    public static async Task<string?> PostAsync(HttpClient http, string url, string text, CancellationToken cancel)
    {
        try
        {
            // Slack and Mattermost read text, Discord reads content.
            using var answer = await http.PostAsJsonAsync(url, new { text, content = text }, cancel);
            return answer.IsSuccessStatusCode ? null : $"The address of alerts answers {(int)answer.StatusCode}.";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return "The address of alerts can't be reached.";
        }
    }

    public async ValueTask DisposeAsync()
    {
        _host.Diary.Committed -= Note;
        _queue.Writer.TryComplete();

        // The last word, such as why it stopped, has a moment to leave.
        await Task.WhenAny(_running, Task.Delay(Pause, TimeProvider.System));
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _http.Dispose();
    }

    private void Note(IReadOnlyList<DiaryRecord> records)
    {
        var options = _host.Options.Alerts;
        if (options.Url.Length == 0)
        {
            return;
        }

        foreach (var record in records)
        {
            if (Words(record, options.Trades) is { } words)
            {
                _queue.Writer.TryWrite($"Rez ({_host.Session.Mode}): {(words.Length > LongestText ? words[..LongestText] : words)}");
            }
        }
    }

    /// <summary>What of an event a person should know at once; null of most.</summary>
    internal static string? Words(DiaryRecord record, bool trades)
    {
        if (record.Stream is "cycle" && record.Type != "cycle.failed" || DiaryTypes.Read(record.Type, record.Version, record.Payload.Span) is not { Ok: true } read)
        {
            return null;
        }

        return read.Value switch
        {
            ProtectionMissing m => $"{m.Asset}: a position of {m.SignedSize} has a stop for {m.Covered} only; it is being replaced",
            ProtectionRestored r => $"{r.Asset}: protected again ({r.How}), after {r.UnprotectedMs} ms",
            GuardTripped g => $"a protection tripped: {g.Words} ({g.State})",
            VenueActed v => $"{v.Asset}: the exchange acted ({v.Kind}): {v.Words}",
            DriftFound d => $"{d.Asset}: the exchange holds {d.VenueSize}, the diary {d.DiarySize}; policy {d.Policy}",
            CycleFailed f => $"a cycle failed in {f.Stage}: {f.Why}",
            ControlChanged { Halted: true } c => $"halted by {c.By}: {c.Why}",
            FlattenAsked f => $"{f.By} closes {f.Asset ?? "everything"}",
            SessionStopped s => $"the session ended: {s.Why}",
            FillBooked { Fill: var f } when trades => $"{f.Asset}: {f.Side} {f.Size} at {f.Price}",
            _ => null,
        };
    }

    private async Task RunAsync()
    {
        await foreach (var text in _queue.Reader.ReadAllAsync(_stopping.Token))
        {
            string? fault = null;
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                fault = await PostAsync(_http, _host.Options.Alerts.Url, text, _stopping.Token);
                if (fault is null)
                {
                    break;
                }

                await Task.Delay(Pause * attempt, TimeProvider.System, _stopping.Token);
            }

            if (fault is not null)
            {
                _host.Log.Warning("An alert could not be delivered: {Fault}", fault);
            }
        }
    }
}
