using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Agent;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Reporting;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>The account's past as its diary has it: everything appended so far counts, so that a run of a seed remembers the same at any speed.</summary>
public sealed class DiaryPast(IDiary diary, string path) : IPast
{
    private const int DecisionCount = 12;
    private const int FillCount = 10;
    private const int LeastDays = 10;
    private const int SearchedEvents = 200_000;
    private const long DayMs = 86_400_000;
    private static readonly string[] Searchable = ["plan.set", "plan.fired", "position.drift-found", "venue.acted", "control.changed", "agent.reflected", "cycle.failed"];
    private readonly DbContextOptions<RezDb> _options = RezDb.Sqlite(path, readOnly: true);
    private readonly SortedDictionary<long, decimal> _closeOfDay = [];
    private long _equityRead;
    private decimal? _firstEquity;

    public async ValueTask<Recall> RecallAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await diary.FlushAsync();
        await using var db = new RezDb(_options);
        var today = DateOnly.FromDateTime(at.UtcDateTime);
        var start = new DateTimeOffset(today.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
        var yesterday = await db.Trades.Where(t => t.ClosedMs >= start - DayMs && t.ClosedMs < start).OrderBy(t => t.Number).ToListAsync(cancel);
        return new Recall(await RecordAsync(db, cancel), await DecisionsAsync(db, cancel), await FillsAsync(db, cancel), [.. yesterday.Select(Trade)], await ReflectionAsync(db, cancel));
    }

    public async ValueTask<IReadOnlyList<PastTrade>> TradesAsync(string? asset, int count, CancellationToken cancel)
    {
        await using var db = new RezDb(_options);
        var rows = await db.Trades.Where(t => asset == null || t.Asset == asset).OrderByDescending(t => t.Number).Take(count).ToListAsync(cancel);
        return [.. rows.Select(Trade)];
    }

    public async ValueTask<IReadOnlyList<DiaryHit>> SearchAsync(string text, int count, CancellationToken cancel)
    {
        await using var db = new RezDb(_options);
        var like = $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
        var cycles = await db.Cycles.Where(c => c.Acted && (EF.Functions.Like(c.Lines!, like, "\\") || EF.Functions.Like(c.Summary!, like, "\\"))).OrderByDescending(c => c.Seq).Take(count).ToListAsync(cancel);
        var last = await db.Events.MaxAsync(e => (long?)e.Seq, cancel) ?? 0;
        var events = await db.Events.Where(e => e.Seq > last - SearchedEvents && Searchable.Contains(e.Type)).OrderByDescending(e => e.Seq).Take(2_000).ToListAsync(cancel);
        var hits = cycles.Select(c => (c.Seq, Hit: new DiaryHit(c.StartedMs, c.Id, "cycle", $"{c.Summary} {c.Lines}")))
            .Concat(events.Select(e => (e.Seq, Hit: new DiaryHit(e.AtMs, e.CycleId, e.Type, System.Text.Encoding.UTF8.GetString(e.Payload))))
                .Where(e => e.Hit.Text.Contains(text, StringComparison.OrdinalIgnoreCase)));
        return [.. hits.OrderByDescending(h => h.Seq).Take(count).Select(h => h.Hit)];
    }

    private static PastTrade Trade(TradeRow t) => new(
        t.Asset, Enum.Parse<Direction>(t.Direction), t.EntryPrice, t.ExitPrice, t.Size * t.EntryPrice, t.Net, t.Fees, t.Funding, t.ExitCode, t.OpenedMs, t.ClosedMs, t.OpenCycleId);

    private static async Task<ImmutableArray<PastDecision>> DecisionsAsync(RezDb db, CancellationToken cancel)
    {
        var cycles = await db.Cycles.Where(c => c.Acted && c.Lines != null).OrderByDescending(c => c.Seq).Take(DecisionCount).ToListAsync(cancel);
        var ids = cycles.Select(c => c.Id).ToArray();
        var outcomes = await db.Trades.Where(t => ids.Contains(t.OpenCycleId!)).ToListAsync(cancel);
        var decisions =
            from cycle in cycles
            from line in JsonSerializer.Deserialize<CycleLine[]>(cycle.Lines!, DiaryTypes.Json)!
            where line.Asked != CycleLine.Hold
            let outcome = outcomes.FirstOrDefault(t => t.OpenCycleId == cycle.Id && t.Asset == line.Asset)
            select new PastDecision(cycle.StartedMs, cycle.Id, line.Asset, line.Asked, line.Gated, line.Done, line.Rationale, outcome is null ? null : Trade(outcome));
        return [.. decisions.Take(DecisionCount)];
    }

    private static async Task<ImmutableArray<PastFill>> FillsAsync(RezDb db, CancellationToken cancel)
    {
        var rows = await db.Fills.OrderByDescending(f => f.Seq).Take(FillCount).ToListAsync(cancel);
        return [.. rows.Select(f => new PastFill(
            f.TimeMs, f.Asset, Enum.Parse<Side>(f.Side), f.Price, f.Size, f.Fee, f.ClosedPnl, f.IsLiquidation, f.Trigger is null ? null : Enum.Parse<TriggerKind>(f.Trigger)))];
    }

    private static async Task<Reflection?> ReflectionAsync(RezDb db, CancellationToken cancel)
    {
        var row = await db.Events.Where(e => e.Type == "agent.reflected").OrderByDescending(e => e.Seq).FirstOrDefaultAsync(cancel);
        return row is not null && DiaryTypes.Read(row.Type, row.Version, row.Payload) is { Ok: true, Value: AgentReflected r }
            ? new Reflection(DateOnly.ParseExact(r.Day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), r.Text)
            : null;
    }

    private async Task<TrackRecord?> RecordAsync(RezDb db, CancellationToken cancel)
    {
        // Only what came since the last time is read: a long diary must not slow its cycles.
        await foreach (var point in db.EquityPoints.Where(e => e.Number > _equityRead).OrderBy(e => e.Number).Select(e => new { e.Number, e.AtMs, e.Equity }).AsAsyncEnumerable().WithCancellation(cancel))
        {
            _firstEquity ??= point.Equity;
            _equityRead = point.Number;
            _closeOfDay[point.AtMs / DayMs] = point.Equity;
        }

        if (_firstEquity is not > 0)
        {
            return null;
        }

        var totals = DiaryQueries.Totals(db);
        var now = _closeOfDay.Values.Last();
        var peak = Math.Max(totals.PeakEquity, now);
        var drawdown = peak > 0 ? (peak - now) / peak : 0;
        return new TrackRecord(
            ((now / _firstEquity.Value) - 1) * 100, drawdown * 100, Math.Max(totals.MaxDrawdown, drawdown) * 100, Sharpe(), _closeOfDay.Count, totals.Trades,
            totals.Trades > 0 ? (decimal)totals.Wins / totals.Trades * 100 : null, totals.NetPnl, totals.FeesPaid, totals.FundingPaid);
    }

    /// <summary>From full days only: today's is left out.</summary>
    private double? Sharpe()
    {
        var days = _closeOfDay.Values.SkipLast(1).Select(e => (double)e).ToArray();
        if (days.Length <= LeastDays || days.Any(d => d <= 0))
        {
            return null;
        }

        var sharpe = SharpeRatio.Of(ReturnMath.FromEquity(days), TrackReport.DaysPerYear);
        return double.IsNaN(sharpe) ? null : sharpe;
    }
}
