using Microsoft.EntityFrameworkCore;
using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>What a start takes from an existing diary.</summary>
internal sealed record DiaryReading(
    string? World,
    long StartMs,
    long ResumeMs,
    long LastCycleNumber,
    long LastCycleCloseMs,
    BooksStart Books,
    DeskStart Desk,
    ControlState Control,
    IReadOnlyList<(string Asset, decimal? Stop, decimal? Target)> Levels,
    BenchmarkSet? Benchmark,
    IReadOnlyList<OpenPlan> Plans,
    PortfolioHistory History)
{
    /// <summary>What the diary's ids end in; null when it has no such mark yet.</summary>
    public string? Mark { get; init; }

    private const int RecentEvents = 4_000;
    private const long DayMs = 86_400_000;

    /// <summary>A plan carries the time the account was read before its entry was sent.</summary>
    private const long PlanBeforeFill = 60_000;

    /// <summary>After this a send that the venue does not know never reached it.</summary>
    private static readonly TimeSpan LongestFlight = TimeSpan.FromSeconds(60);

    public static DiaryReading Of(string path)
    {
        using var db = new RezDb(RezDb.Sqlite(path, readOnly: true));
        var session = DiaryQueries.Session(db);
        var last = db.Events.OrderByDescending(e => e.Seq).Select(e => new { e.Seq, e.AtMs }).FirstOrDefault();
        if (session is null || last is null)
        {
            return new DiaryReading(null, 0, 0, 0, 0, BooksStart.Empty, DeskStart.Empty, ControlState.Initial, [], null, [], new PortfolioHistory());
        }

        var fills = db.Fills.OrderByDescending(f => f.Seq).Take(2_000).AsEnumerable().Select(f => (f.TimeMs, f.Asset, f.Tid)).Reverse().ToArray();
        var recent = Recent(db, last.Seq).ToArray();
        var funding = recent.OfType<FundingBooked>().Select(f => (f.Payment.TimeMs, f.Payment.Asset)).ToArray();
        var positions = db.Positions.AsEnumerable().ToArray();
        var totals = DiaryQueries.Totals(db);
        var books = new BooksStart(
            [.. positions.Select(Projector.ToLedger)],
            totals.Trades,
            fills,
            funding,
            SinceMs: 0);

        // A cycle that was cut off keeps its number: ids must not be used again with other content.
        var cycle = recent.OfType<CycleStarted>().LastOrDefault() ?? new CycleStarted(totals.Cycles + totals.FailedCycles, 0);
        return new DiaryReading(
            session.World, session.StartMs, last.AtMs, cycle.Number, cycle.CandleCloseMs, books, DeskOf(db, recent) with { After = last.Seq }, DiaryQueries.Control(db), [.. positions.Select(p => (p.Asset, p.Stop, p.Target))], BenchmarkOf(db), PlansOf(db, positions), HistoryOf(db, positions))
        {
            Mark = session.Mark,
        };
    }

    /// <summary>Orders that may be open, and sends whose outcome was not written down: the process may have died in between.</summary>
    private static DeskStart DeskOf(RezDb db, IReadOnlyList<DiaryFact> recent)
    {
        var open = db.Orders.Where(o => o.Status != "filled" && o.Status != "rejected" && o.Status != "canceled").Select(o => o.Cloid).AsEnumerable().Select(c => new Cloid(c));
        var resolved = recent.OfType<OrderOutcome>().Where(o => o.State != SendState.Unresolved).SelectMany(o => o.Cloids).ToHashSet();
        var pending = recent.OfType<OrderSending>().Where(s => !resolved.Contains(s.Request.Legs[0].Cloid))
            .Select(s => new PendingSend(s.Request, null, DateTimeOffset.FromUnixTimeMilliseconds(s.VenueMs) + LongestFlight));
        return new DeskStart([.. open], [.. pending]);
    }

    /// <summary>Cycles begun, orders sent and funding booked among the newest events; capsules and the rest are not read.</summary>
    private static IEnumerable<DiaryFact> Recent(RezDb db, long lastSeq) =>
        db.Events.Where(e => e.Seq > lastSeq - RecentEvents && (e.Type == "cycle.started" || e.Type == "funding.booked" || e.Type == "order.sending" || e.Type == "order.outcome")).OrderBy(e => e.Seq)
            .AsEnumerable().Select(e => DiaryTypes.Read(e.Type, e.Version, e.Payload)).Where(f => f.Ok).Select(f => f.Value);

    /// <summary>The newest plan of each open position, if it was set since that was opened.</summary>
    private static OpenPlan[] PlansOf(RezDb db, PositionRow[] positions) => positions.Length == 0 ? [] :
    [
        .. db.Events.Where(e => e.Type == "plan.set").OrderByDescending(e => e.Seq).Take(200).AsEnumerable()
            .Select(e => DiaryTypes.Read(e.Type, e.Version, e.Payload)).Where(r => r.Ok).Select(r => r.Value).OfType<PlanSet>()
            .Where(s => positions.Any(p => p.Asset == s.Asset && s.SetMs >= p.OpenedMs - PlanBeforeFill))
            .DistinctBy(s => s.Asset)
            .Select(s => new OpenPlan(s.Asset, s.Thesis, new ExitPlan(s.Text, [.. s.Invalidations.Select(i => new Invalidation(i.Metric, i.Interval, i.Op, i.Level))]), s.SetMs)),
    ];

    /// <summary>Everything that protections count, from the beginning of the diary or of what they look at.</summary>
    private static PortfolioHistory HistoryOf(RezDb db, PositionRow[] positions)
    {
        var history = new PortfolioHistory();
        var accepted = DiaryQueries.Control(db).AcceptedMs;
        foreach (var trade in db.Trades.OrderBy(t => t.Number).Select(t => new { t.ClosedMs, t.OpenedMs, t.Asset, t.Net, t.ExitCode }))
        {
            var isStop = trade.ExitCode is ExitCodes.StopLoss or ExitCodes.Trail or ExitCodes.Liquidated;
            history.NoteTrade(new GuardTrade(trade.ClosedMs, trade.Asset, trade.Net, isStop));
        }

        foreach (var entry in db.Trades.OrderBy(t => t.Number).Select(t => new GuardEntry(t.OpenedMs, t.Asset)).AsEnumerable().Concat(positions.Select(p => new GuardEntry(p.OpenedMs, p.Asset))).OrderBy(e => e.AtMs))
        {
            history.NoteEntry(entry);
        }

        var peak = db.EquityPoints.Where(e => e.AtMs >= accepted).Max(e => (decimal?)e.Equity) ?? 0;
        var firsts = db.EquityPoints.GroupBy(e => e.AtMs / DayMs).Select(g => g.Min(e => e.Number)).ToArray();
        foreach (var point in db.EquityPoints.Where(e => firsts.Contains(e.Number)).OrderBy(e => e.Number))
        {
            history.NoteEquity(point.AtMs, point.Equity);
        }

        if (db.EquityPoints.OrderByDescending(e => e.Number).FirstOrDefault() is { } last)
        {
            history.NoteEquity(last.AtMs, last.Equity);
        }

        history.Restore(accepted, peak);
        return history;
    }

    private static BenchmarkSet? BenchmarkOf(RezDb db) =>
        db.Events.FirstOrDefault(e => e.Type == "account.benchmark-set") is { } row && DiaryTypes.Read(row.Type, row.Version, row.Payload) is { Ok: true } read
            ? read.Value as BenchmarkSet
            : null;

    /// <summary>What models cost, decision by decision.</summary>
    public static IEnumerable<(DateTimeOffset At, decimal Usd, bool IsReflection)> ModelCosts(string path)
    {
        using var db = new RezDb(RezDb.Sqlite(path, readOnly: true));
        foreach (var row in db.Events.Where(e => e.Type == "agent.spent" || e.Type == "agent.reflected").OrderBy(e => e.Seq).AsEnumerable())
        {
            switch (DiaryTypes.Read(row.Type, row.Version, row.Payload) is { Ok: true } read ? read.Value : null)
            {
                case AgentSpent spent:
                    yield return (DateTimeOffset.FromUnixTimeMilliseconds(spent.AtMs), spent.CostUsd, false);
                    break;
                case AgentReflected reflected:
                    yield return (DateTimeOffset.FromUnixTimeMilliseconds(reflected.AtMs), reflected.CostUsd, true);
                    break;
            }
        }
    }

    /// <summary>Everything that was sent to the simulated venue, in order, with the venue's time.</summary>
    public static IEnumerable<(long VenueMs, Action<SimulatedVenue> Command)> VenueCommands(RezDb db)
    {
        foreach (var row in db.Events.Where(e => e.Stream == "order").OrderBy(e => e.Seq).AsEnumerable())
        {
            var fact = DiaryTypes.Read(row.Type, row.Version, row.Payload);
            switch (fact.Ok ? fact.Value : null)
            {
                case OrderSending s:
                    yield return (s.VenueMs, v => v.Place(s.Request));
                    break;
                case CancelSending c:
                    yield return (c.VenueMs, v => v.Cancel(c.Asset, c.Oid));
                    break;
                case LeverageSending l:
                    yield return (l.VenueMs, v => v.SetLeverage(l.Asset, l.Leverage, l.IsCross));
                    break;
            }
        }
    }
}
