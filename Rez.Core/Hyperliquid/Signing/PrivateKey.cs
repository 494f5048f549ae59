using System.Security.Cryptography;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>
/// A secp256k1 private key. It never shows itself: no text form, no serialisation; its bytes are zeroed when disposed and pinned, so
/// that the collector leaves no copies behind.
/// </summary>
public sealed class PrivateKey : IDisposable
{
    public const int Length = 32;
    private readonly byte[] _bytes = GC.AllocateArray<byte>(Length, pinned: true);
    private bool _disposed;

    private PrivateKey(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>The bytes, valid until disposed. For signers only.</summary>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>A key from its 32 bytes, or why they are none. The bytes are the caller's to zero.</summary>
    public static Outcome<PrivateKey> Of(ReadOnlySpan<byte> bytes) =>
        bytes.Length != Length ? new Rejection("bad-key", $"A private key has {Length} bytes, not {bytes.Length}.")
        : !Secp256k1.IsScalar(bytes) ? new Rejection("bad-key", "The private key is zero or beyond the curve's order.")
        : new PrivateKey(bytes);

    /// <summary>A key from 64 hex digits, with or without <c>0x</c>. The message never repeats what was given.</summary>
    public static Outcome<PrivateKey> Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        text = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        Span<byte> bytes = stackalloc byte[Length];
        try
        {
            return text.Length == 2 * Length && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? Of(bytes)
                : new Rejection("bad-key", "A private key is 64 hex digits, with or without 0x.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    public override string ToString() => "(private key)";
}
