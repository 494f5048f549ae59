using System.Collections.Immutable;

namespace Rez.Core.Diary.Facts;

/// <summary>A process took the diary over.</summary>
/// <param name="Mode">demo, paper or live.</param>
/// <param name="World">What market it trades on; a diary is never continued on another one.</param>
/// <param name="Version">Version of Rez.</param>
/// <param name="StartMs">First moment of trading in the market's time.</param>
[DiaryType("session.started")]
public sealed record SessionStarted(string Mode, string World, string Version, long StartMs) : DiaryFact
{
    /// <summary>What tells the ids of this diary from those of another one on the same account; absent where nobody else can be.</summary>
    public string? Mark { get; init; }
}

/// <summary>The end of a session that was stopped in order.</summary>
[DiaryType("session.stopped")]
public sealed record SessionStopped(string Why) : DiaryFact;

/// <summary>The machine's clock moved other than time did; from is where it should have stood.</summary>
[DiaryType("session.clock-jumped")]
public sealed record ClockJumped(long FromMs, long ToMs) : DiaryFact;

/// <summary>A person, or Rez itself, changed what may be done.</summary>
/// <param name="AutoTrading">Whether the cycle may open positions.</param>
/// <param name="Halted">Nothing is opened until resumed; stops stay.</param>
/// <param name="Paused">Assets that are not opened until resumed.</param>
/// <param name="By">console, api, cli, rez.</param>
[DiaryType("control.changed")]
public sealed record ControlChanged(bool AutoTrading, bool Halted, ImmutableArray<string> Paused, string By, string Why) : DiaryFact
{
    public bool? Reducing { get; init; }

    /// <summary>When reducing ends by itself.</summary>
    public long? UntilMs { get; init; }

    /// <summary>When a person last resumed, and so accepted what had happened.</summary>
    public long? AcceptedMs { get; init; }
}

/// <summary>A protection of the account as a whole stops openings.</summary>
/// <param name="State">Reducing or Halted.</param>
/// <param name="UntilMs">When it ends by itself; null when a person must resume.</param>
[DiaryType("guard.tripped")]
public sealed record GuardTripped(string Code, string Words, string State, long? UntilMs) : DiaryFact;

/// <summary>A person asked to close one asset, or everything.</summary>
/// <param name="Asset">Null for everything.</param>
[DiaryType("control.flatten-asked")]
public sealed record FlattenAsked(string? Asset, string By) : DiaryFact;

/// <summary>A person asked to open a position by hand.</summary>
/// <param name="Gated">What the gate left of it, in words.</param>
[DiaryType("control.manual-asked")]
public sealed record ManualAsked(string Asset, Rez.Core.Trading.Direction Direction, decimal SizeUsd, int Leverage, decimal StopLoss, decimal TakeProfit, string By, string Gated) : DiaryFact;
