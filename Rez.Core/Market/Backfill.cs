namespace Rez.Core.Market;

/// <summary>How far a backfill is.</summary>
public readonly record struct BackfillProgress(string Asset, Interval Interval, int Have, int Wanted);

/// <summary>What a backfill did for an asset.</summary>
/// <param name="Missing">Bars of the span that the source does not have.</param>
public sealed record BackfillResult(string Asset, string File, int Added, int Have, int Missing, Rejection? Trouble);

/// <summary>Fills what an archive lacks of a span, piece by piece. What was fetched is kept whatever happens next, so it can go on later.</summary>
public static class Backfill
{
    private const int SaveEveryPieces = 20;

    /// <param name="pieceBars">Bars to ask for at once.</param>
    public static async Task<BackfillResult> RunAsync(
        CandleArchive archive, ICandleHistory source, long fromMs, long toMs, int pieceBars, Action<BackfillProgress> told, CancellationToken cancel)
    {
        var wanted = (int)((toMs - archive.Interval.OpenOf(fromMs)) / archive.Interval.Milliseconds);
        var (added, pieces) = (0, 0);
        Rejection? trouble = null;
        try
        {
            foreach (var (from, to) in archive.Missing(fromMs, toMs, pieceBars))
            {
                cancel.ThrowIfCancellationRequested();
                var read = await source.CandlesAsync(archive.Asset, archive.Interval, from, to, cancel);
                if (!read.Ok)
                {
                    trouble = read.Rejection;
                    break;
                }

                added += archive.Merge(read.Value).Added;
                told(new BackfillProgress(archive.Asset, archive.Interval, Have(), wanted));
                if (++pieces % SaveEveryPieces == 0)
                {
                    archive.Save();
                }
            }
        }
        finally
        {
            archive.Save();
        }

        return new BackfillResult(archive.Asset, archive.FilePath, added, Have(), wanted - Have(), trouble);

        int Have() => archive.Bars.Count(b => b.OpenTimeMs >= fromMs && b.OpenTimeMs < toMs);
    }
}
