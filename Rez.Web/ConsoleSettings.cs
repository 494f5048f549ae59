using Rez.Core.Risk;

namespace Rez.Web;

/// <summary>What the console needs of the configuration. Holds secrets: never logged, never serialised.</summary>
public sealed class ConsoleSettings
{
    public required string DataDir { get; init; }

    public required string DiaryPath { get; init; }

    public required string Version { get; init; }

    /// <summary>Limits of the risk gate, to show what is used of them.</summary>
    public required RiskOptions Limits { get; init; }

    public string Password { get; init; } = string.Empty;

    public string ApiToken { get; init; } = string.Empty;
}
