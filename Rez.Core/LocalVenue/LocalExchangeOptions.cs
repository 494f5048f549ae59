using Rez.Core.Simulation;

namespace Rez.Core.LocalVenue;

/// <summary>How a local exchange behaves.</summary>
public sealed record LocalExchangeOptions
{
    /// <summary>USD that an address is credited with when it is first seen; 0 for none, then only credited addresses exist.</summary>
    public decimal Faucet { get; init; } = 10_000m;

    public ulong Seed { get; init; } = 2;

    /// <summary>Signatures of which network are asked for.</summary>
    public bool IsMainnet { get; init; }

    /// <summary>Traded USD that an account needs before it may arm the dead man's switch.</summary>
    public decimal ScheduleCancelVolume { get; init; } = 1_000_000m;

    /// <summary>Weight a minute of one caller.</summary>
    public double WeightPerMinute { get; init; } = 1_200;

    public SimulationOptions Simulation { get; init; } = new();
}
