using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Risk;
using Rez.Core.Session;
using Rez.Core.Trading;

namespace Rez.Web.Live;

/// <summary>A wish that the gate refused.</summary>
/// <param name="Times">How often in a row the same was said of the asset; the newest is shown.</param>
public sealed record RefusalView(long AtMs, string CycleId, string Asset, string Asked, string Why, int Times);

/// <summary>A position on the ladder to its liquidation: prices in the order they would be met. Percent of mark.</summary>
public sealed record LadderView(string Asset, string Direction, decimal Mark, decimal? Stop, decimal? StopPercent, decimal? Liquidation, decimal? LiquidationPercent);

/// <summary>What limits the account, now.</summary>
/// <param name="Trips">Protections that tripped, newest first.</param>
public sealed record RiskView(IReadOnlyList<LimitUse> Uses, IReadOnlyList<LadderView> Ladder, IReadOnlyList<RefusalView> Refusals, IReadOnlyList<(long AtMs, GuardTripped Trip)> Trips, decimal MarginUsed, decimal Maintenance, decimal Equity, string? Trouble);

/// <summary>Reads limits, their use, and what they have done lately.</summary>
public sealed class RiskViews(Views views, ITradingSession session)
{
    private const int Searched = 200;
    private const int Shown = 12;

    public async Task<RiskView> ReadAsync(CancellationToken cancel)
    {
        var account = await session.Exchange.AccountAsync(cancel);
        var positions = await views.PositionsAsync(cancel);
        await using var db = views.Open();
        var cycles = await db.Cycles.Where(c => c.Acted && c.Lines != null).OrderByDescending(c => c.Seq).Take(Searched).ToListAsync(cancel);
        var refusals =
            from cycle in cycles
            from line in JsonSerializer.Deserialize<CycleLine[]>(cycle.Lines!, DiaryTypes.Json)!
            where line.Gated.StartsWith("rejected", StringComparison.Ordinal)
            select new RefusalView(cycle.StartedMs, cycle.Id, line.Asset, line.Asked, line.Gated, 1);
        var trips = await db.Events.Where(e => e.Type == "guard.tripped").OrderByDescending(e => e.Seq).Take(Shown).ToListAsync(cancel);
        return new RiskView(
            account.Ok ? RiskGate.Uses(account.Value, session.Limits) : [],
            [.. positions.Select(Ladder)],
            [.. Folded(refusals).Take(Shown)],
            [.. trips.Select(t => DiaryTypes.Read(t.Type, t.Version, t.Payload) is { Ok: true, Value: GuardTripped trip } ? (t.AtMs, trip) : (t.AtMs, null!)).Where(t => t.Item2 is not null)],
            account.Ok ? account.Value.MarginUsed : 0,
            account.Ok ? account.Value.MaintenanceMargin : 0,
            account.Ok ? account.Value.Equity : 0,
            account.Ok ? null : account.Rejection.Message);
    }

    /// <summary>Newest first; what was said again and again of one asset becomes one.</summary>
    private static List<RefusalView> Folded(IEnumerable<RefusalView> refusals)
    {
        var folded = new List<RefusalView>();
        foreach (var refusal in refusals)
        {
            var at = folded.FindLastIndex(f => f.Asset == refusal.Asset);
            if (at >= 0 && Code(folded[at].Why) == Code(refusal.Why))
            {
                folded[at] = folded[at] with { Times = folded[at].Times + 1 };
            }
            else
            {
                folded.Add(refusal);
            }
        }

        return folded;
    }

    private static string Code(string why) => why.Split(')')[0];

    private static LadderView Ladder(PositionView p) => new(
        p.Asset, p.Direction, p.Mark, p.Stop, p.Stop is { } stop ? decimal.Round(Math.Abs(p.Mark - stop) / p.Mark * 100, 2) : null, p.Liquidation, p.LiquidationDistancePercent);
}
