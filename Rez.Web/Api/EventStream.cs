using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Web.Live;

namespace Rez.Web.Api;

/// <summary>
/// The diary as server-sent events: each with its number for an id, so that a client that was cut off goes on behind the last one it had (<c>Last-Event-ID</c>, or <c>after</c>). Read from the diary and
/// not from memory: a slow client holds nobody up and misses nothing.
/// </summary>
internal static class EventStream
{
    private const int Batch = 500;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    /// <param name="after">Only events behind this number; the newest ones from now on when neither it nor the header is given.</param>
    /// <param name="type">Only this type, or types that begin with it.</param>
    public static async Task WriteAsync(HttpContext http, DiaryStore diary, Views views, TimeProvider clock, long? after, string? type, CancellationToken cancel)
    {
        var resumed = long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : after;
        if (resumed < 0)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsJsonAsync(new { title = "after must be 0 or more." }, cancel);
            return;
        }

        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void OnCommitted(IReadOnlyList<DiaryRecord> records) => news.Writer.TryWrite(true);
        diary.Committed += OnCommitted;
        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            var seen = resumed ?? diary.Head.Seq;
            await http.Response.WriteAsync(": rez\n\n", cancel);
            await http.Response.Body.FlushAsync(cancel);
            while (!cancel.IsCancellationRequested)
            {
                var events = await views.DiaryAsync(seen, Batch, cancel);
                foreach (var e in events)
                {
                    seen = e.Seq;
                    if (string.IsNullOrEmpty(type) || e.Type.StartsWith(type, StringComparison.Ordinal))
                    {
                        // A payload is one line of JSON: no line break can be in it.
                        await http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {e.Seq}\nevent: {e.Type}\ndata: {System.Text.Encoding.UTF8.GetString(e.Payload.Span)}\n\n"), cancel);
                    }
                }

                await http.Response.Body.FlushAsync(cancel);
                if (events.Count < Batch)
                {
                    await WaitAsync(http, news.Reader, clock, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The client has gone: nothing is left to tell it.
            return;
        }
        finally
        {
            diary.Committed -= OnCommitted;
        }
    }

    /// <summary>Until something was written, or a beat's time has passed: then a comment keeps the line open.</summary>
    private static async Task WaitAsync(HttpContext http, ChannelReader<bool> news, TimeProvider clock, CancellationToken cancel)
    {
        using var beat = new CancellationTokenSource(Beat, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, beat.Token);
        try
        {
            await news.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            await http.Response.WriteAsync(": beat\n\n", cancel);
        }
    }
}
