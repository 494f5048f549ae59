using System.Text;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;

namespace Rez.Web.Live;

/// <summary>Which events are wanted, newest first.</summary>
/// <param name="Type">A type, or the beginning of one: <c>order.</c> for all of orders.</param>
/// <param name="Text">Found anywhere in the payload.</param>
/// <param name="Before">Only events with a lower number: the cursor of the next page.</param>
public sealed record DiaryQuery(string? Type = null, string? Cycle = null, string? Text = null, long? Before = null, int Count = 100);

/// <summary>Events of a query, newest first, and the cursor behind them; null at the end.</summary>
public sealed record DiaryFound(IReadOnlyList<DiaryRecord> Events, long? Next);

/// <summary>The event log, filtered by the database and paged by a cursor.</summary>
public sealed class DiaryViews(Views views)
{
    /// <summary>Events looked through for a text at a time: a search through a million goes on from page to page.</summary>
    private const int Searched = 50_000;

    public async Task<DiaryFound> FindAsync(DiaryQuery q, CancellationToken cancel)
    {
        await using var db = views.Open();
        var events = db.Events.AsQueryable();
        if (!string.IsNullOrEmpty(q.Type))
        {
            // A range, not a pattern: the index by type and number serves it.
            var beyond = q.Type + "\uffff";
            events = events.Where(e => string.Compare(e.Type, q.Type) >= 0 && string.Compare(e.Type, beyond) < 0);
        }

        events = string.IsNullOrEmpty(q.Cycle) ? events : events.Where(e => e.CycleId == q.Cycle);
        events = q.Before is { } before ? events.Where(e => e.Seq < before) : events;
        if (string.IsNullOrEmpty(q.Text))
        {
            var rows = await events.OrderByDescending(e => e.Seq).Take(q.Count).ToListAsync(cancel);
            return new DiaryFound([.. rows.Select(r => r.ToRecord())], rows.Count == q.Count ? rows[^1].Seq : null);
        }

        return await SearchAsync(events, q, cancel);
    }

    public async Task<IReadOnlyList<string>> TypesAsync(CancellationToken cancel)
    {
        await using var db = views.Open();
        return await db.Events.Select(e => e.Type).Distinct().OrderBy(t => t).ToListAsync(cancel);
    }

    private static async Task<DiaryFound> SearchAsync(IQueryable<EventRow> events, DiaryQuery q, CancellationToken cancel)
    {
        var needle = Encoding.UTF8.GetBytes(q.Text!);
        var found = new List<DiaryRecord>();
        var (looked, last) = (0, 0L);
        await foreach (var row in events.OrderByDescending(e => e.Seq).Take(Searched).AsAsyncEnumerable().WithCancellation(cancel))
        {
            (looked, last) = (looked + 1, row.Seq);
            if (row.Payload.AsSpan().IndexOf(needle) >= 0)
            {
                found.Add(row.ToRecord());
                if (found.Count == q.Count)
                {
                    break;
                }
            }
        }

        return new DiaryFound(found, looked == Searched || found.Count == q.Count ? last : null);
    }
}
