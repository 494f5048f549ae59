using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>
/// An exchange whose readings are kept for those who only look: a console that asks each second must not spend what trading needs to ask with.
/// </summary>
public sealed class ObservedExchange : IExchange
{
    private readonly IExchange _inner;
    private readonly Reading<AccountState> _account;
    private readonly Reading<IReadOnlyList<OpenOrder>> _orders;

    /// <param name="holdsFor">How old a reading a looker is content with.</param>
    public ObservedExchange(IExchange inner, TimeProvider clock, TimeSpan holdsFor)
    {
        _inner = inner;
        _account = new Reading<AccountState>(clock, holdsFor);
        _orders = new Reading<IReadOnlyList<OpenOrder>>(clock, holdsFor);
        Glance = new Looker(this);
    }

    /// <summary>The same exchange for lookers.</summary>
    public IExchange Glance { get; }

    public async ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel) => _account.Keep(await _inner.AccountAsync(cancel));

    public async ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel) => _orders.Keep(await _inner.OpenOrdersAsync(cancel));

    public ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel) => _inner.FillsSinceAsync(sinceMs, cancel);

    public ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel) => _inner.FundingSinceAsync(sinceMs, cancel);

    public void Distrust() => _inner.Distrust();

    public ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel) => _inner.StatusAsync(cloid, cancel);

    public ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel) => _inner.PlaceAsync(order, cancel);

    public ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel) => _inner.CancelAsync(asset, oid, cancel);

    public ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel) =>
        _inner.SetLeverageAsync(asset, leverage, isCross, cancel);

    /// <summary>The newest outcome of a question, and since when.</summary>
    private sealed class Reading<T>(TimeProvider clock, TimeSpan holdsFor)
    {
        private readonly Lock _gate = new();
        private Outcome<T>? _newest;
        private DateTimeOffset _at;

        public Outcome<T> Keep(Outcome<T> outcome)
        {
            lock (_gate)
            {
                (_newest, _at) = (outcome, clock.GetUtcNow());
            }

            return outcome;
        }

        public Outcome<T>? Recent
        {
            get
            {
                lock (_gate)
                {
                    return clock.GetUtcNow() - _at <= holdsFor ? _newest : null;
                }
            }
        }
    }

    private sealed class Looker(ObservedExchange observed) : IExchange
    {
        public async ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel) => observed._account.Recent ?? await observed.AccountAsync(cancel);

        public async ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel) => observed._orders.Recent ?? await observed.OpenOrdersAsync(cancel);

        public ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel) => observed.FillsSinceAsync(sinceMs, cancel);

        public ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel) => observed.FundingSinceAsync(sinceMs, cancel);

        public ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel) => observed.StatusAsync(cloid, cancel);

        public ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel) => observed.PlaceAsync(order, cancel);

        public ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel) => observed.CancelAsync(asset, oid, cancel);

        public ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel) => observed.SetLeverageAsync(asset, leverage, isCross, cancel);
    }
}
