using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Web.Live;

namespace Rez.Web.Api;

/// <summary>Downloads of any length, written row by row as they are read: in the form that <c>rez stats</c> reads.</summary>
internal static class Exports
{
    private const int RowsAFlush = 500;

    public static async Task TradesCsvAsync(HttpContext http, TradeViews trades, TradeQuery query, CancellationToken cancel)
    {
        Begin(http, "text/csv; charset=utf-8", "trades.csv");
        await using var writer = Writer(http);
        await writer.WriteAsync("number,asset,direction,size,entry_price,exit_price,opened_ms,closed_ms,gross_usd,fees_usd,funding_usd,net_usd,exit_code,open_cycle,close_cycle\n");
        var rows = 0;
        await foreach (var t in trades.AllAsync(query, cancel))
        {
            await writer.WriteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{t.Number},{t.Asset},{t.Direction.ToLowerInvariant()},{t.Size},{t.EntryPrice:0.##########},{t.ExitPrice:0.##########},{t.OpenedMs},{t.ClosedMs},{t.GrossPnl:0.########},{t.Fees:0.########},{t.Funding:0.########},{t.Net:0.########},{t.ExitCode},{t.OpenCycleId},{t.CloseCycleId}\n"));
            if (++rows % RowsAFlush == 0)
            {
                await writer.FlushAsync(cancel);
            }
        }
    }

    public static async Task EquityCsvAsync(HttpContext http, Views views, CancellationToken cancel)
    {
        Begin(http, "text/csv; charset=utf-8", "equity.csv");
        await using var writer = Writer(http);
        await writer.WriteAsync("at_ms,equity_usd,benchmark_usd\n");
        await using var db = views.Open();
        var rows = 0;
        await foreach (var e in db.EquityPoints.OrderBy(e => e.Number).AsAsyncEnumerable().WithCancellation(cancel))
        {
            await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{e.AtMs},{e.Equity:0.########},{e.Benchmark:0.########}\n"));
            if (++rows % RowsAFlush == 0)
            {
                await writer.FlushAsync(cancel);
            }
        }
    }

    public static async Task DiaryJsonAsync(HttpContext http, Views views, CancellationToken cancel)
    {
        const int Page = 1_000;
        Begin(http, "application/x-ndjson; charset=utf-8", "diary.jsonl");
        await using var writer = Writer(http);
        var seen = 0L;
        IReadOnlyList<DiaryRecord> events;
        do
        {
            events = await views.DiaryAsync(seen, Page, cancel);
            foreach (var e in events)
            {
                seen = e.Seq;
                await writer.WriteLineAsync(JsonSerializer.Serialize(EventView.Of(e), JsonSerializerOptions.Web).AsMemory(), cancel);
            }

            await writer.FlushAsync(cancel);
        }
        while (events.Count == Page);
    }

    private static void Begin(HttpContext http, string type, string name)
    {
        http.Response.ContentType = type;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        http.Response.Headers.CacheControl = "no-store";
    }

    private static StreamWriter Writer(HttpContext http) => new(http.Response.Body, new UTF8Encoding(false), 16_384) { NewLine = "\n" };
}
