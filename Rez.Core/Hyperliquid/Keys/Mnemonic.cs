using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math;
using Rez.Core.Hyperliquid.Signing;

namespace Rez.Core.Hyperliquid.Keys;

/// <summary>
/// A key from a BIP-39 mnemonic by a BIP-32 path. The word list is not shipped, so the mnemonic's checksum is not verified: compare the
/// address that comes out.
/// </summary>
public static class Mnemonic
{
    /// <summary>First account of Ethereum wallets (BIP-44).</summary>
    public const string DefaultPath = "m/44'/60'/0'/0/0";

    private const uint Hardened = 0x80000000;
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");

    public static Outcome<PrivateKey> Derive(string words, string passphrase = "", string path = DefaultPath)
    {
        var list = words.Normalize(NormalizationForm.FormKD).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (list.Length is not (12 or 15 or 18 or 21 or 24))
        {
            return new Rejection("bad-mnemonic", $"A mnemonic has 12, 15, 18, 21 or 24 words, not {list.Length}.");
        }

        var steps = Steps(path);
        if (!steps.Ok)
        {
            return steps.Rejection;
        }

        var seed = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(string.Join(' ', list)), Encoding.UTF8.GetBytes("mnemonic" + passphrase.Normalize(NormalizationForm.FormKD)), 2048, HashAlgorithmName.SHA512, 64);
        var node = HMACSHA512.HashData("Bitcoin seed"u8, seed);
        CryptographicOperations.ZeroMemory(seed);
        foreach (var step in steps.Value)
        {
            var child = Child(node, step);
            CryptographicOperations.ZeroMemory(node);
            if (child is null)
            {
                return new Rejection("bad-mnemonic", "This path gives no key with this mnemonic (a chance of 1 in 2¹²⁷); take another path.");
            }

            node = child;
        }

        var key = PrivateKey.Of(node.AsSpan(0, 32));
        CryptographicOperations.ZeroMemory(node);
        return key;
    }

    /// <summary>One step of BIP-32: 32 bytes of key and 32 of chain code to the child's; null when the child is no key.</summary>
    private static byte[]? Child(byte[] node, uint index)
    {
        var parent = new BigInteger(1, node, 0, 32);
        Span<byte> data = stackalloc byte[37];
        if (index >= Hardened)
        {
            node.AsSpan(0, 32).CopyTo(data[1..]);
        }
        else
        {
            Curve.G.Multiply(parent).Normalize().GetEncoded(true).CopyTo(data);
        }

        BinaryPrimitives.WriteUInt32BigEndian(data[33..], index);
        var child = HMACSHA512.HashData(node.AsSpan(32), data);
        CryptographicOperations.ZeroMemory(data);
        var left = new BigInteger(1, child, 0, 32);
        var sum = left.Add(parent).Mod(Curve.N);
        if (left.CompareTo(Curve.N) >= 0 || sum.SignValue == 0)
        {
            return null;
        }

        var bytes = sum.ToByteArrayUnsigned();
        child.AsSpan(0, 32).Clear();
        bytes.CopyTo(child, 32 - bytes.Length);
        CryptographicOperations.ZeroMemory(bytes);
        return child;
    }

    private static Outcome<uint[]> Steps(string path)
    {
        var parts = path.Split('/');
        if (parts[0] != "m")
        {
            return new Rejection("bad-path", $"'{path}' is not a derivation path such as {DefaultPath}.");
        }

        var steps = new uint[parts.Length - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            var part = parts[i + 1];
            var hard = part.EndsWith('\'') || part.EndsWith('h');
            if (!uint.TryParse(hard ? part[..^1] : part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= Hardened)
            {
                return new Rejection("bad-path", $"'{path}' is not a derivation path such as {DefaultPath}.");
            }

            steps[i] = hard ? index | Hardened : index;
        }

        return steps;
    }
}
