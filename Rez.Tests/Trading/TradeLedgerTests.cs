using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Trading;


namespace Rez.Tests.Trading;

public sealed class TradeLedgerTests
{
    [Fact]
    public void A_round_trip_carries_its_fees_and_funding()
    {
        var ledger = new TradeLedger();
        Assert.Null(ledger.Book(F(Side.Buy, 1, 100, fee: 0.05m), "c1", ""));
        Assert.Null(ledger.Book(F(Side.Buy, 1, 110, fee: 0.05m), "c2", ""));
        ledger.Book(new FundingPayment(1, "BTC", 2, 105, 0.001m, 0.21m));
        Assert.Null(ledger.Book(F(Side.Sell, 0.5m, 120, fee: 0.03m), null, "x"));
        var trade = ledger.Book(F(Side.Sell, 1.5m, 90, fee: 0.07m, ms: 9), "c3", ExitCodes.StopLoss)!;
        Assert.Equal((1L, 2m, 105m, 97.5m), (trade.Number, trade.Size, trade.EntryPrice, trade.ExitPrice));
        Assert.Equal(-15m, trade.GrossPnl);
        Assert.Equal((0.2m, 0.21m), (trade.Fees, trade.Funding));
        Assert.Equal(("c1", "c3", ExitCodes.StopLoss), (trade.OpenCycleId, trade.CloseCycleId, trade.ExitCode));
        Assert.Empty(ledger.Positions);
    }

    [Fact]
    public void A_fill_through_zero_closes_one_trade_and_opens_another()
    {
        var ledger = new TradeLedger();
        ledger.Book(F(Side.Buy, 1, 100), "c1", "");
        var trade = ledger.Book(F(Side.Sell, 3, 110, fee: 0.3m), "c2", ExitCodes.Signal)!;
        Assert.Equal((10m, 0.1m), (trade.GrossPnl, trade.Fees));
        var left = ledger.Positions["BTC"];
        Assert.Equal((-2m, 110m, 0.2m), (left.SignedSize, left.EntryPrice, left.Fees));
    }

    [Fact]
    public void Whatever_is_traded_cash_adds_up()
    {
        var fill = from buy in Gen.Elements(true, false) from size in Gen.Choose(1, 50) from price in Gen.Choose(50, 150) select (buy, size, price);
        Prop.ForAll(Gen.ListOf(fill).ToArbitrary(), fills =>
        {
            var ledger = new TradeLedger();
            var cash = 0m;
            var closed = new List<ClosedTrade>();
            foreach (var (buy, size, price) in fills)
            {
                cash -= (buy ? size : -size) * (decimal)price;
                if (ledger.Book(F(buy ? Side.Buy : Side.Sell, size, price, fee: 0.01m * size), null, "x") is { } trade)
                {
                    closed.Add(trade);
                }
            }

            var open = ledger.Positions.GetValueOrDefault("BTC");
            const decimal Mark = 97m;
            var worth = cash + ((open?.SignedSize ?? 0) * Mark);
            var openPnl = open is null ? 0 : (open.SignedSize * (Mark - open.AverageCost)) + open.Gross;
            var fees = closed.Sum(t => t.Fees) + (open?.Fees ?? 0);
            return Math.Abs(worth - closed.Sum(t => t.GrossPnl) - openPnl) < 1e-9m && Math.Abs(fees - (0.01m * fills.Sum(f => f.size))) < 1e-9m;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void The_trades_hash_sees_every_field_that_is_money()
    {
        var ledger = new TradeLedger();
        ledger.Book(F(Side.Buy, 1, 100), null, "");
        var trade = ledger.Book(F(Side.Sell, 1, 110), null, "x")!;
        var hash = TradeLedger.Hash([trade]);
        Assert.Equal(hash, TradeLedger.Hash([trade with { OpenCycleId = "other" }]));
        Assert.Equal(hash, TradeLedger.Hash([trade with { GrossPnl = 10.000m }]));
        Assert.NotEqual(hash, TradeLedger.Hash([trade with { GrossPnl = 10.0000001m }]));
        Assert.NotEqual(hash, TradeLedger.Hash([trade with { ClosedMs = 1 }]));
        Assert.NotEqual(hash, TradeLedger.Hash([trade with { ExitCode = "y" }]));
        Assert.Equal(64, TradeLedger.Hash([]).Length);
    }

    private static long _tid;

    private static Fill F(Side side, decimal size, decimal price, decimal fee = 0, long ms = 5) => new()
    {
        Tid = Interlocked.Increment(ref _tid), Oid = 1, Asset = "BTC", Side = side, Price = price, Size = size, Fee = fee, ClosedPnl = 0, StartPosition = 0, IsTaker = true, TimeMs = ms,
    };
}
