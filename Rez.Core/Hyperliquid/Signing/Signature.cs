namespace Rez.Core.Hyperliquid.Signing;

/// <summary>An Ethereum signature: r and s as 32 bytes each, v = 27 or 28.</summary>
public sealed record Signature(byte[] R, byte[] S, byte V)
{
    /// <summary><c>0x</c> and 64 hex digits, zero-padded.</summary>
    public string RText => "0x" + Convert.ToHexStringLower(R);

    public string SText => "0x" + Convert.ToHexStringLower(S);

    public bool Equals(Signature? other) => other is not null && V == other.V && R.AsSpan().SequenceEqual(other.R) && S.AsSpan().SequenceEqual(other.S);

    public override int GetHashCode() => HashCode.Combine(V, BitConverter.ToInt32(R), BitConverter.ToInt32(S));
}

/// <summary>
/// Signs digests: the seam where Nethereum.Signer, a hardware key or a remote signer would fit. Deterministic (RFC 6979, HMAC-SHA256),
/// low s.
/// </summary>
public interface IEthereumSigner
{
    string Name { get; }

    Signature Sign(ReadOnlySpan<byte> digest, PrivateKey key);

    Address AddressOf(PrivateKey key);

    /// <summary>Who signed the digest, or null when nobody could have.</summary>
    Address? Recover(ReadOnlySpan<byte> digest, Signature signature);
}
