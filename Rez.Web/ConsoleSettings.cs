using Rez.Core.Risk;

namespace Rez.Web;

/// <summary>A setting in force.</summary>
/// <param name="Value">Of a secret only whether it is set.</param>
/// <param name="IsChanged">Whether it is another than the default.</param>
public sealed record SettingView(string Key, string Value, string Default, string Description, string Expectation, bool IsSecret, bool IsChanged);

/// <summary>What the console needs of the configuration. Holds secrets: never logged, never serialised.</summary>
public sealed class ConsoleSettings
{
    public required string DataDir { get; init; }

    public required string DiaryPath { get; init; }

    public required string Version { get; init; }

    /// <summary>Limits of the risk gate, to show what is used of them.</summary>
    public required RiskOptions Limits { get; init; }

    /// <summary>Every setting in force, to show: secrets are not among the values.</summary>
    public IReadOnlyList<SettingView> Settings { get; init; } = [];

    public string Password { get; init; } = string.Empty;

    public string ApiToken { get; init; } = string.Empty;

    /// <summary>Addresses and networks of reverse proxies whose word on where a request comes from is believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];
}
