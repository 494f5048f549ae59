using Rez.Core.Cycle;
using Rez.Core.Diary.Storage;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>Everything a demo session is made from.</summary>
/// <param name="Speed">Simulated seconds a second; null runs as fast as it can.</param>
/// <param name="MaxCycles">Stop after this many cycles of this process; null for no end.</param>
/// <param name="TradingStartMs">First moment at which a cycle may run.</param>
public sealed record SessionSettings(
    CycleSettings Cycle,
    RigLimits Limits,
    SimulationOptions Simulation,
    ulong Seed,
    double? Speed,
    long? MaxCycles,
    long TradingStartMs,
    int MaxBackoffCycles,
    string Version)
{
    /// <summary>Whether trading starts whatever the last weeks were.</summary>
    public bool IsForced { get; init; }

    /// <summary>How long cycles rest after so many failures in a row: 1, 2, 4, … cycles up to the most; nothing after none.</summary>
    public long PauseMs(int failures) => failures == 0 ? 0 : Math.Min(1L << Math.Min(failures - 1, 20), MaxBackoffCycles) * Cycle.CycleInterval.Milliseconds;
}

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
    string TradesHash)
{
    /// <param name="start">Equity at the start, when the diary has none yet.</param>
    internal static SessionSummary Of(DiaryStore diary, decimal start, TimeSpan elapsed)
    {
        using var db = new RezDb(RezDb.Sqlite(diary.Path, readOnly: true));
        var totals = DiaryQueries.Totals(db);
        var first = totals.FirstEquity ?? start;
        return new SessionSummary(
            totals.Cycles,
            totals.Trades,
            diary.Head.Seq,
            first,
            totals.LastEquity ?? first,
            totals.FeesPaid,
            totals.FundingPaid,
            totals.UnprotectedMs,
            (long)elapsed.TotalMilliseconds,
            diary.Head.Hash,
            TradeLedger.Hash(DiaryQueries.Trades(db)));
    }
}
