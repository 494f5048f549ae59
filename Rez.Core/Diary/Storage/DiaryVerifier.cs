using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Rez.Core.Diary.Storage;

/// <summary>The first place where the chain does not hold.</summary>
public sealed record ChainBreak(long Seq, string Message);

/// <param name="Events">Events read.</param>
/// <param name="Head">Hash of the last good one.</param>
/// <param name="Broken">The first break, or null.</param>
public sealed record ChainReport(long Events, string Head, ChainBreak? Broken);

/// <summary>Walks the hash chain.</summary>
public static class DiaryVerifier
{
    /// <summary>From the first event to the last, streaming.</summary>
    public static ChainReport Verify(RezDb db)
    {
        var hash = DiaryRecord.Genesis;
        var count = 0L;
        foreach (var record in DiaryQueries.Stream(db, 0))
        {
            if (Check(record, count + 1, hash) is { } broken)
            {
                return new ChainReport(count, Convert.ToHexStringLower(hash), broken);
            }

            hash = record.Hash;
            count++;
        }

        return new ChainReport(count, Convert.ToHexStringLower(hash), null);
    }

    /// <summary>The newest events only: what a start can afford.</summary>
    internal static ChainBreak? CheckTail(RezDb db, int events)
    {
        var last = db.Events.Max(e => (long?)e.Seq) ?? 0;
        var from = Math.Max(0, last - events);
        var hash = from == 0 ? DiaryRecord.Genesis : db.Events.Where(e => e.Seq == from).Select(e => e.Hash).FirstOrDefault();
        if (hash is null)
        {
            return new ChainBreak(from, $"event {from} is missing.");
        }

        var expected = from;
        foreach (var record in DiaryQueries.Stream(db, from))
        {
            if (Check(record, ++expected, hash) is { } broken)
            {
                return broken;
            }

            hash = record.Hash;
        }

        return null;
    }

    private static ChainBreak? Check(DiaryRecord record, long expected, byte[] previous) =>
        record.Seq != expected ? new ChainBreak(expected, $"event {expected} is missing (the next one is {record.Seq}).")
        : !record.PrevHash.AsSpan().SequenceEqual(previous) ? new ChainBreak(record.Seq, $"event {record.Seq} does not follow from the one before it.")
        : !record.IsChained(previous) ? new ChainBreak(record.Seq, $"event {record.Seq} ({record.Type}) was changed: its hash does not match its content.")
        : null;
}
