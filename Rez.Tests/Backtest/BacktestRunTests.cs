using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Backtest;
using Rez.Core.Configuration;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Strategies;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Backtest;

/// <summary>A backtest is the live code on candles: it makes the trades that a session on the same candles made.</summary>
public sealed class BacktestRunTests
{
    [Fact]
    public async Task A_recorded_run_and_a_backtest_over_the_same_market_make_the_same_trades_one_by_one()
    {
        using var folder = new TempFolder();
        var summary = await SessionStage.RunAsync(folder.Path, 2_000, o => o.Demo.Seed = 2);
        using var db = new RezDb(RezDb.Sqlite(folder.File("diary.db"), readOnly: true));
        var recorded = db.Trades.OrderBy(t => t.Number).ToArray();
        Assert.NotEmpty(recorded);

        var options = SessionStage.Options(o => o.Demo.Seed = 2);
        var market = SessionComposition.Market(options).Value;
        var settings = SessionComposition.Settings(options, market, null, "test");
        var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.TradingStartMs);
        var result = (await new BacktestRun(settings, () => new TrendMomentum(), TimeProvider.System).RunAsync(market, from, from.AddMinutes(5 * 1_999), false, null, CancellationToken.None)).Value;
        Assert.Equal(summary.TradesHash, result.TradesHash);
        Assert.Equal(recorded.Select(t => (t.Asset, t.OpenedMs, t.ClosedMs, t.Net, t.ExitCode, t.OpenCycleId)), result.Trades.Select(t => (t.Asset, t.OpenedMs, t.ClosedMs, t.Net, t.ExitCode, t.OpenCycleId)));
        Assert.Equal((summary.FeesPaid, summary.FundingPaid, 2_000L, 0L), (result.Fees, result.Funding, result.Cycles, result.UnprotectedMs));
    }

    [Fact]
    public async Task Sma_crossings_are_where_a_plain_count_puts_them()
    {
        // 5 min candles of a real market; every entry must lie on a bar at which the averages, counted anew from the closes, cross that way.
        var data = Shared.Path("data", "demo-binance-perp-6coins");
        var market = RecordedMarket.Open(data, ["BTC"]).Value;
        var definition = StrategyCatalogue.Find("sma-cross")!;
        var values = definition.Read(["fast=10", "slow=20"]).Value;
        var options = SessionStage.Options(o => o.Demo.Candles = data);
        SessionStage.Loosen(options);
        options.Risk.MinRewardRisk = 0;
        var settings = BacktestComposition.Settings(options, market, definition, values, Interval.M5, "test").Value;
        var from = DateTimeOffset.FromUnixTimeMilliseconds(market.StartMs).AddDays(2);
        var result = (await new BacktestRun(settings, () => definition.Create(values), TimeProvider.System).RunAsync(market, from, from.AddDays(10), true, null, CancellationToken.None)).Value;
        Assert.True(result.Trades.Length > 50, $"only {result.Trades.Length} trades");

        var file = Directory.GetFiles(data).Single(f => Path.GetFileName(f).StartsWith("BTC", StringComparison.Ordinal) && f.Contains("5m", StringComparison.Ordinal));
        var candles = CandleFile.Read(file).Value.Candles.ToArray();
        var index = candles.Select((c, i) => (c.OpenTimeMs + 300_000, i)).ToDictionary(x => x.Item1, x => x.i);
        double Average(int end, int length) => candles.AsSpan(end - length + 1, length).ToArray().Average(c => c.Close);
        foreach (var trade in result.Trades)
        {
            var i = index[trade.OpenedMs];
            var (before, now) = (Average(i - 1, 10) - Average(i - 1, 20), Average(i, 10) - Average(i, 20));
            Assert.True(trade.Direction == Direction.Long ? before <= 1e-9 && now > -1e-9 : before >= -1e-9 && now < 1e-9, $"trade {trade.Number} at {trade.OpenedMs}: {before} → {now}");
        }
    }

    [Theory]
    [InlineData("sma-cross")]
    [InlineData("momentum")]
    [InlineData("mean-reversion")]
    [InlineData("breakout")]
    [InlineData("pair-spread")]
    [InlineData("funding-carry")]
    [InlineData("pulse")]
    [InlineData("buy-and-hold")]
    public async Task Every_strategy_trades_under_the_gate_and_never_unprotected(string name)
    {
        var definition = StrategyCatalogue.Find(name)!;
        var values = definition.Read(name switch { "mean-reversion" => ["entry=1", "adx=60", "hurst=1.2"], "funding-carry" => ["entry=0.1", "exit=0.05"], _ => [] }).Value;
        var options = SessionStage.Options(o => o.Demo.Seed = 2);
        var market = SessionComposition.Market(options).Value;
        var settings = BacktestComposition.Settings(options, market, definition, values, Interval.M5, "test").Value;
        var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.TradingStartMs);
        var result = (await new BacktestRun(settings, () => definition.Create(values), TimeProvider.System).RunAsync(market, from, from.AddDays(5), true, null, CancellationToken.None)).Value;
        Assert.Equal((0L, 0L), (result.FailedCycles, result.UnprotectedMs));
        Assert.NotEmpty(result.Trades);
        Assert.Empty(result.Open);
        Assert.Equal(result.FinalEquity, result.InitialEquity + result.Trades.Sum(t => t.Net), 6);
    }

    [Fact]
    public async Task The_program_writes_the_same_files_each_time_and_reads_them_back()
    {
        using var folder = new TempFolder();
        string[] run = ["backtest", "--strategy", "pulse", "--param", "period=7", "--to", "2025-01-04", "--json"];
        var first = await RezProcess.RunAsync(Repo.Root, null, [.. run, "--out", folder.File("a")]);
        Assert.True(first.Code == 0, first.Err);
        Assert.Equal(0, (await RezProcess.RunAsync(Repo.Root, null, [.. run, "--out", folder.File("b")])).Code);
        foreach (var file in new[] { "result.json", "trades.csv", "equity.csv", "report.html" })
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder.File("a"), file)), File.ReadAllBytes(Path.Combine(folder.File("b"), file)));
        }

        var stats = await RezProcess.RunAsync(Repo.Root, null, "stats", "--equity", Path.Combine(folder.File("a"), "equity.csv"), "--trades", Path.Combine(folder.File("a"), "trades.csv"), "--json");
        Assert.True(stats.Code == 0, stats.Err);
        var (own, told) = (JsonDocument.Parse(stats.Out).RootElement, JsonDocument.Parse(first.Out).RootElement.GetProperty("report"));
        foreach (var figure in new[] { "totalReturn", "maxDrawdown", "sharpe", "timeInMarket" })
        {
            Assert.Equal(told.GetProperty(figure).ToString(), own.GetProperty(figure).ToString());
        }
    }

    [Theory]
    [InlineData("no strategy 'moon'", 2, "--strategy", "moon")]
    [InlineData("has no parameter 'speed'", 2, "--strategy", "sma-cross", "--param", "speed=3")]
    [InlineData("fast must be a whole number from 2 to 500", 2, "--strategy", "sma-cross", "--param", "fast=2.5")]
    [InlineData("fast must be below slow", 2, "--strategy", "sma-cross", "--param", "fast=30")]
    [InlineData("is empty", 10, "--from", "2025-02-01", "--to", "2025-01-01")]
    [InlineData("is no time", 2, "--from", "yesterday")]
    [InlineData("there is no folder", 10, "--data", "/nowhere")]
    [InlineData("no candle interval", 2, "--interval", "7m")]
    public async Task Bad_input_is_named(string words, int code, params string[] arguments)
    {
        var run = await RezProcess.RunAsync(Repo.Root, null, ["backtest", .. arguments]);
        Assert.Equal(code, run.Code);
        Assert.Contains(words, run.Err);
    }
}
