using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;

namespace Rez.Core.Session;

/// <summary>What a console or an API may see of a running session, whatever its mode is composed of.</summary>
public interface ITradingSession
{
    /// <summary>demo, paper or live.</summary>
    string Mode { get; }

    /// <summary>Which market and account, in words.</summary>
    string World { get; }

    SessionPhase Phase { get; }

    /// <summary>Market time now.</summary>
    DateTimeOffset Now { get; }

    DateTimeOffset NextCycleAt { get; }

    /// <summary>Market seconds a wall second; null when it runs as fast as it can.</summary>
    double? Speed { get; }

    /// <summary>Assets that are traded.</summary>
    IReadOnlyList<string> Assets { get; }

    /// <summary>Who decides now.</summary>
    IDecider Decider { get; }

    /// <summary>Raised when another decider has taken over.</summary>
    event Action? DeciderChanged;

    /// <summary>Limits of the gate now.</summary>
    RiskOptions Limits { get; }

    /// <summary>Asks for a cycle as soon as one can begin, beside those that are due; asked for several times before it begins, it is one.</summary>
    /// <returns>What came of it; cancelled when the session ends first.</returns>
    Task<CycleResult> RunNowAsync();

    /// <summary>Other terms, from the next cycle on.</summary>
    void Adopt(NewTerms terms);

    IExchange Exchange { get; }

    IMarketData Market { get; }

    TradingControls Controls { get; }

    Protector Protector { get; }

    Sentinel Sentinel { get; }

    /// <summary>Protections of the account as a whole.</summary>
    PortfolioGuard Guard { get; }

    /// <summary>What a person may trade by hand, through the same gate.</summary>
    ManualDesk Manual { get; }

    CycleResult? LastCycle { get; }

    /// <summary>How the venue answers; null where there is no wire, as in a demo.</summary>
    UpstreamState? Upstream => null;
}

/// <summary>The wire to the venue, as it is now.</summary>
/// <param name="Latency">What the newest answer took.</param>
/// <param name="WeightLeft">Request weight that is left of a minute's.</param>
public readonly record struct UpstreamState(TimeSpan Latency, double WeightLeft);
