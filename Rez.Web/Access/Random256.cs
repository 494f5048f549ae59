using System.Security.Cryptography;
using System.Text;

namespace Rez.Web.Access;

/// <summary>Secrets of 256 random bits, and their hashes: what is kept is never what was given out.</summary>
internal static class Random256
{
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares without telling how much is alike.</summary>
    public static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(a)), SHA256.HashData(Encoding.UTF8.GetBytes(b)));
}
