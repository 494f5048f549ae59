using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>
/// A paper account is what the diary says: after a restart its cash, positions and live triggers are taken from there, since the prices in between
/// can't be played again. What a trigger missed meanwhile it meets at the first new price.
/// </summary>
internal static class PaperAccount
{
    public static void Restore(SimulatedVenue venue, string diaryPath, decimal initialBalance, IReadOnlyList<Instrument> instruments)
    {
        using var db = new RezDb(RezDb.Sqlite(diaryPath, readOnly: true));
        var positions = db.Positions.AsEnumerable().ToArray();
        if (!db.Fills.Any())
        {
            return;
        }

        var realised = db.Fills.Select(f => new { f.ClosedPnl, f.Fee }).AsEnumerable().Sum(f => f.ClosedPnl - f.Fee);
        var totals = DiaryQueries.Totals(db);
        var leverage = new Dictionary<string, (int Leverage, bool IsCross)>(StringComparer.Ordinal);
        foreach (var row in db.Events.Where(e => e.Type == "order.leverage-sending").OrderBy(e => e.Seq).AsEnumerable())
        {
            if (DiaryTypes.Read(row.Type, row.Version, row.Payload) is { Ok: true, Value: LeverageSending sent })
            {
                leverage[sent.Asset] = (sent.Leverage, sent.IsCross);
            }
        }

        var known = instruments.Select(i => i.Asset).ToHashSet(StringComparer.Ordinal);
        var open = positions.Where(p => known.Contains(p.Asset)).ToArray();
        venue.Restore(
            initialBalance + realised - totals.FundingPaid,
            open.Select(p => (p.Asset, p.SignedSize, p.AverageCost, leverage.GetValueOrDefault(p.Asset, (1, true)), p.Funding)),
            [.. open.SelectMany(p => Triggers(db, p))]);
    }

    /// <summary>The newest order for each of a position's levels: earlier ones at the same price were replaced.</summary>
    private static IEnumerable<(string Asset, OrderLeg Leg)> Triggers(RezDb db, PositionRow position)
    {
        var rows = db.Orders.Where(o => o.Asset == position.Asset && o.Status == "live" && o.TriggerPrice != null).OrderBy(o => o.SentMs).AsEnumerable().ToArray();
        foreach (var level in new[] { position.Stop, position.Target })
        {
            if (rows.LastOrDefault(o => o.TriggerPrice == level) is { } row)
            {
                yield return (position.Asset, new OrderLeg
                {
                    Cloid = new Cloid(row.Cloid),
                    Side = Enum.Parse<Side>(row.Side),
                    Size = Math.Abs(position.SignedSize),
                    LimitPrice = row.LimitPrice,
                    TriggerPrice = row.TriggerPrice,
                    Trigger = Enum.Parse<TriggerKind>(row.Trigger!),
                    ReduceOnly = true,
                });
            }
        }
    }
}
