using System.Collections.Concurrent;
using System.Data.Common;
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

    private const int BatchSize = 1_024;
    private const string Capsule = "cycle.capsule";

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
            Execute(connection, transaction, $"DELETE FROM {table}");
        }

        // Indexes are built once at the end: cheaper than keeping them up row by row.
        var indexes = TakeIndexes(connection, transaction);
        var projector = new Projector(model);
        var unreadable = new List<string>();
        var count = reading.Events.Max(e => (long?)e.Seq) ?? 0;

        // Reading and parsing on one core, folding and writing on the other.
        using var batches = new BlockingCollection<List<Read>>(boundedCapacity: 16);
        var parsing = Task.Run(() => Parse(reading, batches));
        foreach (var read in batches.GetConsumingEnumerable().SelectMany(b => b))
        {
            if (read.Fact is not null)
            {
                projector.Apply(read.Fact, read.Seq, read.AtMs, read.CycleId);
            }
            else
            {
                unreadable.Add($"event {read.Seq}: {read.Trouble}");
            }
        }

        parsing.GetAwaiter().GetResult();
        projector.EndBatch();
        indexes.ForEach(sql => Execute(connection, transaction, sql));
        transaction.Commit();
        return new RebuildReport(count, unreadable);
    }

    /// <summary>Drops the read models' indexes and returns what makes them again.</summary>
    private static List<string> TakeIndexes(DbConnection connection, DbTransaction transaction)
    {
        var sql = new List<string>();
        var names = new List<string>();
        using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ("
                + string.Join(", ", ReadModel.Tables.Select(t => $"'{t}'")) + ")";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                names.Add(reader.GetString(0));
                sql.Add(reader.GetString(1));
            }
        }

        names.ForEach(name => Execute(connection, transaction, $"DROP INDEX \"{name}\""));
        return sql;
    }

    private static void Execute(DbConnection connection, DbTransaction transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Parse(RezDb db, BlockingCollection<List<Read>> into)
    {
        try
        {
            var batch = new List<Read>(BatchSize);
            foreach (var read in Projected(db))
            {
                batch.Add(read);
                if (batch.Count == BatchSize)
                {
                    into.Add(batch);
                    batch = new List<Read>(BatchSize);
                }
            }

            into.Add(batch);
        }
        finally
        {
            into.CompleteAdding();
        }
    }

    /// <summary>Only what a read model shows, without the hashes: half of a diary is never read.</summary>
    private static IEnumerable<Read> Projected(RezDb db)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT seq, at_ms, cycle_id, type, version, CASE type WHEN '{Capsule}' THEN NULL ELSE payload END FROM events "
            + $"WHERE type NOT IN ({string.Join(", ", Unprojected.Select(t => $"'{t}'"))}) ORDER BY seq";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var fact = reader.IsDBNull(5) ? CapsuleMark : DiaryTypes.Read(reader.GetString(3), reader.GetInt32(4), reader.GetFieldValue<byte[]>(5));
            yield return new Read(
                reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), fact.Ok ? fact.Value : null, fact.Ok ? null : fact.Rejection.Message);
        }
    }

    private readonly record struct Read(long Seq, long AtMs, string? CycleId, DiaryFact? Fact, string? Trouble);

    /// <summary>Stands for a capsule whose content the fold does not need.</summary>
    private static readonly Outcome<DiaryFact> CapsuleMark = new Facts.CapsuleSealed(string.Empty, default);
}
