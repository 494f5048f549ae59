using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>
/// A perpetuals venue as a pure state machine: no clock, no I/O, no threads. The same seed, steps and commands in the same
/// order always give the same fills. Prices walk along each bar from open to close, so stops inside a bar fire at their
/// own price and gaps between bars fill at the gap.
/// </summary>
/// <remarks>
/// Facts: ../shared protocol sheet §2 (orders, groupings, texts) and §5 (margin, funding, triggers). Known to be simpler than the
/// real venue: mark equals mid, resting orders fill whole when the price reaches them, no other traders, one account each.
/// </remarks>
public sealed partial class SimulatedVenue
{
    private readonly SimulationOptions _options;
    private readonly Dictionary<string, SimulatedBook> _books = new(StringComparer.Ordinal);
    private readonly List<SimulatedBook> _byIndex = [];
    private readonly SimulatedAccount _account;
    private readonly List<SimulatedOrder> _live = [];
    private readonly Dictionary<Cloid, SimulatedOrder> _byCloid = [];
    private readonly List<SimulatedOrder> _orders = [];
    private readonly List<Fill> _fills = [];
    private readonly List<FundingPayment> _funding = [];
    private readonly Func<string, decimal> _mark;
    private readonly Func<string, Instrument> _instrument;
    private readonly bool[] _lowFirst;
    private long _lastOid;
    private long _lastTid;
    private Instrument[]? _terms;

    /// <param name="firstId">Order and trade ids start above this, so that several accounts, or a restart, never share one.</param>
    public SimulatedVenue(IEnumerable<Instrument> instruments, SimulationOptions options, ulong seed, long firstId = 0)
    {
        _options = options;
        _account = new SimulatedAccount(options.InitialBalance);
        _lastOid = _lastTid = firstId;
        foreach (var instrument in instruments)
        {
            var book = new SimulatedBook(instrument, options, seed);
            _books.Add(instrument.Asset, book);
            _byIndex.Add(book);
        }

        _lowFirst = new bool[_byIndex.Count];

        // Before a restored position's first price its own is all there is.
        _mark = asset => _books[asset] is { HasPrice: true } book ? book.Mark : _account.Positions.GetValueOrDefault(asset)?.EntryPrice ?? 0;
        _instrument = asset => _books[asset].Instrument;
    }

    /// <summary>Venue time, Unix ms.</summary>
    public long NowMs { get; private set; }

    public IReadOnlyList<Fill> Fills => _fills;

    public IReadOnlyList<FundingPayment> Funding => _funding;

    /// <summary>Whether anything could happen to the account when prices move.</summary>
    public bool IsIdle => _live.Count == 0 && _account.Positions.Count == 0;

    public AssetContext? Context(string asset) =>
        _books.TryGetValue(asset, out var b) && b.HasPrice
            ? new AssetContext(
                asset, DateTimeOffset.FromUnixTimeMilliseconds(NowMs), b.Mark, b.Oracle, b.Bid, b.Ask,
                (decimal)b.FundingHourly, (decimal)b.OpenInterest, 0m)
            : null;

    /// <summary>The book: what a taker would meet, one level a basis point.</summary>
    public BookSnapshot? Depth(string asset) => _books.TryGetValue(asset, out var b) && b.HasPrice ? b.Depth(NowMs) : null;

    public AccountState Account() => AccountAt(_mark);

    /// <summary>Value of the account now, isolated pools included.</summary>
    internal decimal Equity => _account.Equity(_mark);

    /// <summary>Terms of every asset as they are now, in the market's order.</summary>
    internal IReadOnlyList<Instrument> Instruments => _terms ??= [.. _byIndex.Select(b => b.Instrument)];

    internal decimal MarkOf(string asset) => _mark(asset);

    internal double MidOf(string asset) => _books[asset].Mid;

    internal bool HasOrders(string asset) => _live.Exists(o => o.Asset == asset);

    /// <summary>Notional of all positions now.</summary>
    internal decimal Exposure
    {
        get
        {
            var sum = 0m;
            foreach (var (asset, position) in _account.Positions)
            {
                sum += Math.Abs(position.SignedSize) * _mark(asset);
            }

            return sum;
        }
    }

