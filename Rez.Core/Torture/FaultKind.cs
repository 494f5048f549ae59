using System.Collections.Immutable;

namespace Rez.Core.Torture;

/// <summary>Where a fault can strike: each crossing of a port is one place, counted from 1.</summary>
public enum Crossing
{
    /// <summary>Account, open orders or funding are read.</summary>
    Read,

    /// <summary>Fills are read.</summary>
    Fills,

    /// <summary>A client order id is asked for.</summary>
    Status,

    /// <summary>An order is placed.</summary>
    Place,

    /// <summary>A cancel or a leverage is sent.</summary>
    Change,

    /// <summary>The market is read.</summary>
    Market,

    /// <summary>The decider is asked.</summary>
    Decide,

    /// <summary>The diary is asked to be durable.</summary>
    Flush,

    /// <summary>A bar has been played.</summary>
    Bar,
}

/// <summary>What can go wrong. The rows of the fault matrix that each stands for are in docs/reliability.md.</summary>
public enum FaultKind
{
    /// <summary>A read comes to nothing: timeout, 429, 5xx, a page of HTML.</summary>
    ReadFails,

    /// <summary>A read answers what was true at the one before.</summary>
    ReadStale,

    /// <summary>The account reads as if nobody had ever used it: no positions, no orders, no equity.</summary>
    ReadEmpty,

    /// <summary>Each fill comes twice.</summary>
    FillsTwice,

    /// <summary>Fills come in the wrong order.</summary>
    FillsReversed,

    /// <summary>The newest fill is not told yet.</summary>
    FillsLate,

    /// <summary>An order that exists is not known yet.</summary>
    StatusUnknown,

    /// <summary>A send never arrives, and nobody says so.</summary>
    SendLost,

    /// <summary>A send is carried out and its reply lost, cut or unreadable.</summary>
    ReplyLost,

    /// <summary>A send that nobody answered arrives a while later.</summary>
    SendLate,

    /// <summary>429, or an upgrade that only takes post-only orders: proven not carried out.</summary>
    SendRefused,

    /// <summary>The venue does not know the signer any more: nothing that is sent is taken, for a while.</summary>
    SignerUnknown,

    /// <summary>The entry is taken and its stop refused.</summary>
    ChildRefused,

    /// <summary>The market can't be read.</summary>
    MarketFails,

    /// <summary>The newest candles are missing.</summary>
    CandlesMissing,

    /// <summary>The model does not answer.</summary>
    ModelFails,

    /// <summary>The model says what makes no sense, twice about one asset.</summary>
    ModelGarbage,

    /// <summary>The model takes so long that the market moves on, with the sentinel beating.</summary>
    ModelSlow,

    /// <summary>The disk is full or the database locked: nothing more is written.</summary>
    DiaryFails,

    /// <summary>The process dies here, before the call.</summary>
    KillBefore,

    /// <summary>The process dies here, after the call and before it knows.</summary>
    KillAfter,

    /// <summary>The price jumps by some percent, through stops.</summary>
    PriceJump,

    /// <summary>The price jumps so far that positions are liquidated.</summary>
    Crash,

    /// <summary>Somebody else trades on the account.</summary>
    ForeignTrade,

    /// <summary>The venue takes part of a position away (auto-deleveraging).</summary>
    Deleverage,

    /// <summary>A live stop disappears at the venue.</summary>
    StopVanishes,

    /// <summary>An order that Rez did not place rests on the account.</summary>
    ForeignOrder,

    /// <summary>Other margin tiers or precision.</summary>
    TermsChange,

    /// <summary>An asset leaves the venue: its position is settled, its orders end.</summary>
    Delisting,

    /// <summary>The dead man's switch fires: every order goes, stops included.</summary>
    SwitchFires,

    /// <summary>The clock jumps ahead.</summary>
    ClockJump,

    /// <summary>The clock steps back by minutes, and is put right some bars later.</summary>
    ClockBack,

    /// <summary>A person halts, and resumes some bars later.</summary>
    PersonHalts,
}

/// <summary>Which faults fit which crossing.</summary>
public static class Faults
{
    private static readonly ImmutableArray<FaultKind> Kills = [FaultKind.KillBefore, FaultKind.KillAfter];

    public static ImmutableArray<FaultKind> At(Crossing crossing) => crossing switch
    {
        Crossing.Read => [FaultKind.ReadFails, FaultKind.ReadStale, FaultKind.ReadEmpty, .. Kills],
        Crossing.Fills => [FaultKind.ReadFails, FaultKind.FillsTwice, FaultKind.FillsReversed, FaultKind.FillsLate, .. Kills],
        Crossing.Status => [FaultKind.ReadFails, FaultKind.StatusUnknown, .. Kills],
        Crossing.Place => [FaultKind.SendLost, FaultKind.ReplyLost, FaultKind.SendLate, FaultKind.SendRefused, FaultKind.SignerUnknown, FaultKind.ChildRefused, .. Kills],
        Crossing.Change => [FaultKind.SendLost, FaultKind.ReplyLost, FaultKind.SendRefused, .. Kills],
        Crossing.Market => [FaultKind.MarketFails, FaultKind.CandlesMissing, .. Kills],
        Crossing.Decide => [FaultKind.ModelFails, FaultKind.ModelGarbage, FaultKind.ModelSlow, .. Kills],
        Crossing.Flush => [FaultKind.DiaryFails, .. Kills],
        Crossing.Bar =>
        [
            FaultKind.PriceJump, FaultKind.PriceJump, FaultKind.Crash, FaultKind.ForeignTrade, FaultKind.Deleverage, FaultKind.StopVanishes, FaultKind.StopVanishes, FaultKind.ForeignOrder, FaultKind.TermsChange,
            FaultKind.Delisting, FaultKind.SwitchFires, FaultKind.ClockJump, FaultKind.ClockBack, FaultKind.PersonHalts,
        ],
        _ => [],
    };
}
