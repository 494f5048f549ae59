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
/// real venue: mark equals mid, resting orders fill whole when the price reaches them, no other traders, one account.
/// </remarks>
public sealed partial class SimulatedVenue
{
    private readonly SimulationOptions _options;
    private readonly Dictionary<string, SimulatedBook> _books = new(StringComparer.Ordinal);
    private readonly List<SimulatedBook> _byIndex = [];
    private readonly SimulatedAccount _account;
    private readonly List<SimulatedOrder> _live = [];
    private readonly Dictionary<Cloid, SimulatedOrder> _byCloid = [];
    private readonly List<Fill> _fills = [];
    private readonly List<FundingPayment> _funding = [];
    private readonly Func<string, decimal> _mark;
    private readonly Func<string, Instrument> _instrument;
    private long _lastOid;
    private long _lastTid;

    public SimulatedVenue(IEnumerable<Instrument> instruments, SimulationOptions options, ulong seed)
    {
        _options = options;
        _account = new SimulatedAccount(options.InitialBalance);
        foreach (var instrument in instruments)
        {
            var book = new SimulatedBook(instrument, options, seed);
            _books.Add(instrument.Asset, book);
            _byIndex.Add(book);
        }

        _mark = asset => _books[asset].Mark;
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

    public AccountState Account()
    {
        var crossValue = _account.CrossValue(_mark);
        var positions = _account.Positions.Select(p => Describe(p.Key, p.Value, crossValue)).ToArray();
        return new AccountState(
            DateTimeOffset.FromUnixTimeMilliseconds(NowMs),
            _account.Equity(_mark),
            _account.Cash + _account.Positions.Values.Sum(p => p.IsolatedMargin),
            positions.Sum(p => p.MarginUsed),
            positions.Sum(p => p.MaintenanceMargin),
            [.. positions]);
    }

    public IReadOnlyList<OpenOrder> OpenOrders() => [.. _live.Select(o => o.ToOpenOrder())];

    public OrderStatus Status(Cloid cloid)
    {
        if (!_byCloid.TryGetValue(cloid, out var order))
        {
            return new OrderStatus(OrderState.Unknown, "unknownOid");
        }

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
        if (!order.IsTrigger)
        {
            // Cancelling a parent by hand takes its children along, also when it was partly filled (protocol §5.6).
            EndChildren(order.Oid, "canceled");
        }

        return SendOutcome.Confirmed(new LegResult(LegState.Resting, oid));
    }

    private Position Describe(string asset, SimulatedPosition p, decimal crossValue)
    {
        var book = _books[asset];
        var notional = Math.Abs(p.SignedSize) * book.Mark;
        var pnl = p.SignedSize * (book.Mark - p.EntryPrice);
        var maintenance = MarginMath.Maintenance(book.Instrument.Tiers, notional);
        return new Position
        {
            Asset = asset,
            SignedSize = p.SignedSize,
            EntryPrice = p.EntryPrice,
            MarkPrice = book.Mark,
            Leverage = p.Leverage,
            IsCross = p.IsCross,
            LiquidationPrice = LiquidationPrice(asset, p, crossValue),
            MarginUsed = p.IsCross ? MarginMath.Initial(notional, p.Leverage) : p.IsolatedMargin + pnl,
            MaintenanceMargin = maintenance,
            FundingSinceOpen = p.FundingSinceOpen,
        };
    }

    private decimal? LiquidationPrice(string asset, SimulatedPosition p, decimal crossValue)
    {
        var book = _books[asset];
        return p.IsCross
            ? MarginMath.LiquidationPrice(
                book.Instrument.Tiers, p.SignedSize, book.Mark, crossValue, _account.CrossMaintenance(_mark, _instrument, except: asset))
            : MarginMath.LiquidationPrice(
                book.Instrument.Tiers, p.SignedSize, book.Mark, p.IsolatedMargin + (p.SignedSize * (book.Mark - p.EntryPrice)), 0);
    }
}
