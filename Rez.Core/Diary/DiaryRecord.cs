using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Rez.Core.Diary;

/// <summary>
/// One event as it stands in the diary. <c>Hash = SHA-256(PrevHash ‖ canonical bytes)</c>; the canonical bytes are the JSON object of
/// seq, at, cycle, stream, type, v and payload in that order, without white space.
/// </summary>
public sealed record DiaryRecord(
    long Seq, long AtMs, string? CycleId, string Stream, string Type, int Version, ReadOnlyMemory<byte> Payload, byte[] PrevHash, byte[] Hash)
{
    /// <summary>The hash before the first event.</summary>
    public static readonly byte[] Genesis = new byte[32];

    public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(AtMs);

    public string PayloadText => Encoding.UTF8.GetString(Payload.Span);

    public string HashText => Convert.ToHexStringLower(Hash);

    /// <summary>Whether the hash follows from the content and <paramref name="prevHash"/>.</summary>
    public bool IsChained(ReadOnlySpan<byte> prevHash) =>
        prevHash.SequenceEqual(PrevHash) && ComputeHash(Seq, AtMs, CycleId, Stream, Type, Version, Payload.Span, PrevHash).AsSpan().SequenceEqual(Hash);

    public static byte[] ComputeHash(
        long seq, long atMs, string? cycleId, string stream, string type, int version, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> prevHash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(512 + payload.Length + ((cycleId?.Length ?? 0) * 6));
        prevHash.CopyTo(buffer);
        var length = 32 + WriteCanonical(buffer.AsSpan(32), seq, atMs, cycleId, stream, type, version, payload);
        var hash = SHA256.HashData(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        return hash;
    }

    /// <summary>The event as one line of <c>diary.jsonl</c>: the canonical object and its two hashes.</summary>
    public string ToJsonLine()
    {
        var canonical = new byte[512 + Payload.Length + ((CycleId?.Length ?? 0) * 6)];
        var length = WriteCanonical(canonical, Seq, AtMs, CycleId, Stream, Type, Version, Payload.Span);
        return $"{Encoding.UTF8.GetString(canonical, 0, length - 1)},\"prev\":\"{Convert.ToHexStringLower(PrevHash)}\",\"hash\":\"{HashText}\"}}";
    }

    private static int WriteCanonical(
        Span<byte> into, long seq, long atMs, string? cycleId, string stream, string type, int version, ReadOnlySpan<byte> payload)
    {
        var at = 0;
        Put(into, ref at, "{\"seq\":"u8);
        Number(into, ref at, seq);
        Put(into, ref at, ",\"at\":"u8);
        Number(into, ref at, atMs);
        Put(into, ref at, ",\"cycle\":"u8);
        if (cycleId is null)
        {
            Put(into, ref at, "null"u8);
        }
        else
        {
            Text(into, ref at, cycleId);
        }

        Put(into, ref at, ",\"stream\":"u8);
        Text(into, ref at, stream);
        Put(into, ref at, ",\"type\":"u8);
        Text(into, ref at, type);
        Put(into, ref at, ",\"v\":"u8);
        Number(into, ref at, version);
        Put(into, ref at, ",\"payload\":"u8);
        Put(into, ref at, payload);
        Put(into, ref at, "}"u8);
        return at;
    }

    private static void Put(Span<byte> into, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(into[at..]);
        at += bytes.Length;
    }

    private static void Number(Span<byte> into, ref int at, long value)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(value, into[at..], out var written);
        at += written;
    }

    private static void Text(Span<byte> into, ref int at, string value)
    {
        // Ids and type names are plain; anything else takes the escaping road.
        into[at++] = (byte)'"';
        at += value.AsSpan().IndexOfAny('"', '\\') < 0 && !value.Any(char.IsControl)
            ? Encoding.UTF8.GetBytes(value, into[at..])
            : JsonEncodedText.Encode(value).EncodedUtf8Bytes.CopyInto(into[at..]);
        into[at++] = (byte)'"';
    }
}

internal static class SpanCopy
{
    public static int CopyInto(this ReadOnlySpan<byte> from, Span<byte> into)
    {
        from.CopyTo(into);
        return from.Length;
    }
}
