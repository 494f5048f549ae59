using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Reporting;
using Rez.Core.Trading;

namespace Rez.Core.Backtest.Agents;

/// <summary>The account's past within a backtest, as a diary on disk would tell it: from what was folded so far, which is never later than now.</summary>
internal sealed class FoldedPast(FoldingDiary diary) : IPast
{
    private const int DecisionCount = 12;
    private const int FillCount = 10;
    private const int LeastDays = 10;
    private const long DayMs = 86_400_000;

    public ValueTask<Recall> RecallAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var today = at.ToUnixTimeMilliseconds() / DayMs * DayMs;
        var yesterday = diary.Trades.Where(t => t.ClosedMs >= today - DayMs && t.ClosedMs < today).Select(Trade);
        return new(new Recall(Record(), Decisions(), [.. diary.RecentFills.Reverse().Take(FillCount).Select(Fill)], [.. yesterday], null));
    }

    public ValueTask<IReadOnlyList<PastTrade>> TradesAsync(string? asset, int count, CancellationToken cancel) =>
        new([.. diary.Trades.Reverse().Where(t => asset is null || t.Asset == asset).Take(count).Select(Trade)]);

    public ValueTask<IReadOnlyList<DiaryHit>> SearchAsync(string text, int count, CancellationToken cancel) => new(
    [
        .. diary.RecentCycles.Reverse()
            .Select(c => new DiaryHit(c.Cycle.StartedMs, c.CycleId, "cycle", $"{c.Cycle.Summary} {string.Join(' ', c.Cycle.Lines.Select(l => $"{l.Asset} {l.Asked} {l.Gated} {l.Done} {l.Rationale}"))}"))
            .Where(h => h.Text.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(count),
    ]);

    private ImmutableArray<PastDecision> Decisions() =>
    [
        .. (from c in diary.RecentCycles.Reverse()
            from line in c.Cycle.Lines
            where line.Asked != CycleLine.Hold
            let outcome = diary.Trades.LastOrDefault(t => t.OpenCycleId == c.CycleId && t.Asset == line.Asset)
            select new PastDecision(c.Cycle.StartedMs, c.CycleId, line.Asset, line.Asked, line.Gated, line.Done, line.Rationale, outcome is null ? null : Trade(outcome))).Take(DecisionCount),
    ];

    private TrackRecord? Record()
    {
        if (diary.Equity.Count == 0 || diary.Equity[0].Equity <= 0)
        {
            return null;
        }

        var (first, now, peak, deepest) = (diary.Equity[0].Equity, diary.Equity[^1].Equity, 0m, 0m);
        var closes = new SortedDictionary<long, decimal>();
        foreach (var point in diary.Equity)
        {
            peak = Math.Max(peak, point.Equity);
            deepest = Math.Max(deepest, (peak - point.Equity) / peak);
            closes[point.AtMs / DayMs] = point.Equity;
        }

        var days = closes.Values.SkipLast(1).Select(e => (double)e).ToArray();
        var sharpe = days.Length > LeastDays && days.All(d => d > 0) ? SharpeRatio.Of(ReturnMath.FromEquity(days), TrackReport.DaysPerYear) : double.NaN;
        var trades = diary.Trades;
        return new TrackRecord(
            ((now / first) - 1) * 100, (peak - now) / peak * 100, deepest * 100, double.IsNaN(sharpe) ? null : sharpe, closes.Count, trades.Count,
            trades.Count > 0 ? (decimal)trades.Count(t => t.Net > 0) / trades.Count * 100 : null, trades.Sum(t => t.Net), diary.Fees, diary.Funding);
    }

    private static PastTrade Trade(ClosedTrade t) =>
        new(t.Asset, t.Direction, t.EntryPrice, t.ExitPrice, t.Size * t.EntryPrice, t.Net, t.Fees, t.Funding, t.ExitCode, t.OpenedMs, t.ClosedMs, t.OpenCycleId);

    private static PastFill Fill(Fill f) => new(f.TimeMs, f.Asset, f.Side, f.Price, f.Size, f.Fee, f.ClosedPnl, f.IsLiquidation, f.Trigger);
}
