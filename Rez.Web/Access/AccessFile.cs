using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;

namespace Rez.Web.Access;

/// <summary>What is kept of who may enter: hashes only.</summary>
internal sealed record AccessRecord
{
    /// <summary>PBKDF2 by ASP.NET Core Identity's hasher; null while no password is set.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Name → SHA-256 of an API token.</summary>
    public Dictionary<string, string> Tokens { get; init; } = new(StringComparer.Ordinal);

    /// <summary>SHA-256 of one-time links that were not used yet → when they end (Unix ms).</summary>
    public Dictionary<string, long> Links { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>
/// <c>access.json</c> in the data dir, readable by the owner only: shared by the running worker and <c>rez access</c>. Tokens and
/// links are 256 random bits, so a plain hash is enough; passwords go through PBKDF2.
/// </summary>
public sealed class AccessFile(string dataDir, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly PasswordHasher<AccessFile> Hasher = new();
    private readonly string _path = Path.Combine(dataDir, "access.json");
    private readonly Lock _gate = new();

    public const int LeastPasswordLength = 10;

    public bool HasPassword => Load().PasswordHash is not null;

    public void SetPassword(string password) =>
        Change(r => r with { PasswordHash = Hasher.HashPassword(this, password) });

    public bool CheckPassword(string password) =>
        Load().PasswordHash is { } hash && Hasher.VerifyHashedPassword(this, hash, password) != PasswordVerificationResult.Failed;

    /// <summary>Makes a token, replacing one of the same name. It is shown once and can't be read back.</summary>
    public string AddToken(string name)
    {
        var token = "rez_" + NewSecret();
        Change(r => r with { Tokens = new Dictionary<string, string>(r.Tokens, StringComparer.Ordinal) { [name] = Hash(token) } });
        return token;
    }

    /// <summary>Name of the token, or null when it is not one of ours.</summary>
    public string? NameOfToken(string token)
    {
        var hash = Encoding.ASCII.GetBytes(Hash(token));
        return Load().Tokens.FirstOrDefault(t => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(t.Value), hash)).Key;
    }

    /// <summary>Makes a login link's secret, good for one use within a day.</summary>
    public string AddLink()
    {
        var secret = NewSecret();
        var ends = clock.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds();
        Change(r => r with { Links = new Dictionary<string, long>(Live(r.Links), StringComparer.Ordinal) { [Hash(secret)] = ends } });
        return secret;
    }

    /// <summary>Uses a link up; false when it is unknown, used or too old.</summary>
    public bool UseLink(string secret)
    {
        var hash = Hash(secret);
        var used = false;
        Change(r =>
        {
            var links = new Dictionary<string, long>(Live(r.Links), StringComparer.Ordinal);
            used = links.Remove(hash);
            return r with { Links = links };
        });
        return used;
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private Dictionary<string, long> Live(Dictionary<string, long> links)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return links.Where(l => l.Value > now).ToDictionary(StringComparer.Ordinal);
    }

    private AccessRecord Load()
    {
        lock (_gate)
        {
            return File.Exists(_path) ? JsonSerializer.Deserialize<AccessRecord>(File.ReadAllBytes(_path), Json)! : new AccessRecord();
        }
    }

    private void Change(Func<AccessRecord, AccessRecord> change)
    {
        lock (_gate)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(change(Load()), Json);
            var draft = _path + ".new";
            File.Delete(draft);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(draft, options))
            {
                file.Write(bytes);
            }

            File.Move(draft, _path, overwrite: true);
        }
    }
}
