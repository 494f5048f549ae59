using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>What is left of an asset after a flatten; null when the venue could not be read.</summary>
public sealed record FlattenResult(string Asset, decimal? Left)
{
    public override string ToString() => $"{Asset} {Left?.ToString() ?? "unknown, the venue can't be read"}";
}

/// <summary>What a person may do at any time: switch auto-trading, halt, resume, flatten. Durable before it is acknowledged.</summary>
public sealed class TradingControls(OrderDesk desk, Protector protector, IDiary diary, TimeProvider clock, ControlState start)
{
    private const int AccountReads = 10;
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private volatile ControlState _state = start;

    public ControlState State => _state;

    /// <summary>Raised after a change is durable.</summary>
    public event Action<ControlState>? Changed;

    public Task SetAutoTradingAsync(bool on, string by) =>
        ChangeAsync(s => s with { AutoTrading = on, By = by, Why = on ? "auto-trading on" : "auto-trading off" });

    /// <summary>Nothing is opened from now on; stops stay.</summary>
    public Task HaltAsync(string by, string why) => State.Halted ? Task.CompletedTask : ChangeAsync(s => s with { Halted = true, By = by, Why = why, UntilMs = null });

    /// <summary>A person resumes: what had happened is accepted, losses and drawdown count from here.</summary>
    public Task ResumeAsync(string by) => ChangeAsync(s => s with
    {
        Halted = false, Reducing = false, UntilMs = null, By = by, Why = "resumed", AcceptedMs = clock.GetUtcNow().ToUnixTimeMilliseconds(),
    });

    /// <summary>A protection tripped.</summary>
    public Task TripAsync(TradingState state, string by, string why, long? untilMs) => ChangeAsync(s => s with
    {
        Halted = state == TradingState.Halted || s.Halted, Reducing = state == TradingState.Reducing, UntilMs = state == TradingState.Reducing ? untilMs : null, By = by, Why = why,
    });

    /// <summary>Reducing ends at its stated time; nothing is accepted by that.</summary>
    public Task RestoreAsync(string by, string why) => ChangeAsync(s => s with { Reducing = false, UntilMs = null, By = by, Why = why });

    /// <summary>An asset that is paused is not opened; its position, if any, is managed as before.</summary>
    public Task SetPausedAsync(string asset, bool paused, string by) => ChangeAsync(s => s with
    {
        Paused = paused ? s.Paused.Remove(asset).Add(asset) : s.Paused.Remove(asset),
        By = by,
        Why = $"{asset} {(paused ? "paused" : "resumed")}",
    });

    /// <summary>Moves the stop of an open position; the new one is live before the old one goes.</summary>
    /// <returns>What stood against it, or null when it is done.</returns>
    public async Task<Rejection?> MoveStopAsync(string asset, decimal stop, string by, CancellationToken cancel)
    {
        await desk.Turn.WaitAsync(cancel);
        try
        {
            var account = await desk.Exchange.AccountAsync(cancel);
            if (!account.Ok)
            {
                return account.Rejection;
            }

            if (account.Value.Of(asset) is not { } position)
            {
                return new Rejection("no-position", $"There is no open position in {asset}.");
            }

            var moved = await protector.MoveAsync(position, stop, null, desk.NameOfCommand(), $"stop moved by {by}", cancel);
            await diary.FlushAsync();
            return moved.Refusal;
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    /// <summary>Halts, then closes one asset or everything with reduce-only orders, trying again until flat.</summary>
    public async Task<IReadOnlyList<FlattenResult>> FlattenAsync(string? asset, string by, CancellationToken cancel)
    {
        if (asset is null)
        {
            await HaltAsync(by, "flatten");
        }

        diary.Append(new FlattenAsked(asset, by));
        await diary.FlushAsync();
        await desk.Turn.WaitAsync(cancel);
        try
        {
            var account = await desk.Exchange.AccountAsync(cancel);
            for (var again = 1; !account.Ok && again < AccountReads; again++)
            {
                await Task.Delay(BetweenReads, clock, cancel);
                account = await desk.Exchange.AccountAsync(cancel);
            }

            if (!account.Ok)
            {
                return [new FlattenResult(asset ?? "*", null)];
            }

            var results = new List<FlattenResult>();
            foreach (var position in account.Value.Positions.Where(p => asset is null || p.Asset == asset))
            {
                var left = await protector.FlattenAsync(position.Asset, ExitCodes.Manual, $"closed by {by}", desk.NameOfCommand(), cancel);
                results.Add(new FlattenResult(position.Asset, left));
            }

            await diary.FlushAsync();
            return results;
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    private async Task ChangeAsync(Func<ControlState, ControlState> change)
    {
        ControlState state;
        lock (_gate)
        {
            // In force at once: a halt must not wait for a disk. The diary is told, and the caller waits for that. Two people changing
            // something at once each change what they meant.
            state = change(_state) with { AtMs = clock.GetUtcNow().ToUnixTimeMilliseconds() };
            _state = state;
            diary.Append(new ControlChanged(state.AutoTrading, state.Halted, state.Paused, state.By, state.Why)
            {
                Reducing = state.Reducing ? true : null, UntilMs = state.UntilMs, AcceptedMs = state.AcceptedMs > 0 ? state.AcceptedMs : null,
            });
        }

        await diary.FlushAsync();
        Changed?.Invoke(state);
    }
}
