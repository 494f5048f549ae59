using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Rez.Core.Hyperliquid.Signing;

namespace Rez.Core.Hyperliquid.Keys;

/// <summary>
/// Reads an encrypted keystore, version 3 (Web3 Secret Storage): scrypt or PBKDF2 over the password, AES-128 in counter mode,
/// Keccak as the check. Messages never hold the password or the key.
/// </summary>
public static class Keystore
{
    private const int MostMemory = 1 << 30;

    public static Outcome<PrivateKey> Read(string json, string password)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (!root.TryGetProperty("version", out var version) || version.GetInt32() != 3)
            {
                return new Rejection("bad-keystore", "The keystore is not of version 3.");
            }

            var crypto = root.TryGetProperty("crypto", out var lower) ? lower : root.GetProperty("Crypto");
            if (crypto.GetProperty("cipher").GetString() != "aes-128-ctr")
            {
                return new Rejection("bad-keystore", "The keystore's cipher is not aes-128-ctr.");
            }

            return Decrypt(crypto, password);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or ArgumentException)
        {
            return new Rejection("bad-keystore", $"The keystore can't be read ({e.GetType().Name}): a field is missing or malformed.");
        }
    }

    private static Outcome<PrivateKey> Decrypt(JsonElement crypto, string password)
    {
        var secret = Encoding.UTF8.GetBytes(password);
        var derived = Derive(crypto.GetProperty("kdf").GetString(), crypto.GetProperty("kdfparams"), secret);
        CryptographicOperations.ZeroMemory(secret);
        if (!derived.Ok)
        {
            return derived.Rejection;
        }

        var key = derived.Value;
        var clear = new byte[PrivateKey.Length];
        try
        {
            var cipher = Convert.FromHexString(crypto.GetProperty("ciphertext").GetString()!);
            var mac = Convert.FromHexString(crypto.GetProperty("mac").GetString()!);
            if (!CryptographicOperations.FixedTimeEquals(Keccak.Hash(key[16..32], cipher), mac))
            {
                return new Rejection("wrong-password", "The password does not open the keystore.");
            }

            if (cipher.Length != PrivateKey.Length)
            {
                return new Rejection("bad-keystore", "The keystore does not hold a private key of 32 bytes.");
            }

            var aes = new SicBlockCipher(new AesEngine());
            aes.Init(true, new ParametersWithIV(new KeyParameter(key, 0, 16), Convert.FromHexString(crypto.GetProperty("cipherparams").GetProperty("iv").GetString()!)));
            for (var block = 0; block < clear.Length; block += 16)
            {
                aes.ProcessBlock(cipher, block, clear, block);
            }

            return PrivateKey.Of(clear);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private static Outcome<byte[]> Derive(string? kdf, JsonElement p, byte[] secret)
    {
        var salt = Convert.FromHexString(p.GetProperty("salt").GetString()!);
        var length = p.GetProperty("dklen").GetInt32();
        if (length != 32)
        {
            return new Rejection("bad-keystore", "The keystore's key length is not 32.");
        }

        if (kdf == "scrypt")
        {
            var (n, r, parallel) = (p.GetProperty("n").GetInt32(), p.GetProperty("r").GetInt32(), p.GetProperty("p").GetInt32());
            if (r == 1 && n >= 65_536)
            {
                return new Rejection("bad-keystore", "The keystore uses scrypt with r = 1 and n of 65536 or more, which the crypto library refuses; write it anew with r = 8.");
            }

            return n is < 2 or > 1 << 22 || (n & (n - 1)) != 0 || r is < 1 or > 64 || parallel is < 1 or > 64 || 128L * n * r > MostMemory
                ? new Rejection("bad-keystore", "The keystore's scrypt parameters are out of bounds.")
                : SCrypt.Generate(secret, salt, n, r, parallel, length);
        }

        return kdf == "pbkdf2" && p.GetProperty("prf").GetString() == "hmac-sha256" && p.GetProperty("c").GetInt32() is > 0 and < 10_000_000 and var rounds
            ? Rfc2898DeriveBytes.Pbkdf2(secret, salt, rounds, HashAlgorithmName.SHA256, length)
            : new Rejection("bad-keystore", "The keystore's key derivation is neither scrypt nor pbkdf2 with hmac-sha256.");
    }
}
