using System.Collections.Immutable;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid;

/// <summary>
/// The real exchange. Positions and orders are always read from the venue; fills and payments are read again only when the socket says that there
/// may be new ones, or when it can't be believed. Sends take approved orders only.
/// </summary>
/// <param name="account">The account that is traded: the master's or a sub-account's address, never the agent's.</param>
public sealed class HyperliquidExchange(InfoClient info, ExchangeClient exchange, VenueStreams streams, IMarketData market, AddressBudget budget, Address account)
    : IExchange
{
    /// <summary>Fills of one block may come out of order: what is a little older than the newest is read again and recognised.</summary>
    private const long OverlapMs = 60_000;
    private const long MinuteMs = 60_000;
    private const long HourMs = 60 * MinuteMs;
    private const long FundingWindowMs = 2 * MinuteMs;

    private readonly Lock _gate = new();
    private Kept<Fill> _fills = Kept<Fill>.Nothing;
    private Kept<FundingPayment> _funding = Kept<FundingPayment>.Nothing;
    private ImmutableDictionary<string, decimal> _positions = ImmutableDictionary<string, decimal>.Empty;
    private long _venueMs;

    public async ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel)
    {
        var read = await info.AccountAsync(account, cancel);
        if (!read.Ok)
        {
            return read.Rejection;
        }

        var state = await WithTiersAsync(read.Value, cancel);
        var positions = state.Positions.ToImmutableDictionary(p => p.Asset, p => p.SignedSize, StringComparer.Ordinal);
        lock (_gate)
        {
            _venueMs = Math.Max(_venueMs, state.At.ToUnixTimeMilliseconds());
            if (positions.Count != _positions.Count || positions.Any(p => _positions.GetValueOrDefault(p.Key) != p.Value))
            {
                // A position moved: there are fills, whether the socket has told of them or not.
                _fills = Kept<Fill>.Nothing;
            }

            _positions = positions;
        }

        return state;
    }

    public async ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel)
    {
        var read = await info.OpenOrdersAsync(account, cancel);
        return read.Ok ? new Outcome<IReadOnlyList<OpenOrder>>(read.Value) : read.Rejection;
    }

    public async ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel)
    {
        Kept<Fill> kept;
        lock (_gate)
        {
            kept = _fills;
        }

        // Read before the question: what comes in while it is asked counts as news.
        var news = streams.AccountNews;
        if (!streams.FollowsFills || kept.News != news || sinceMs < kept.FromMs)
        {
            var from = Math.Max(0, sinceMs - OverlapMs);
            var read = await info.FillsAsync(account, from, cancel);
            if (!read.Ok)
            {
                return read.Rejection;
            }

            // Spot fills are in the same list under names that are no perpetual's.
            kept = new Kept<Fill>([.. read.Value.Where(f => !f.Asset.StartsWith('@') && !f.Asset.Contains('/', StringComparison.Ordinal))], from, news);
            lock (_gate)
            {
                _fills = kept;
            }
        }

        return new Outcome<IReadOnlyList<Fill>>([.. kept.Items.Where(f => f.TimeMs >= sinceMs - OverlapMs)]);
    }

    public async ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel)
    {
        Kept<FundingPayment> kept;
        long minute;
        bool isDue;
        lock (_gate)
        {
            kept = _funding;
            minute = _venueMs / MinuteMs;
            isDue = _venueMs % HourMs < FundingWindowMs;
        }

        // Paid once an hour, a little past it: then it is asked for each time, else once a minute.
        var news = streams.FundingNews + (minute << 20);
        if (isDue || kept.News != news || sinceMs < kept.FromMs)
        {
            var read = await info.FundingAsync(account, sinceMs, cancel);
            if (!read.Ok)
            {
                return read.Rejection;
            }

            kept = new Kept<FundingPayment>(read.Value, sinceMs, news);
            lock (_gate)
            {
                _funding = kept;
            }
        }

        return new Outcome<IReadOnlyList<FundingPayment>>([.. kept.Items.Where(f => f.TimeMs >= sinceMs)]);
    }

    /// <summary>A position may have come and gone between two readings of the account, and the socket may lag: fills are read anew.</summary>
    public void Distrust()
    {
        lock (_gate)
        {
            _fills = Kept<Fill>.Nothing;
            _funding = Kept<FundingPayment>.Nothing;
        }
    }

    public ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel) => info.StatusAsync(account, cloid, cancel);

    public async ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel)
    {
        var found = await InstrumentAsync(order.Request.Asset, cancel);
        if (!found.Ok)
        {
            return SendOutcome.Rejected(found.Rejection.Message);
        }

        var action = VenueAction.Order(order.Request, found.Value.AssetId);
        return action.Ok
            ? await SendAsync(action.Value, order.Request.Legs.Length, order is ApprovedEntry ? Urgency.Order : Urgency.Protection, cancel)
            : SendOutcome.Rejected(action.Rejection.Message);
    }

    public async ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel)
    {
        var found = await InstrumentAsync(asset, cancel);
        return found.Ok
            ? await SendAsync(VenueAction.Cancel(found.Value.AssetId, oid), 1, Urgency.Protection, cancel)
            : SendOutcome.Rejected(found.Rejection.Message);
    }

    /// <summary>
    /// Asks first, sets what is not so already, and reads it back: an entry at another leverage than was judged must not happen, and a person may have changed it since.
    /// </summary>
    public async ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel)
    {
        var before = await info.LeverageAsync(account, asset, cancel);
        if (before.Ok && before.Value == (leverage, isCross))
        {
            return SendOutcome.Confirmed();
        }

        var found = await InstrumentAsync(asset, cancel);
        if (!found.Ok)
        {
            return SendOutcome.Rejected(found.Rejection.Message);
        }

        var sent = await SendAsync(VenueAction.UpdateLeverage(found.Value.AssetId, isCross, leverage), 0, Urgency.Order, cancel);
        if (sent.State == SendState.Rejected)
        {
            return sent;
        }

        // An unresolved one is asked for like any other: the setting itself is the answer.
        var now = await info.LeverageAsync(account, asset, cancel);
        if (!now.Ok)
        {
            return SendOutcome.Unresolved($"the leverage could not be read back: {now.Rejection.Message}");
        }

        return now.Value == (leverage, isCross)
            ? SendOutcome.Confirmed()
            : SendOutcome.Rejected($"the venue has {asset} at {now.Value.Leverage}x {(now.Value.IsCross ? "cross" : "isolated")}, not at {leverage}x {(isCross ? "cross" : "isolated")}");
    }

    /// <summary>Arms or disarms the dead man's switch: see <see cref="DeadManSwitch"/> for when.</summary>
    public ValueTask<SendOutcome> ScheduleCancelAsync(DateTimeOffset? at, CancellationToken cancel) =>
        SendAsync(VenueAction.ScheduleCancel(at?.ToUnixTimeMilliseconds()), 0, Urgency.Order, cancel);

    /// <summary>Asks how many actions the address has left.</summary>
    public async ValueTask<Outcome<VenueBudget>> RefreshBudgetAsync(CancellationToken cancel)
    {
        var read = await info.BudgetAsync(account, cancel);
        if (read.Ok)
        {
            budget.Tell(read.Value);
        }

        return read;
    }

    private ValueTask<SendOutcome> SendAsync(VenueAction action, int count, Urgency urgency, CancellationToken cancel)
    {
        lock (_gate)
        {
            // Whatever comes of it, what was read before is old.
            _fills = Kept<Fill>.Nothing;
        }

        return exchange.SendAsync(action, count, urgency, cancel);
    }

    private async ValueTask<Outcome<Instrument>> InstrumentAsync(string asset, CancellationToken cancel)
    {
        var read = await market.InstrumentsAsync(cancel);
        return !read.Ok ? read.Rejection
            : read.Value.FirstOrDefault(i => i.Asset == asset) is { } found ? found
            : new Rejection("unknown-asset", $"The venue has no {asset}.");
    }

    /// <summary>The venue tells a position's maintenance only by its top leverage; for large ones the tiers say more.</summary>
    private async ValueTask<AccountState> WithTiersAsync(AccountState state, CancellationToken cancel)
    {
        if (state.Positions.IsEmpty)
        {
            return state;
        }

        var read = await market.InstrumentsAsync(cancel);
        var known = read.Ok ? read.Value : [];
        return state with
        {
            Positions =
            [
                .. state.Positions.Select(p => known.FirstOrDefault(i => i.Asset == p.Asset) is { } instrument
                    ? p with { MaintenanceMargin = MarginMath.Maintenance(instrument.Tiers, p.Notional) }
                    : p),
            ],
        };
    }

    /// <summary>A list as last read, from when on, and by what news.</summary>
    private sealed record Kept<T>(ImmutableArray<T> Items, long FromMs, long News)
    {
        public static readonly Kept<T> Nothing = new([], long.MaxValue, -1);
    }
}
