using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;
using Rez.Core.Trading;

namespace Rez.Web.Live;

/// <summary>A position with everything a trader wants to know of it. Money in USD, distances in percent of mark.</summary>
public sealed record PositionView(
    string Asset, string Direction, decimal Size, decimal Entry, decimal Mark, decimal Notional, int Leverage, decimal? Stop, decimal? Target,
    decimal? Liquidation, decimal? LiquidationDistancePercent, decimal OpenPnl, decimal Fees, decimal Funding, long OpenedMs, string? OpenedBy, string? Why, bool Protected);

public sealed record EquityView(long AtMs, decimal Equity, decimal? Benchmark);

/// <summary>A cycle as a card.</summary>
public sealed record CycleView(
    string Id, long Number, long StartedMs, string Status, string? Decider, string? Summary, decimal? Equity, IReadOnlyList<CycleLine> Lines, StageTimes? Stages,
    string? CapsuleHash, string? Error)
{
    /// <summary>Whether anything was asked for but holding.</summary>
    public bool Acted => Lines.Any(l => l.Asked != CycleLine.Hold);
}

public sealed record FillView(
    long TimeMs, string Asset, string Side, decimal Price, decimal Size, decimal Fee, decimal ClosedPnl, string? Trigger, bool IsLiquidation, string? CycleId);

/// <summary>What a decision of a model took and cost.</summary>
/// <param name="Milliseconds">Time of all its calls together.</param>
public sealed record SpentView(
    string CycleId, long AtMs, string Model, int Turns, int ToolCalls, int PromptTokens, int CachedTokens, int CompletionTokens, int ReasoningTokens, double Milliseconds, decimal CostUsd, bool FromCache);

/// <summary>The state of the whole in one record.</summary>
public sealed record StatusView(
    string Mode, string Phase, string Version, long NowMs, long NextCycleMs, double? Speed, bool AutoTrading, string State, bool Halted, long? UntilMs, IReadOnlyList<string> Assets, IReadOnlyList<string> Paused, string ControlBy, string ControlWhy,
    decimal Equity, decimal Available, decimal OpenPnl, decimal TodayPnl, decimal MarginUsePercent, decimal DrawdownPercent, decimal MaxDrawdownPercent,
    long Cycles, long FailedCycles, long Trades, decimal? WinRatePercent, decimal NetPnl, decimal FeesPaid, decimal FundingPaid, decimal Volume,
    long UnprotectedMs, IReadOnlyList<string> Unprotected, string? SentinelTrouble, long DiarySeq, string DiaryHead, long DiaryQueue);

/// <summary>Reads for console and API alike, so that both tell the same story.</summary>
public sealed class Views(ITradingSession session, DiaryStore diary, ConsoleSettings settings)
{
    private readonly DbContextOptions<RezDb> _options = RezDb.Sqlite(settings.DiaryPath, readOnly: true);

    public RezDb Open() => new(_options);

