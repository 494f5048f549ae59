using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Trading;

namespace Rez.Core.Diary.Storage;

/// <summary>Reads of the diary that several callers share.</summary>
public static class DiaryQueries
{
    public static DiaryTotals Totals(RezDb db) => Read<DiaryTotals>(db, "totals") ?? new DiaryTotals();

    public static ControlState Control(RezDb db) => Read<ControlState>(db, "control") ?? ControlState.Initial;

    public static Facts.SessionStarted? Session(RezDb db) => Read<Facts.SessionStarted>(db, "session");

    /// <summary>Events after a sequence number, oldest first, one at a time.</summary>
    public static IEnumerable<DiaryRecord> Stream(RezDb db, long after)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT seq, at_ms, cycle_id, stream, type, version, payload, prev_hash, hash FROM events WHERE seq > @after ORDER BY seq";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@after";
        parameter.Value = after;
        command.Parameters.Add(parameter);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return new DiaryRecord(
                reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.GetInt32(5), reader.GetFieldValue<byte[]>(6), reader.GetFieldValue<byte[]>(7), reader.GetFieldValue<byte[]>(8));
        }
    }

    public static DiaryRecord ToRecord(this EventRow e) => new(e.Seq, e.AtMs, e.CycleId, e.Stream, e.Type, e.Version, e.Payload, e.PrevHash, e.Hash);

    private static T? Read<T>(RezDb db, string key)
        where T : class
    {
        var value = db.State.Where(s => s.Key == key).Select(s => s.Value).FirstOrDefault();
        return value is null ? null : JsonSerializer.Deserialize<T>(value, DiaryTypes.Json);
    }

    /// <summary>Closed trades in order.</summary>
    public static IEnumerable<ClosedTrade> Trades(RezDb db) =>
        db.Trades.OrderBy(t => t.Number).AsEnumerable().Select(t => new ClosedTrade(
            t.Number, t.Asset, Enum.Parse<Direction>(t.Direction), t.Size, t.EntryPrice, t.ExitPrice, t.OpenedMs, t.ClosedMs,
            t.GrossPnl, t.Fees, t.Funding, t.ExitCode, t.OpenCycleId, t.CloseCycleId));

}
