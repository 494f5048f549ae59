using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.LocalVenue;

public sealed record KeptAgent(string Address, string Name, long UntilMs);

/// <summary>One address as it is kept.</summary>
public sealed record KeptAccount(
    string Address, decimal Faucet, long CreatedMs, VenueSnapshot Venue, ImmutableArray<KeptAgent> Agents, ImmutableArray<string> Builders, string Abstraction,
    decimal RequestsUsed, decimal Reserved, long? CancelAtMs, int CancelFirings, ImmutableArray<Cloid> Unnamed);

/// <summary>A local exchange as it is kept between runs: when its market began, where it stood, and its accounts.</summary>
public sealed record LocalSnapshot(string World, long MarketStartMs, long NowMs, ImmutableArray<KeptAccount> Accounts)
{
    /// <summary>The wall's time when it was kept by an exchange that went on running; null at an orderly end, after which the market stands still.</summary>
    public long? RunningMs { get; init; }

    private const string FileName = "exchange.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>What a folder holds; null when it holds nothing yet.</summary>
    public static Outcome<LocalSnapshot?> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<LocalSnapshot>(File.ReadAllBytes(path), Json) : new Outcome<LocalSnapshot?>(null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return new Rejection("bad-snapshot", $"{path} can't be read: {e.Message} Remove it to start afresh.");
        }
    }

    public void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this, Json));
        File.Move(path + ".new", path, overwrite: true);
    }
}
