namespace Rez.Web;

/// <summary>What the console needs of the configuration. Holds secrets: never logged, never serialised.</summary>
public sealed class ConsoleSettings
{
    public required string DataDir { get; init; }

    public required string DiaryPath { get; init; }

    public required string Version { get; init; }

    /// <summary>What the session runs with now.</summary>
    public required Func<Rez.Core.Configuration.RezOptions> Options { get; init; }

    /// <summary>How bytes travel to a model.</summary>
    public required Func<HttpMessageHandler> Handlers { get; init; }

    public string Password { get; init; } = string.Empty;

    public string ApiToken { get; init; } = string.Empty;

    /// <summary>Addresses and networks of reverse proxies whose word on where a request comes from is believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];
}
