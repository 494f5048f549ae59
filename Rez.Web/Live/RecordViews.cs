using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Reporting;

namespace Rez.Web.Live;

/// <summary>A day of the calendar: what was closed in it, net USD.</summary>
public sealed record DayView(DateOnly Day, double Net, int Trades);

/// <summary>A count of trades whose net lies in a range, USD.</summary>
public sealed record BinView(double From, double To, int Trades);

/// <summary>The track record with what is drawn of it.</summary>
public sealed record RecordView(TrackReport Report, IReadOnlyList<DayView> Days, IReadOnlyList<BinView> Distribution);

/// <summary>The statistics of the account's own record: the same code as a backtest's.</summary>
public sealed class RecordViews(Views views)
{
    private const int Bins = 21;

    /// <summary>Null while there are fewer than two points of equity.</summary>
    /// <param name="fromMs">Only what is at or after it.</param>
    public async Task<RecordView?> ReadAsync(long? fromMs, CancellationToken cancel)
    {
        await using var db = views.Open();
        var equity = await db.EquityPoints.Where(e => fromMs == null || e.AtMs >= fromMs).OrderBy(e => e.Number).Select(e => new { e.AtMs, e.Equity, e.Benchmark }).ToListAsync(cancel);
        if (equity.Count < 2)
        {
            return null;
        }

        var trades = DiaryQueries.Trades(db).Where(t => fromMs is null || t.ClosedMs >= fromMs).ToArray();
        var benchmark = equity.Where(e => e.Benchmark is > 0).Select(e => new EquityPoint(e.AtMs, e.Benchmark!.Value, 0)).ToArray();
        var report = TrackReport.Of([.. equity.Select(e => new EquityPoint(e.AtMs, e.Equity, 0))], trades, benchmark.Length == equity.Count ? benchmark : null);
        var days = trades.GroupBy(t => DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(t.ClosedMs).UtcDateTime)).OrderBy(g => g.Key)
            .Select(g => new DayView(g.Key, (double)g.Sum(t => t.Net), g.Count())).ToArray();
        return new RecordView(report, days, Distribution([.. trades.Select(t => (double)t.Net)]));
    }

    /// <summary>Bins of equal width around zero: nothing that lost shares a bin with something that won.</summary>
    private static BinView[] Distribution(double[] nets)
    {
        var reach = nets.Length == 0 ? 0 : nets.Max(Math.Abs);
        if (reach == 0)
        {
            return [];
        }

        var half = Bins / 2;
        var width = reach / half;
        return [.. Enumerable.Range(-half, 2 * half).Select(i => new BinView(i * width, (i + 1) * width, nets.Count(n => Math.Clamp((int)Math.Floor(n / width), -half, half - 1) == i)))];
    }
}
