using System.Collections.Immutable;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>The simulated venue behind a wire on which everything goes wrong. Each order that reaches it is looked at by the judge first.</summary>
internal sealed class TortureExchange(DemoWorld world, IExchange venue, Life life, Judge judge, Witness witness, LeapClock clock) : IExchange
{
    private const string Stranger = "User or API Wallet 0x00000000000000000000000000000000000000ff does not exist.";
    private static readonly TimeSpan Flight = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UnknownFor = TimeSpan.FromMinutes(4);
    private AccountState? _account;
    private IReadOnlyList<OpenOrder>? _orders;

    public ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel) => ReadAsync(() => venue.AccountAsync(cancel), () => _account, a => _account = witness.Told = a, () => witness.Told = new AccountState(clock.GetUtcNow(), 0, 0, 0, 0, []));

    public ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel) => ReadAsync(() => venue.OpenOrdersAsync(cancel), () => _orders, o => _orders = o, () => []);

    public async ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel)
    {
        var fault = life.Cross(Crossing.Fills);
        var fills = (await venue.FillsSinceAsync(sinceMs, cancel)).Value;
        life.After(fault);
        return fault switch
        {
            FaultKind.ReadFails => Failed,
            FaultKind.FillsTwice => Of([.. fills.SelectMany(f => new[] { f, f })]),
            FaultKind.FillsReversed => Of([.. fills.Reverse()]),
            FaultKind.FillsLate => Of([.. fills.SkipLast(1)]),
            _ => Of(fills),
        };
    }

    public ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel) =>
        ReadAsync<IReadOnlyList<FundingPayment>>(() => venue.FundingSinceAsync(sinceMs, cancel), () => null, _ => { }, () => []);

    public async ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel)
    {
        var fault = life.Cross(Crossing.Status);
        var status = await venue.StatusAsync(cloid, cancel);
        life.After(fault);
        if (fault == FaultKind.StatusUnknown)
        {
            judge.Denied(cloid);
        }

        return fault switch
        {
            FaultKind.ReadFails => Failed,
            FaultKind.StatusUnknown => new OrderStatus(OrderState.Unknown, "unknownOid"),
            _ => status,
        };
    }

    public async ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel)
    {
        judge.Sees(order, witness);
        var fault = life.Cross(Crossing.Place);
        var deadAt = clock.GetUtcNow() + Flight;
        if (IsStranger(fault))
        {
            return SendOutcome.Rejected(Stranger);
        }

        switch (fault)
        {
            case FaultKind.SendLost:
                return SendOutcome.Unresolved("no answer", deadAt);
            case FaultKind.SendLate:
                judge.Later(() => world.Replay(v => v.Place(order.Request)), deadAt);
                return SendOutcome.Unresolved("no answer", deadAt);
            case FaultKind.SendRefused:
                return SendOutcome.Rejected("429, or only post-only orders are taken during an upgrade");
            case FaultKind.ChildRefused:
                world.Replay(v => v.Refuses = leg => leg.TriggerPrice is not null ? "Invalid TP/SL price." : null);
                break;
        }

        var outcome = await venue.PlaceAsync(order, cancel);
        world.Replay(v => v.Refuses = null);
        life.After(fault);
        if (fault is null)
        {
            judge.Placed(order, outcome);
        }

        return fault == FaultKind.ReplyLost ? SendOutcome.Unresolved("the reply was cut off", deadAt) : outcome;
    }

    public ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel) => ChangeAsync(() => venue.CancelAsync(asset, oid, cancel));

    public ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel) => ChangeAsync(() => venue.SetLeverageAsync(asset, leverage, isCross, cancel));

    private static Outcome<IReadOnlyList<Fill>> Of(IReadOnlyList<Fill> fills) => new(fills);

    private static Rejection Failed { get; } = new("unreachable", "The venue can't be read.");

    private bool IsStranger(FaultKind? fault)
    {
        if (fault == FaultKind.SignerUnknown)
        {
            judge.SignerUnknownUntil = clock.GetUtcNow() + UnknownFor;
        }

        return clock.GetUtcNow() < judge.SignerUnknownUntil;
    }

    private async ValueTask<SendOutcome> ChangeAsync(Func<ValueTask<SendOutcome>> send)
    {
        var fault = life.Cross(Crossing.Change);
        if (IsStranger(fault))
        {
            return SendOutcome.Rejected(Stranger);
        }

        switch (fault)
        {
            case FaultKind.SendLost:
                return SendOutcome.Unresolved("no answer");
            case FaultKind.SendRefused:
                return SendOutcome.Rejected("429");
        }

        var outcome = await send();
        life.After(fault);
        return fault == FaultKind.ReplyLost ? SendOutcome.Unresolved("the reply was cut off") : outcome;
    }

    private async ValueTask<Outcome<T>> ReadAsync<T>(Func<ValueTask<Outcome<T>>> read, Func<T?> before, Action<T> keep, Func<T> empty)
        where T : class
    {
        var fault = life.Cross(Crossing.Read);
        var now = await read();
        life.After(fault);
        if (fault == FaultKind.ReadFails)
        {
            return Failed;
        }

        if (fault == FaultKind.ReadEmpty)
        {
            return new Outcome<T>(empty());
        }

        if (fault == FaultKind.ReadStale && before() is { } old)
        {
            // Told again is told: what is approved is held against this.
            keep(old);
            return new Outcome<T>(old);
        }

        keep(now.Value!);
        return now;
    }
}
