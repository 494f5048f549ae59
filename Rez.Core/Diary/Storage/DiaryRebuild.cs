using Microsoft.EntityFrameworkCore;

namespace Rez.Core.Diary.Storage;

/// <param name="Events">Events folded.</param>
/// <param name="Unreadable">Events this version can't read; they stay in the diary and are not shown in views.</param>
public sealed record RebuildReport(long Events, IReadOnlyList<string> Unreadable);

/// <summary>Throws the read models away and folds them anew from the events, in one transaction.</summary>
public static class DiaryRebuild
{
    // Types that no read model shows: their payloads need not be read.
    private static readonly HashSet<string> Unprojected = ["cycle.started", "market.unfit", "order.cancel-sending", "order.leverage-sending", "order.leverage-outcome"];

    public static RebuildReport Run(string path)
    {
        using var reading = new RezDb(RezDb.Sqlite(path));
        using var writing = new RezDb(RezDb.Sqlite(path));
        writing.Database.OpenConnection();
        writing.Database.Migrate();
        writing.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        var connection = writing.Database.GetDbConnection();
        using var model = new ReadModel(connection);
        using var transaction = connection.BeginTransaction();
        model.Transaction = transaction;
        foreach (var table in ReadModel.Tables)
        {
            using var delete = connection.CreateCommand();
            delete.Transaction = transaction;
            delete.CommandText = $"DELETE FROM {table}";
            delete.ExecuteNonQuery();
        }

        var projector = new Projector(model);
        var unreadable = new List<string>();
        var count = 0L;
        foreach (var record in DiaryQueries.Stream(reading, 0))
        {
            count++;
            if (Unprojected.Contains(record.Type))
            {
                continue;
            }

            if (record.Type == "cycle.capsule")
            {
                projector.Apply(CapsuleMark, record.Seq, record.AtMs, record.CycleId);
                continue;
            }

            var fact = DiaryTypes.Read(record.Type, record.Version, record.Payload.Span);
            if (fact.Ok)
            {
                projector.Apply(fact.Value, record.Seq, record.AtMs, record.CycleId);
            }
            else
            {
                unreadable.Add($"event {record.Seq}: {fact.Rejection.Message}");
            }
        }

        projector.EndBatch();
        transaction.Commit();
        return new RebuildReport(count, unreadable);
    }

    /// <summary>Stands for a capsule whose content the fold does not need.</summary>
    private static readonly Facts.CapsuleSealed CapsuleMark = new(string.Empty, default);
}
