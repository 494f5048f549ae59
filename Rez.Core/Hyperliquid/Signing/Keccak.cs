using System.Text;
using Org.BouncyCastle.Crypto.Digests;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>Keccak-256 as Ethereum uses it: the original padding, not SHA3-256.</summary>
internal static class Keccak
{
    public const int Length = 32;

    public static byte[] Hash(params ReadOnlySpan<byte[]> parts)
    {
        var digest = new KeccakDigest(256);
        foreach (var part in parts)
        {
            digest.BlockUpdate(part, 0, part.Length);
        }

        var hash = new byte[Length];
        digest.DoFinal(hash, 0);
        return hash;
    }

    public static byte[] Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));
}
