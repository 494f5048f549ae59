using Rez.Core.Cycle;
using Rez.Core.Risk;
using Rez.Core.Simulation;

namespace Rez.Core.Session;

/// <summary>Everything a demo session is made from.</summary>
/// <param name="Speed">Simulated seconds a second; null runs as fast as it can.</param>
/// <param name="MaxCycles">Stop after this many cycles of this process; null for no end.</param>
/// <param name="TradingStartMs">First moment at which a cycle may run.</param>
public sealed record SessionSettings(
    CycleSettings Cycle,
    RiskOptions Risk,
    SimulationOptions Simulation,
    ulong Seed,
    double? Speed,
    long? MaxCycles,
    long TradingStartMs,
    int MaxBackoffCycles,
    string Version);

/// <summary>What a headless run prints at its end. Money in USD.</summary>
public sealed record SessionSummary(
    long Cycles,
    long Trades,
    long Events,
    decimal EquityStart,
    decimal EquityEnd,
    decimal FeesPaid,
    decimal FundingPaid,
    long UnprotectedMs,
    long ElapsedMs,
    string DiaryHead,
    string TradesHash);