    public async Task<StatusView> StatusAsync(CancellationToken cancel)
    {
        await using var db = Open();
        var totals = DiaryQueries.Totals(db);
        var account = await session.Exchange.AccountAsync(cancel);
        var equity = account.Ok ? account.Value.Equity : totals.LastEquity ?? 0;
        var dayStart = new DateTimeOffset(session.Now.UtcDateTime.Date, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var first = await db.EquityPoints.Where(e => e.AtMs >= dayStart).OrderBy(e => e.Number).Select(e => (decimal?)e.Equity).FirstOrDefaultAsync(cancel);
        var control = session.Controls.State;
        var peak = Math.Max(totals.PeakEquity, equity);
        var head = diary.Head;
        return new StatusView(
            session.Mode,
            session.Phase.ToString(),
            settings.Version,
            session.Now.ToUnixTimeMilliseconds(),
            session.NextCycleAt.ToUnixTimeMilliseconds(),
            session.Speed,
            control.AutoTrading,
            control.State.ToString(),
            control.Halted,
            control.UntilMs,
            session.Assets,
            control.Paused,
            control.By,
            control.Why,
            equity,
            account.Ok ? account.Value.Available : 0,
            account.Ok ? account.Value.UnrealisedPnl : 0,
            first is null ? 0 : equity - first.Value,
            account.Ok && equity > 0 ? Percent(account.Value.MarginUsed / equity) : 0,
            peak > 0 ? Percent((peak - equity) / peak) : 0,
            Percent(Math.Max(totals.MaxDrawdown, peak > 0 ? (peak - equity) / peak : 0)),
            totals.Cycles,
            totals.FailedCycles,
            totals.Trades,
            totals.Trades > 0 ? Percent((decimal)totals.Wins / totals.Trades) : null,
            totals.NetPnl,
            totals.FeesPaid,
            totals.FundingPaid,
            totals.Volume,
            totals.UnprotectedMs,
            [.. session.Sentinel.LastProof.Where(c => !c.IsFull).Select(c => $"{c.Asset}: {Math.Abs(c.SignedSize) - c.Covered} of {Math.Abs(c.SignedSize)} without a stop")],
            session.Sentinel.LastTrouble?.Message,
            head.Seq,
            head.Hash,
            diary.QueueDepth);
    }

    public async Task<IReadOnlyList<PositionView>> PositionsAsync(CancellationToken cancel)
    {
        var account = await session.Exchange.AccountAsync(cancel);
        var orders = await session.Exchange.OpenOrdersAsync(cancel);
        if (!account.Ok)
        {
            return [];
        }

        await using var db = Open();
        var rows = await db.Positions.ToDictionaryAsync(p => p.Asset, cancel);
        var views = new List<PositionView>(account.Value.Positions.Length);
        foreach (var p in account.Value.Positions)
        {
            var row = rows.GetValueOrDefault(p.Asset);
            var coverage = orders.Ok ? Protector.CoverageOf(p, orders.Value) : null;
            views.Add(new PositionView(
                p.Asset,
                p.Direction == Direction.Long ? "long" : "short",
                p.Size,
                p.EntryPrice,
                p.MarkPrice,
                p.Notional,
                p.Leverage,
                coverage?.Stop,
                coverage?.Target,
                p.LiquidationPrice,
                p.LiquidationPrice is { } l ? Percent(Math.Abs(p.MarkPrice - l) / p.MarkPrice) : null,
                p.UnrealisedPnl,
                row?.Fees ?? 0,
                p.FundingSinceOpen,
                row?.OpenedMs ?? 0,
                row?.OpenCycleId,
                await WhyAsync(db, row?.OpenCycleId, p.Asset, cancel),
                coverage?.IsFull ?? false));
        }

        return views;
    }

    /// <summary>The equity curve in at most <paramref name="points"/> points, the newest always among them.</summary>
    public async Task<IReadOnlyList<EquityView>> EquityAsync(int points, CancellationToken cancel)
    {
        await using var db = Open();
        var last = await db.EquityPoints.MaxAsync(e => (long?)e.Number, cancel) ?? 0;
        var step = Math.Max(1, (last + points - 1) / points);
        return await db.EquityPoints.Where(e => e.Number % step == 0 || e.Number == 1 || e.Number == last).OrderBy(e => e.Number)
            .Select(e => new EquityView(e.AtMs, e.Equity, e.Benchmark)).ToListAsync(cancel);
    }

    /// <summary>Newest first; <paramref name="before"/> is the number of the oldest one already seen.</summary>
    public async Task<IReadOnlyList<CycleView>> CyclesAsync(int count, long? before, CancellationToken cancel)
    {
        await using var db = Open();
        var rows = await db.Cycles.Where(c => before == null || c.Number < before).OrderByDescending(c => c.Seq).Take(count).ToListAsync(cancel);
        return [.. rows.Select(ToView)];
    }

    /// <summary>The newest cycles and the newest that did more than hold, newest first.</summary>
    public async Task<IReadOnlyList<CycleView>> NotableCyclesAsync(int newest, int acted, CancellationToken cancel)
    {
        await using var db = Open();
        var recent = await db.Cycles.OrderByDescending(c => c.Seq).Take(newest).ToListAsync(cancel);
        var busy = await db.Cycles.Where(c => c.Acted).OrderByDescending(c => c.Seq).Take(acted).ToListAsync(cancel);
        return [.. recent.Concat(busy).DistinctBy(c => c.Id).OrderByDescending(c => c.Seq).Select(ToView)];
    }

    /// <summary>One cycle with its capsule and its place in the chain, or null.</summary>
    public async Task<(CycleView Cycle, DiaryRecord? Capsule)?> CycleAsync(string id, CancellationToken cancel)
    {
        await using var db = Open();
        var row = await db.Cycles.FirstOrDefaultAsync(c => c.Id == id, cancel);
        if (row is null)
        {
            return null;
        }

        var capsule = row.CapsuleSeq is { } seq ? await db.Events.FirstOrDefaultAsync(e => e.Seq == seq, cancel) : null;
        return (ToView(row), capsule?.ToRecord());
    }

    public async Task<IReadOnlyList<FillView>> FillsAsync(int count, CancellationToken cancel)
    {
        await using var db = Open();
        return await db.Fills.OrderByDescending(f => f.Seq).Take(count)
            .Select(f => new FillView(f.TimeMs, f.Asset, f.Side, f.Price, f.Size, f.Fee, f.ClosedPnl, f.Trigger, f.IsLiquidation, f.CycleId)).ToListAsync(cancel);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<SpentView>> SpentAsync(int count, CancellationToken cancel)
    {
        await using var db = Open();
        var rows = await db.Events.Where(e => e.Type == "agent.spent").OrderByDescending(e => e.Seq).Take(count).ToListAsync(cancel);
        var views = new List<SpentView>(rows.Count);
        foreach (var row in rows)
        {
            if (DiaryTypes.Read(row.Type, row.Version, row.Payload) is { Ok: true, Value: AgentSpent s })
            {
                views.Add(new SpentView(
                    row.CycleId ?? string.Empty, s.AtMs, s.Model, s.Turns ?? 0, s.ToolCalls ?? 0, s.PromptTokens, s.CachedTokens, s.CompletionTokens, s.ReasoningTokens ?? 0, s.Milliseconds?.Sum() ?? 0,
                    s.CostUsd, s.FromCache ?? false));
            }
        }

        return views;
    }

    public async Task<IReadOnlyList<DiaryRecord>> DiaryAsync(long after, int count, CancellationToken cancel)
    {
        await using var db = Open();
        var rows = await db.Events.Where(e => e.Seq > after).OrderBy(e => e.Seq).Take(count).ToListAsync(cancel);
        return [.. rows.Select(r => r.ToRecord())];
    }

    private static async Task<string?> WhyAsync(RezDb db, string? cycleId, string asset, CancellationToken cancel)
    {
        if (cycleId?.StartsWith(Core.Cycle.ManualDesk.Prefix, StringComparison.Ordinal) == true)
        {
            var asked = await db.Events.Where(e => e.CycleId == cycleId && e.Type == "control.manual-asked").OrderBy(e => e.Seq).FirstOrDefaultAsync(cancel);
            return asked is not null && DiaryTypes.Read(asked.Type, asked.Version, asked.Payload) is { Ok: true, Value: ManualAsked manual } ? $"Opened by hand, by {manual.By}." : "Opened by hand.";
        }

        var lines = cycleId is null ? null : await db.Cycles.Where(c => c.Id == cycleId).Select(c => c.Lines).FirstOrDefaultAsync(cancel);
        return lines is null ? null : JsonSerializer.Deserialize<CycleLine[]>(lines, DiaryTypes.Json)!.FirstOrDefault(l => l.Asset == asset)?.Rationale;
    }

    private static CycleView ToView(CycleRow r) => new(
        r.Id, r.Number, r.StartedMs, r.Status, r.Decider, r.Summary, r.Equity,
        r.Lines is null ? [] : JsonSerializer.Deserialize<CycleLine[]>(r.Lines, DiaryTypes.Json)!,
        r.Stages is null ? null : JsonSerializer.Deserialize<StageTimes>(r.Stages, DiaryTypes.Json),
        r.CapsuleHash, r.Error);

    private static decimal Percent(decimal fraction) => decimal.Round(fraction * 100, 2);
}
