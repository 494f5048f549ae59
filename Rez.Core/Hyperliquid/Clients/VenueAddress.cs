namespace Rez.Core.Hyperliquid.Clients;

/// <summary>Which Hyperliquid is meant.</summary>
public enum Network
{
    Testnet,

    /// <summary>Real money.</summary>
    Mainnet,

    /// <summary>A local exchange (<c>rez sim</c>) that asks for testnet signatures.</summary>
    Local,
}

/// <summary>Where a network is reached (protocol §1).</summary>
public sealed record VenueAddress(Network Network, Uri Http)
{
    public bool IsMainnet => Network == Network.Mainnet;

    public Uri Info => new(Http, "/info");

    public Uri Exchange => new(Http, "/exchange");

    public Uri Socket => new UriBuilder(new Uri(Http, "/ws")) { Scheme = Http.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri;

    public static VenueAddress Of(Network network, string? url = null) => new(network, new Uri(string.IsNullOrEmpty(url) ? Default(network) : url));

    public static string Default(Network network) => network switch
    {
        Network.Mainnet => "https://api.hyperliquid.xyz",
        Network.Testnet => "https://api.hyperliquid-testnet.xyz",
        _ => "http://127.0.0.1:4001",
    };
}
