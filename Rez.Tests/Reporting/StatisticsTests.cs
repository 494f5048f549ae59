using System.Globalization;
using Rez.Core.Diary;
using Rez.Core.Reporting;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Reporting;

/// <summary>Statistics against sums done by hand.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public void Drawdowns_have_depth_beginning_low_and_end()
    {
        var falls = Drawdowns.Of([100, 110, 99, 105, 110, 120, 90, 96, 130, 125]);
        Assert.Equal([0.1, 0.25, 5d / 130], falls.All.Select(d => Math.Round(d.Depth, 12)).Select((d, i) => i == 2 ? 5d / 130 : d));
        Assert.Equal((1, 2, 4, true), falls.All[0] is { } a ? (a.Start, a.Low, a.End, a.IsRecovered) : default);
        Assert.Equal((5, 6, 8, true), falls.Deepest is { } b ? (b.Start, b.Low, b.End, b.IsRecovered) : default);
        Assert.False(falls.All[2].IsRecovered);
        Assert.Equal((0.1 + 0.25 + (5d / 130)) / 3, falls.Average, 12);
        Assert.Equal(2d, falls.Calmar(0.5), 12);
        Assert.Empty(Drawdowns.Of([1, 2, 3]).All);
        Assert.Empty(Drawdowns.Of([]).All);
        Assert.Equal(Math.Sqrt(((0.5 * 0.5) + 0) / 2), Drawdowns.Of([100, 50]).Ulcer, 12);
    }

    [Fact]
    public void Trades_add_up()
    {
        var figures = TradeStatistics.Of([Trade(100, 60), Trade(-50, 30), Trade(-25, 90), Trade(75, 120), Trade(0, 10)]);
        Assert.Equal((5, 2, 2, 0.4, 100d), (figures.Trades, figures.Wins, figures.Losses, figures.WinRate, figures.Net));
        Assert.Equal((175d / 75, 20d, 87.5, -37.5, 100d, -50d), (figures.ProfitFactor, figures.Expectancy, figures.AverageWin, figures.AverageLoss, figures.Best, figures.Worst));
        Assert.Equal((1, 2, 62d, 60d, 120d), (figures.LongestWinStreak, figures.LongestLossStreak, figures.HoldMinutes, figures.MedianHoldMinutes, figures.LongestHoldMinutes));
        Assert.Equal(0.4 - (0.6 / (87.5 / 37.5)), figures.Kelly, 12);
        var nothing = TradeStatistics.Of([]);
        Assert.True(double.IsNaN(nothing.WinRate) && double.IsNaN(nothing.ProfitFactor) && double.IsNaN(nothing.Sqn) && nothing.Net == 0);
        Assert.Equal(double.PositiveInfinity, TradeStatistics.Of([Trade(5, 1)]).ProfitFactor);
    }

    [Fact]
    public void The_normal_distribution_and_the_probabilistic_ratio_are_as_published()
    {
        Assert.Equal(0.9750021, NormalDistribution.Cumulative(1.96), 6);
        Assert.Equal(1.959964, NormalDistribution.Inverse(0.975), 4);
        Assert.Equal(double.NegativeInfinity, NormalDistribution.Inverse(0));

        // A longer record of the same returns is surer; the best of many trials is less so.
        var returns = Enumerable.Range(0, 50).Select(i => 0.002 + (i % 2 == 0 ? 0.01 : -0.01)).ToArray();
        var (shorter, longer) = (SharpeRatio.Probabilistic(returns), SharpeRatio.Probabilistic([.. returns, .. returns]));
        Assert.InRange(shorter, 0.8, longer);
        Assert.True(SharpeRatio.Deflated(returns, 100, 0.01) < shorter);
        Assert.Equal(0.5, SharpeRatio.Probabilistic(returns, SharpeRatio.Of(returns, 1)), 6);
    }

    [Fact]
    public void Resampling_keeps_the_sum_when_shuffled_and_one_seed_gives_one_result()
    {
        var nets = Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? 30d : -10d).ToArray();
        var bands = MonteCarlo.Of(nets, 1_000, 400, 5, 7);
        Assert.Equal(bands, MonteCarlo.Of(nets, 1_000, 400, 5, 7));
        Assert.NotEqual(bands, MonteCarlo.Of(nets, 1_000, 400, 5, 8));
        Assert.True(bands.ShuffledDrawdown.P5 <= bands.ShuffledDrawdown.P50 && bands.ShuffledDrawdown.P50 <= bands.ShuffledDrawdown.P95);

        // In order the fall is never more than two losses; shuffled it is.
        Assert.Equal(20d / 1_030, Drawdowns.Of([.. Running(nets)]).Max, 3);
        Assert.True(bands.ShuffledDrawdown.P50 > 20d / 1_030);
        Assert.InRange(bands.BootstrapReturn.P50, 0.1, 0.3);

        // Trades that are all alike can't be in another order.
        var alike = MonteCarlo.Of(Enumerable.Repeat(-10d, 20).ToArray(), 1_000, 50, 3, 1);
        Assert.Equal((0.2, 0.2, 1d), (Math.Round(alike.ShuffledDrawdown.Worst, 12), Math.Round(-alike.BootstrapReturn.Best, 12), alike.LossProbability));
    }

    private static IEnumerable<double> Running(double[] nets)
    {
        var equity = 1_000d;
        yield return equity;
        foreach (var net in nets)
        {
            yield return equity += net;
        }
    }

    [Fact]
    public void Alpha_and_beta_of_twice_the_benchmark_plus_something()
    {
        double[] benchmark = [0.01, -0.02, 0.03, 0.005, -0.01];
        var fit = BenchmarkFit.Of([.. benchmark.Select(b => (2 * b) + 0.001)], benchmark, 365);
        Assert.Equal((2d, 1d), (Math.Round(fit.Beta, 10), Math.Round(fit.Correlation, 10)));
        Assert.Equal(Math.Pow(1.001, 365) - 1, fit.Alpha, 9);
        Assert.True(double.IsNaN(BenchmarkFit.Of([0.1], [0.1], 365).Beta));
    }

    [Fact]
    public void A_report_counts_days_by_their_last_equity_and_groups_trades()
    {
        const long Hour = 3_600_000;
        var equity = Enumerable.Range(0, 73).Select(h => new EquityPoint(Some.Start + (h * Hour), 1_000m + h, h % 2)).ToArray();
        var report = TrackReport.Of(equity, [Trade(10, 60), Trade(-5, 60)]);
        Assert.Equal((1_000d, 1_072d, 0.072), (report.InitialEquity, report.FinalEquity, Math.Round(report.TotalReturn, 12)));
        Assert.Equal(Math.Pow(1.072, 365d / 3) - 1, report.Cagr, 6);
        Assert.Equal((0d, 36d / 73), (report.MaxDrawdown, report.TimeInMarket));
        Assert.Equal(["asset", "direction", "exit", "hour", "month", "opener", "weekday"], report.Groups.Select(g => g.By).Distinct().Order());
        Assert.Equal(5d, report.Groups.Single(g => g.By == "asset").Net);
    }

    [Fact]
    public void Profits_of_a_published_leveraged_backtest_follow_from_prices_fees_and_funding()
    {
        // The funding they derived is taken as given: what is checked is the arithmetic of a trade.
        using var file = File.OpenRead(Shared.Path("data", "metrics-freqtrade-futures", "trades_1000PEPE.csv.gz"));
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress));
        var columns = reader.ReadLine()!.Split(',');
        var rows = 0;
        while (reader.ReadLine() is { } line)
        {
            var values = line.Split(',');
            decimal D(string name) => decimal.Parse(values[Array.IndexOf(columns, name)], NumberStyles.Float, CultureInfo.InvariantCulture);
            var isShort = values[Array.IndexOf(columns, "is_short")] == "True";
            var (amount, open, close, feeOpen, feeClose) = (D("amount"), D("open_rate"), D("close_rate"), D("fee_open"), D("fee_close"));
            var ledger = new TradeLedger();
            Fill Of(Side side, decimal price, decimal fee, long tid) => new()
            {
                Tid = tid, Oid = tid, Asset = "1000PEPE", Side = side, Price = price, Size = amount, Fee = amount * price * fee, ClosedPnl = 0, StartPosition = 0, IsTaker = false, TimeMs = tid,
            };
            ledger.Book(Of(isShort ? Side.Sell : Side.Buy, open, feeOpen, 1), null, string.Empty);
            ledger.Book(new FundingPayment(2, "1000PEPE", amount, open, 0, -D("funding_pnl_derived")));
            var trade = ledger.Book(Of(isShort ? Side.Buy : Side.Sell, close, feeClose, 3), null, "x")!;
            Assert.True(Math.Abs(trade.Net - D("profit_abs")) < 0.00000001m, $"row {rows}: {trade.Net} against {D("profit_abs")}");
            rows++;
        }

        Assert.Equal(501, rows);
    }

    private static ClosedTrade Trade(decimal net, long minutes) => new(1, "BTC", Direction.Long, 1m, 100m, 100m + net, Some.Start, Some.Start + (minutes * 60_000), net, 0, 0, "EXIT_TP", null, null);
}
