using System.Runtime.InteropServices;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>secp256k1 on libsecp256k1 (Debian: libsecp256k1-1), with its recovery module.</summary>
public sealed class NativeSecp256k1 : IEthereumSigner
{
    private const string Library = "secp256k1";
    private const uint SignContext = 0x0301; // SECP256K1_CONTEXT_SIGN | _VERIFY
    private const uint Uncompressed = 2;     // SECP256K1_EC_UNCOMPRESSED
    private static readonly string[] Names = ["libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.0", "libsecp256k1"];
    private static readonly Lazy<NativeSecp256k1?> Found = new(Load);
    private readonly nint _context;

    private NativeSecp256k1(nint context) => _context = context;

    /// <summary>The signer, or null where the library is not installed or lacks the recovery module.</summary>
    public static NativeSecp256k1? Instance => Found.Value;

    /// <summary>Native where possible, managed otherwise.</summary>
    public static IEthereumSigner Preferred => (IEthereumSigner?)Instance ?? new Secp256k1();

    public string Name => "libsecp256k1";

    public Signature Sign(ReadOnlySpan<byte> digest, PrivateKey key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, 32);
        Span<byte> recoverable = stackalloc byte[65];
        Span<byte> compact = stackalloc byte[64];
        if (secp256k1_ecdsa_sign_recoverable(_context, ref recoverable[0], in digest[0], in key.Bytes[0], 0, 0) != 1)
        {
            throw new InvalidOperationException("libsecp256k1 refused to sign.");
        }

        // The library always gives the low s, with the recovery id that belongs to it.
        _ = secp256k1_ecdsa_recoverable_signature_serialize_compact(_context, ref compact[0], out var id, in recoverable[0]);
        return new Signature(compact[..32].ToArray(), compact[32..].ToArray(), (byte)(27 + id));
    }

    public Address? Recover(ReadOnlySpan<byte> digest, Signature signature)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, 32);
        if (signature.V is not (27 or 28))
        {
            return null;
        }

        Span<byte> compact = stackalloc byte[64];
        signature.R.CopyTo(compact);
        signature.S.CopyTo(compact[32..]);
        Span<byte> recoverable = stackalloc byte[65];
        Span<byte> publicKey = stackalloc byte[64];
        return secp256k1_ecdsa_recoverable_signature_parse_compact(_context, ref recoverable[0], in compact[0], signature.V - 27) == 1
            && secp256k1_ecdsa_recover(_context, ref publicKey[0], in recoverable[0], in digest[0]) == 1
            ? Encode(publicKey)
            : null;
    }

    public Address AddressOf(PrivateKey key)
    {
        Span<byte> internalKey = stackalloc byte[64];
        if (secp256k1_ec_pubkey_create(_context, ref internalKey[0], in key.Bytes[0]) != 1)
        {
            throw new InvalidOperationException("libsecp256k1 refused the key.");
        }

        return Encode(internalKey);
    }

    private Address Encode(ReadOnlySpan<byte> internalKey)
    {
        Span<byte> encoded = stackalloc byte[65];
        nuint length = 65;
        _ = secp256k1_ec_pubkey_serialize(_context, ref encoded[0], ref length, in internalKey[0], Uncompressed);
        return Address.OfPublicKey(encoded[1..]);
    }

    private static NativeSecp256k1? Load()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                if (!NativeLibrary.TryGetExport(handle, nameof(secp256k1_ecdsa_sign_recoverable), out _))
                {
                    continue;
                }

                NativeLibrary.SetDllImportResolver(typeof(NativeSecp256k1).Assembly, (library, _, _) => library == Library ? handle : 0);
                return new NativeSecp256k1(secp256k1_context_create(SignContext));
            }
        }

        return null;
    }

#pragma warning disable IDE1006, CA5392, SYSLIB1054 // the C library's own names; the path is resolved above; spans are pinned by reference
    [DllImport(Library)]
    private static extern nint secp256k1_context_create(uint flags);

    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_sign_recoverable(nint context, ref byte signature, in byte digest, in byte key, nint nonceFunction, nint nonceData);

    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_recoverable_signature_serialize_compact(nint context, ref byte output, out int recoveryId, in byte signature);

    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_recoverable_signature_parse_compact(nint context, ref byte signature, in byte input, int recoveryId);

    [DllImport(Library)]
    private static extern int secp256k1_ecdsa_recover(nint context, ref byte publicKey, in byte signature, in byte digest);

    [DllImport(Library)]
    private static extern int secp256k1_ec_pubkey_create(nint context, ref byte publicKey, in byte key);

    [DllImport(Library)]
    private static extern int secp256k1_ec_pubkey_serialize(nint context, ref byte output, ref nuint length, in byte publicKey, uint flags);
#pragma warning restore IDE1006, CA5392, SYSLIB1054
}
