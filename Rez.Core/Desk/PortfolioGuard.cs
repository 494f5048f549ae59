using Rez.Core.Risk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>
/// Watches the account as a whole: puts it to reducing or halts it when a protection trips, and back to active at the stated time. What a person resumed is taken as accepted.
/// The account's state is the controls'; this only changes it, with who, why and until.
/// </summary>
public sealed class PortfolioGuard(PortfolioHistory history, InForce<ProtectionOptions> options, TradingControls controls, IDiary diary, TimeProvider clock)
{
    private const string Me = "rez";

    /// <summary>What goes on is said again now and then, not at every beat.</summary>
    private const long LeastExtensionMs = 30_000;

    private int _looking;

    public PortfolioHistory History => history;

    public ProtectionOptions Options => options.Now;

    /// <summary>What trips at a start, unless it is forced.</summary>
    public async ValueTask StartAsync(bool isForced)
    {
        var tripped = PortfolioRules.AtStart(history, options.Now, NowMs);
        if (tripped is not null && !isForced && controls.State.State == TradingState.Active)
        {
            await TripAsync(tripped);
        }
    }

    /// <summary>Takes a new reading of the account into account.</summary>
    /// <param name="found">What was found wrong besides: margin, silent prices.</param>
    public async ValueTask LookAsync(AccountState account, Tripped? found = null)
    {
        // The cycle and the sentinel both look: one of them at a time is enough, and trips once.
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        try
        {
            await LookNowAsync(account, found);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private async ValueTask LookNowAsync(AccountState account, Tripped? found)
    {
        var nowMs = NowMs;
        var state = controls.State;
        if (state.AcceptedMs > history.AcceptedMs)
        {
            history.Accept(state.AcceptedMs);
        }

        history.NoteEquity(nowMs, account.Equity);
        if (state is { State: TradingState.Reducing, UntilMs: { } until } && nowMs >= until)
        {
            await controls.RestoreAsync(Me, $"the stated time has come ({state.Why})");
            state = controls.State;
        }

        var tripped = PortfolioRules.OfAccount(history, options.Now, nowMs) ?? found;
        if (tripped is not null && (tripped.State > state.State || (tripped.State == TradingState.Reducing && state.State == TradingState.Reducing && tripped.UntilMs > state.UntilMs + LeastExtensionMs)))
        {
            await TripAsync(tripped);
        }
    }

    /// <summary>What stands against a new position, or null.</summary>
    public Rejection? Against(AccountState account, string asset, int correlated)
    {
        var state = controls.State;
        return state.State != TradingState.Active
            ? new Rejection(state.State == TradingState.Halted ? "halted" : "reducing", $"Nothing is opened: {state.Why} (by {state.By}{Until(state)}).")
            : PortfolioRules.AgainstEntry(history, options.Now, account, asset, correlated, NowMs);
    }

    private static string Until(ControlState state) =>
        state.UntilMs is { } ms ? $", until {DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime:yyyy-MM-dd HH:mm} UTC" : string.Empty;

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private async ValueTask TripAsync(Tripped tripped)
    {
        diary.Append(new GuardTripped(tripped.Code, tripped.Words, tripped.State.ToString(), tripped.UntilMs));
        await controls.TripAsync(tripped.State, Me, tripped.Words, tripped.UntilMs);
    }
}
