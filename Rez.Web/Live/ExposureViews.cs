using System.Collections.Immutable;
using Microsoft.EntityFrameworkCore;

namespace Rez.Web.Live;

/// <summary>How much was held of what and when: notional at entry, USD, the most of each slice of time. Row by row: <c>[slice][asset]</c>.</summary>
public sealed record ExposureView(ImmutableArray<string> Assets, ImmutableArray<long> SliceMs, ImmutableArray<ImmutableArray<decimal>> Usd);

/// <summary>Exposure over time, from closed trades and what is open.</summary>
public sealed class ExposureViews(Views views)
{
    private const int Slices = 24;
    private const long DayMs = 86_400_000;
    private const int Days = 7;

    /// <param name="nowMs">End of the newest slice.</param>
    public async Task<ExposureView> ReadAsync(long nowMs, IReadOnlyList<PositionView> open, CancellationToken cancel)
    {
        await using var db = views.Open();
        var fromMs = nowMs - (Days * DayMs);
        var trades = await db.Trades.Where(t => t.ClosedMs >= fromMs).Select(t => new { t.Asset, t.Size, t.EntryPrice, t.OpenedMs, t.ClosedMs }).ToListAsync(cancel);
        var held = trades.Select(t => (t.Asset, Usd: t.Size * t.EntryPrice, From: t.OpenedMs, To: t.ClosedMs))
            .Concat(open.Select(p => (p.Asset, Usd: p.Size * p.Entry, From: p.OpenedMs, To: nowMs))).ToArray();
        var assets = held.Select(h => h.Asset).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        var width = (nowMs - fromMs) / Slices;
        var slices = Enumerable.Range(0, Slices).Select(i => fromMs + (i * width)).ToImmutableArray();
        return new ExposureView(assets, slices, [.. slices.Select(s => assets.Select(a => decimal.Round(held.Where(h => h.Asset == a && h.From < s + width && h.To > s).Select(h => h.Usd).DefaultIfEmpty().Max(), 0)).ToImmutableArray())]);
    }
}
