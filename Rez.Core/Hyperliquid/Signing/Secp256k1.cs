using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using ECPoint = Org.BouncyCastle.Math.EC.ECPoint;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>
/// secp256k1 on BouncyCastle's custom curve, which is four times as fast as its generic one. Works everywhere; the native library is
/// preferred where it is installed.
/// </summary>
public sealed class Secp256k1 : IEthereumSigner
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger HalfOrder = Curve.N.ShiftRight(1);

    public string Name => "BouncyCastle";

    /// <summary>Whether the bytes are a number from 1 to the order less 1.</summary>
    internal static bool IsScalar(ReadOnlySpan<byte> bytes)
    {
        var d = new BigInteger(1, bytes.ToArray());
        return d.SignValue > 0 && d.CompareTo(Curve.N) < 0;
    }

    public Signature Sign(ReadOnlySpan<byte> digest, PrivateKey key)
    {
        var message = digest.ToArray();
        var e = new BigInteger(1, message);
        var d = new BigInteger(1, key.Bytes.ToArray());
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Curve.N, d, message);
        while (true)
        {
            var k = nonces.NextK();
            var point = Curve.G.Multiply(k).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            var r = x.Mod(Curve.N);
            var s = k.ModInverse(Curve.N).Multiply(e.Add(d.Multiply(r))).Mod(Curve.N);
            if (r.SignValue == 0 || s.SignValue == 0)
            {
                continue;
            }

            // Recovery id from the nonce point itself: parity of y, and whether x was reduced. Taking the low s mirrors y.
            var id = (point.AffineYCoord.TestBitZero() ? 1 : 0) | (x.CompareTo(Curve.N) >= 0 ? 2 : 0);
            if (s.CompareTo(HalfOrder) > 0)
            {
                s = Curve.N.Subtract(s);
                id ^= 1;
            }

            return new Signature(Padded(r), Padded(s), (byte)(27 + id));
        }
    }

    public Address AddressOf(PrivateKey key) => AddressOf(Curve.G.Multiply(new BigInteger(1, key.Bytes.ToArray())));

    /// <summary>Who signed the digest, or null when nobody could have: Q = r⁻¹(sR − eG).</summary>
    public Address? Recover(ReadOnlySpan<byte> digest, Signature signature)
    {
        var r = new BigInteger(1, signature.R);
        var s = new BigInteger(1, signature.S);
        if (signature.V is not (27 or 28) || r.SignValue == 0 || s.SignValue == 0 || r.CompareTo(Curve.N) >= 0 || s.CompareTo(Curve.N) >= 0)
        {
            return null;
        }

        ECPoint nonce;
        try
        {
            nonce = Curve.Curve.DecodePoint([(byte)(2 + signature.V - 27), .. signature.R]);
        }
        catch (ArgumentException)
        {
            // No point of the curve has this x: the signature is not one.
            return null;
        }

        var inverse = r.ModInverse(Curve.N);
        var e = new BigInteger(1, digest.ToArray());
        var key = nonce.Multiply(s.Multiply(inverse).Mod(Curve.N)).Subtract(Curve.G.Multiply(e.Multiply(inverse).Mod(Curve.N)));
        return key.IsInfinity ? null : AddressOf(key);
    }

    private static Address AddressOf(ECPoint point) => Address.OfPublicKey(point.Normalize().GetEncoded(false).AsSpan(1));

    private static byte[] Padded(BigInteger value)
    {
        var bytes = value.ToByteArrayUnsigned();
        var padded = new byte[32];
        bytes.CopyTo(padded, 32 - bytes.Length);
        return padded;
    }
}
