using System.Buffers.Binary;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>The hash that an L1 action is signed over (protocol §3.1, steps 1 to 5).</summary>
public static class ActionHash
{
    /// <summary>keccak(msgpack ‖ nonce ‖ vault flag and address ‖ expiry flag and time).</summary>
    /// <param name="expiresAfter">Unix ms, or null; note that its flag byte is 00.</param>
    public static byte[] ConnectionId(ReadOnlySpan<byte> msgpack, ulong nonce, Address? vault, ulong? expiresAfter)
    {
        Span<byte> tail = stackalloc byte[8 + 1 + Address.Length + 1 + 8];
        BinaryPrimitives.WriteUInt64BigEndian(tail, nonce);
        var length = 9;
        if (vault is { } address)
        {
            tail[8] = 1;
            address.Bytes().CopyTo(tail[9..]);
            length += Address.Length;
        }

        if (expiresAfter is { } time)
        {
            tail[length++] = 0;
            BinaryPrimitives.WriteUInt64BigEndian(tail[length..], time);
            length += 8;
        }

        return Keccak.Hash(msgpack.ToArray(), tail[..length].ToArray());
    }
}