    /// <summary>The account as it would be at other marks.</summary>
    internal AccountState AccountAt(Func<string, decimal> mark)
    {
        var crossValue = _account.CrossValue(mark);
        var positions = _account.Positions.Select(p => Describe(p.Key, p.Value, crossValue, mark)).ToArray();
        return new AccountState(
            DateTimeOffset.FromUnixTimeMilliseconds(NowMs),
            _account.Equity(mark),
            _account.Cash + _account.Positions.Values.Sum(p => p.IsolatedMargin),
            positions.Sum(p => p.MarginUsed),
            positions.Sum(p => p.MaintenanceMargin),
            [.. positions]);
    }

    public IReadOnlyList<OpenOrder> OpenOrders() => [.. _live.Select(o => o.ToOpenOrder())];

    public OrderStatus Status(Cloid cloid) =>
        _byCloid.TryGetValue(cloid, out var order) ? Describe(order) : new OrderStatus(OrderState.Unknown, "unknownOid");

    /// <summary>Refuses a leg with these words when it returns any: for a venue that is capped, upgrading or changing its rules.</summary>
    public Func<OrderLeg, string?>? Refuses { get; set; }

    /// <summary>Every order ever taken, oldest first.</summary>
    internal IReadOnlyList<SimulatedOrder> Orders => _orders;

    internal IReadOnlyList<SimulatedOrder> Live => _live;

    internal SimulatedAccount Holdings => _account;

    internal SimulatedBook? Book(string asset) => _books.GetValueOrDefault(asset);

    internal SimulatedOrder? Find(long oid)
    {
        var (lo, hi) = (0, _orders.Count);
        while (lo < hi)
        {
            var mid = (lo + hi) >>> 1;
            (lo, hi) = _orders[mid].Oid < oid ? (mid + 1, hi) : (lo, mid);
        }

        return lo < _orders.Count && _orders[lo].Oid == oid ? _orders[lo] : null;
    }

    internal SimulatedOrder? Find(Cloid cloid) => _byCloid.GetValueOrDefault(cloid);

    /// <summary>New terms for an instrument, such as other margin tiers or a delisting. Open orders of a delisted one end.</summary>
    public void Revise(Instrument instrument)
    {
        _books[instrument.Asset].Instrument = instrument;
        _terms = null;
        for (var i = _live.Count - 1; instrument.IsDelisted && i >= 0; i--)
        {
            if (_live[i].Asset == instrument.Asset)
            {
                End(_live[i], "delistedCanceled");
            }
        }
    }

    /// <summary>An asset leaves the venue: its position is settled at the mark, its orders end, and nothing of it is traded any more.</summary>
    public void Delist(string asset)
    {
        var book = _books[asset];
        if (_account.Positions.TryGetValue(asset, out var p))
        {
            Settle(book, asset, p);
        }

        Revise(book.Instrument with { IsDelisted = true });
    }

    /// <summary>What the account may still open with, USD.</summary>
    internal decimal Free => Math.Max(0, _account.CrossValue(_mark) - _account.CrossMarginUsed(_mark));

    internal decimal CrossValue => _account.CrossValue(_mark);

    internal decimal CrossMaintenance => _account.CrossMaintenance(_mark, _instrument);

    private static OrderStatus Describe(SimulatedOrder order)
    {
        var state = order.Status switch
        {
            "open" => order.WaitsFor != 0 ? OrderState.Waiting : OrderState.Open,
            "filled" => OrderState.Filled,
            "triggered" => OrderState.Triggered,
            var s when s.EndsWith("anceled", StringComparison.Ordinal) => OrderState.Canceled,
            _ => OrderState.Rejected,
        };
        return new OrderStatus(state, order.Status, order.ToOpenOrder(), order.Filled);
    }

