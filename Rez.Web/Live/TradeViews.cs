using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary.Storage;

namespace Rez.Web.Live;

/// <summary>Which trades are wanted, and in what order.</summary>
/// <param name="Sort">closed, opened, net, asset or held.</param>
/// <param name="Page">1 for the first.</param>
public sealed record TradeQuery(string? Asset = null, string? Direction = null, string? Exit = null, long? FromMs = null, long? ToMs = null, string Sort = "closed", bool Ascending = false, int Page = 1, int Size = 50);

/// <summary>Sums over all trades of a query, not of its page only. Money in USD.</summary>
public sealed record TradeTotals(long Trades, long Won, double Net, double Gross, double Fees, double Funding);

/// <summary>A page of trades, how many pages there are, and the sums over all of them.</summary>
public sealed record TradePage(IReadOnlyList<TradeRow> Trades, TradeTotals Totals, int Page, int Pages);

/// <summary>Round trips, filtered, sorted and paged by the database.</summary>
public sealed class TradeViews(Views views)
{
    public static IReadOnlyList<string> Sorts { get; } = ["closed", "opened", "net", "asset", "held"];

    public async Task<TradePage> PageAsync(TradeQuery query, CancellationToken cancel)
    {
        await using var db = views.Open();
        var wanted = Filtered(db, query);
        var totals = await wanted.GroupBy(_ => 1).Select(g => new TradeTotals(
            g.LongCount(), g.LongCount(t => (double)t.Net > 0), g.Sum(t => (double)t.Net), g.Sum(t => (double)t.GrossPnl), g.Sum(t => (double)t.Fees), g.Sum(t => (double)t.Funding))).FirstOrDefaultAsync(cancel)
            ?? new TradeTotals(0, 0, 0, 0, 0, 0);
        var pages = (int)Math.Max(1, (totals.Trades + query.Size - 1) / query.Size);
        var page = Math.Clamp(query.Page, 1, pages);

        // Numbers are sorted, not whole rows: a page far behind the first is several times quicker.
        var numbers = await Sorted(wanted, query).Select(t => t.Number).Skip((page - 1) * query.Size).Take(query.Size).ToListAsync(cancel);
        var rows = await db.Trades.Where(t => numbers.Contains(t.Number)).ToDictionaryAsync(t => t.Number, cancel);
        return new TradePage([.. numbers.Select(n => rows[n])], totals, page, pages);
    }

    /// <summary>Every trade of a query in the order of closing, one at a time: for exports of any length.</summary>
    public async IAsyncEnumerable<TradeRow> AllAsync(TradeQuery query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var db = views.Open();
        await foreach (var trade in Filtered(db, query).OrderBy(t => t.Number).AsAsyncEnumerable().WithCancellation(cancel))
        {
            yield return trade;
        }
    }

    /// <summary>What there is to filter by.</summary>
    public async Task<(IReadOnlyList<string> Assets, IReadOnlyList<string> Exits)> KindsAsync(CancellationToken cancel)
    {
        await using var db = views.Open();
        return (await db.Trades.Select(t => t.Asset).Distinct().OrderBy(a => a).ToListAsync(cancel), await db.Trades.Select(t => t.ExitCode).Distinct().OrderBy(e => e).ToListAsync(cancel));
    }

    private static IQueryable<TradeRow> Filtered(RezDb db, TradeQuery q)
    {
        var trades = db.Trades.AsQueryable();
        trades = string.IsNullOrEmpty(q.Asset) ? trades : trades.Where(t => t.Asset == q.Asset);
        trades = string.IsNullOrEmpty(q.Direction) ? trades : trades.Where(t => t.Direction == q.Direction);
        trades = string.IsNullOrEmpty(q.Exit) ? trades : trades.Where(t => t.ExitCode == q.Exit);
        trades = q.FromMs is { } from ? trades.Where(t => t.ClosedMs >= from) : trades;
        return q.ToMs is { } to ? trades.Where(t => t.ClosedMs < to) : trades;
    }

    // Numbers rise with closing: ties keep one order, page by page.
    private static IQueryable<TradeRow> Sorted(IQueryable<TradeRow> trades, TradeQuery q) => (q.Sort, q.Ascending) switch
    {
        ("net", true) => trades.OrderBy(t => (double)t.Net).ThenBy(t => t.Number),
        ("net", false) => trades.OrderByDescending(t => (double)t.Net).ThenByDescending(t => t.Number),
        ("asset", true) => trades.OrderBy(t => t.Asset).ThenBy(t => t.Number),
        ("asset", false) => trades.OrderByDescending(t => t.Asset).ThenByDescending(t => t.Number),
        ("held", true) => trades.OrderBy(t => t.ClosedMs - t.OpenedMs).ThenBy(t => t.Number),
        ("held", false) => trades.OrderByDescending(t => t.ClosedMs - t.OpenedMs).ThenByDescending(t => t.Number),
        ("opened", true) => trades.OrderBy(t => t.OpenedMs).ThenBy(t => t.Number),
        ("opened", false) => trades.OrderByDescending(t => t.OpenedMs).ThenByDescending(t => t.Number),
        (_, true) => trades.OrderBy(t => t.Number),
        _ => trades.OrderByDescending(t => t.Number),
    };
}