    public SendOutcome SetLeverage(string asset, int leverage, bool isCross)
    {
        if (!_books.TryGetValue(asset, out var book))
        {
            return SendOutcome.Rejected($"Unknown asset {asset}.");
        }

        if (leverage < 1 || leverage > book.Instrument.MaxLeverage)
        {
            return SendOutcome.Rejected("Invalid leverage value");
        }

        if (isCross && book.Instrument.OnlyIsolated)
        {
            return SendOutcome.Rejected("Cross margin is not allowed for this asset.");
        }

        if (_account.Positions.TryGetValue(asset, out var position))
        {
            if (position.IsCross != isCross)
            {
                return SendOutcome.Rejected("Cannot switch leverage type with open position.");
            }

            var extra = MarginMath.Initial(Math.Abs(position.SignedSize) * book.Mark, leverage)
                - MarginMath.Initial(Math.Abs(position.SignedSize) * book.Mark, position.Leverage);
            if (isCross && extra > _account.CrossValue(_mark) - _account.CrossMarginUsed(_mark))
            {
                return SendOutcome.Rejected("Cross position does not have sufficient margin available to decrease leverage.");
            }
        }

        _account.SetLeverage(asset, leverage, isCross);
        return SendOutcome.Confirmed();
    }

    public SendOutcome Cancel(string asset, long oid)
    {
        var order = _live.Find(o => o.Oid == oid && o.Asset == asset);
        if (order is null)
        {
            return SendOutcome.Confirmed(new LegResult(LegState.Error, oid, Error: OrderChecks.Gone));
        }

        End(order, "canceled");
        if (order.WaitsFor == 0 && !order.IsTrigger)
        {
            // Cancelling a parent by hand takes its children along, also when it was partly filled (protocol §5.6).
            EndChildren(order.Oid, "canceled");
        }

        return SendOutcome.Confirmed(new LegResult(LegState.Resting, oid));
    }

    /// <summary>The dead man's switch, a delisting: every live order ends with that word, stops included.</summary>
    public void CancelAll(string status)
    {
        for (var i = _live.Count - 1; i >= 0; i--)
        {
            End(_live[i], status);
        }
    }

    /// <summary>Takes up an account that was kept elsewhere, before any price has come.</summary>
    /// <param name="positions">Asset, signed size, average entry, leverage and margin mode, funding paid since it was opened.</param>
    /// <param name="triggers">Live stops and targets: they follow the position's size.</param>
    public void Restore(
        decimal cash, IEnumerable<(string Asset, decimal SignedSize, decimal Entry, (int Leverage, bool IsCross) Terms, decimal Funding)> positions,
        IEnumerable<(string Asset, OrderLeg Leg)> triggers)
    {
        var taken = positions.Select(p => (p.Asset, Position: new SimulatedPosition
        {
            SignedSize = p.SignedSize,
            EntryPrice = p.Entry,
            Leverage = p.Terms.Leverage,
            IsCross = p.Terms.IsCross,
            IsolatedMargin = p.Terms.IsCross ? 0 : MarginMath.Initial(Math.Abs(p.SignedSize) * p.Entry, p.Terms.Leverage),
            FundingSinceOpen = p.Funding,
        })).ToArray();
        _account.Restore(cash - taken.Sum(p => p.Position.IsolatedMargin), taken);
        foreach (var (asset, leg) in triggers)
        {
            var order = new SimulatedOrder(++_lastOid, asset, leg, NowMs) { IsPositionTrigger = true };
            _byCloid[leg.Cloid] = order;
            _orders.Add(order);
            _live.Add(order);
        }
    }

    /// <summary>Everything of the account, to be kept.</summary>
    public VenueSnapshot Keep() => new(
        _account.Cash,
        [.. _account.Positions.Select(p => new KeptPosition(
            p.Key, p.Value.SignedSize, p.Value.EntryPrice, p.Value.Leverage, p.Value.IsCross, p.Value.IsolatedMargin, p.Value.FundingSinceOpen))],
        [.. _account.Leverages.Select(l => new KeptLeverage(l.Key, l.Value.Leverage, l.Value.IsCross))],
        [.. _orders.Select(o => new KeptOrder(
            o.Oid, o.Asset, o.Leg, o.TimeMs, o.Remaining, o.Status, o.Group, o.WaitsFor, o.Parent, o.IsPositionTrigger, _live.Contains(o)))],
        [.. _fills], [.. _funding], _lastOid, _lastTid);

    /// <summary>Takes a kept account up again, before any price has come.</summary>
    public void Resume(VenueSnapshot kept)
    {
        _account.Restore(kept.Cash, kept.Positions.Select(p => (p.Asset, new SimulatedPosition
        {
            SignedSize = p.SignedSize, EntryPrice = p.EntryPrice, Leverage = p.Leverage, IsCross = p.IsCross,
            IsolatedMargin = p.IsolatedMargin, FundingSinceOpen = p.FundingSinceOpen,
        })));
        foreach (var l in kept.Leverage)
        {
            _account.SetLeverage(l.Asset, l.Leverage, l.IsCross);
        }

        foreach (var o in kept.Orders)
        {
            var order = new SimulatedOrder(o.Oid, o.Asset, o.Leg, o.TimeMs)
            {
                Remaining = o.Remaining, Status = o.Status, Group = o.Group, WaitsFor = o.WaitsFor, Parent = o.Parent, IsPositionTrigger = o.IsPositionTrigger,
            };
            _orders.Add(order);
            _byCloid[o.Leg.Cloid] = order;
            if (o.IsLive)
            {
                _live.Add(order);
            }
        }

        _fills.AddRange(kept.Fills);
        _funding.AddRange(kept.Funding);
        (_lastOid, _lastTid) = (kept.LastOid, kept.LastTid);
    }

    /// <summary>Adds margin to an isolated position, or takes some away.</summary>
    public SendOutcome AddMargin(string asset, decimal usd)
    {
        if (!_account.Positions.TryGetValue(asset, out var p) || p.IsCross)
        {
            return SendOutcome.Rejected("Cannot update isolated margin of a position that is not isolated.");
        }

        var pnl = p.SignedSize * (_mark(asset) - p.EntryPrice);
        var least = MarginMath.Initial(Math.Abs(p.SignedSize) * _mark(asset), p.Leverage);
        if (usd > Free || (usd < 0 && p.IsolatedMargin + pnl + usd < least))
        {
            return SendOutcome.Rejected("Insufficient margin to update isolated margin.");
        }

        _account.MoveToIsolated(asset, usd);
        return SendOutcome.Confirmed();
    }

    private Position Describe(string asset, SimulatedPosition p, decimal crossValue, Func<string, decimal> marks)
    {
        var book = _books[asset];
        var mark = marks(asset);
        var notional = Math.Abs(p.SignedSize) * mark;
        var pnl = p.SignedSize * (mark - p.EntryPrice);
        var maintenance = MarginMath.Maintenance(book.Instrument.Tiers, notional);
        return new Position
        {
            Asset = asset,
            SignedSize = p.SignedSize,
            EntryPrice = p.EntryPrice,
            MarkPrice = mark,
            Leverage = p.Leverage,
            IsCross = p.IsCross,
            LiquidationPrice = LiquidationPrice(asset, p, crossValue, marks),
            MarginUsed = p.IsCross ? MarginMath.Initial(notional, p.Leverage) : p.IsolatedMargin + pnl,
            MaintenanceMargin = maintenance,
            FundingSinceOpen = p.FundingSinceOpen,
        };
    }

    private decimal? LiquidationPrice(string asset, SimulatedPosition p, decimal crossValue) => LiquidationPrice(asset, p, crossValue, _mark);

    private decimal? LiquidationPrice(string asset, SimulatedPosition p, decimal crossValue, Func<string, decimal> marks)
    {
        var tiers = _books[asset].Instrument.Tiers;
        var mark = marks(asset);
        return p.IsCross
            ? MarginMath.LiquidationPrice(tiers, p.SignedSize, mark, crossValue, _account.CrossMaintenance(marks, _instrument, except: asset))
            : MarginMath.LiquidationPrice(tiers, p.SignedSize, mark, p.IsolatedMargin + (p.SignedSize * (mark - p.EntryPrice)), 0);
    }
}
