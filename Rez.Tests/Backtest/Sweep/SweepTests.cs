using Rez.Core.Backtest;
using Rez.Core.Backtest.Sweep;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Tests.Support;

namespace Rez.Tests.Backtest.Sweep;

/// <summary>Many sets of parameters: which are tried, what is kept, that order and cores change nothing.</summary>
public sealed class SweepTests
{
    private static readonly StrategyDefinition Cross = StrategyCatalogue.Find("sma-cross")!;

    [Theory]
    [InlineData("fast=5:20:5", "5,10,15,20")]
    [InlineData("fast=20,5,5,10", "5,10,20")]
    [InlineData("risk=0.1:1:0.3", "0.1,0.4,0.7,1")]
    [InlineData("fast=7:7:1", "7")]
    public void Ranges_are_read(string text, string values) =>
        Assert.Equal(values, string.Join(',', ParameterSpace.Read(Cross, [text], []).Value.Ranges[0].Values.Select(v => v.ToString(System.Globalization.CultureInfo.InvariantCulture))));

    [Theory]
    [InlineData("speed=1:2:1", "no parameter 'speed'")]
    [InlineData("fast=20:5:5", "from not above to")]
    [InlineData("fast=5:20:0", "from, to, step")]
    [InlineData("fast=5:20", "from, to, step")]
    [InlineData("fast=", "is none")]
    [InlineData("fast=a,b", "is none")]
    [InlineData("fast=5:900:5", "from 2 to 500")]
    [InlineData("fast=5.5,6", "whole number")]
    [InlineData("fast=0:1e9:0.001", "is none")]
    public void Bad_ranges_are_named(string text, string words) => Assert.Contains(words, ParameterSpace.Read(Cross, [text], []).Rejection.Message);

    [Fact]
    public void A_grid_holds_every_combination_and_null_for_those_that_make_no_sense()
    {
        var space = ParameterSpace.Read(Cross, ["fast=10,30", "slow=20,40"], ["risk=2"]).Value;
        Assert.Equal(4, space.Size);
        Assert.Equal(
            ["fast=10 reward=2 risk=2 slow=20 stop=2", "fast=10 reward=2 risk=2 slow=40 stop=2", null, "fast=30 reward=2 risk=2 slow=40 stop=2"], space.Grid().Select(v => v?.ToString()));
        Assert.Contains("as a value and as a range", ParameterSpace.Read(Cross, ["fast=10,30"], ["fast=2"]).Rejection.Message);
        Assert.Contains("is there twice", ParameterSpace.Read(Cross, ["fast=10,30", "fast=3"], []).Rejection.Message);
    }

    [Fact]
    public void A_draw_is_the_same_for_a_seed_and_never_draws_one_twice()
    {
        var space = ParameterSpace.Read(Cross, ["fast=2:50:1", "slow=3:100:1"], []).Value;
        var first = space.Draw(100, 7).Select(v => v.ToString()).ToArray();
        Assert.Equal(first, space.Draw(100, 7).Select(v => v.ToString()));
        Assert.Equal(100, first.Distinct().Count());
        Assert.NotEqual(first, space.Draw(100, 8).Select(v => v.ToString()));
        Assert.Equal(3, ParameterSpace.Read(Cross, ["fast=2,3,4"], []).Value.Draw(100, 1).Count());
    }

    [Fact]
    public async Task The_simplex_finds_the_top_of_a_hill()
    {
        var (point, score) = await new NelderMead(2, 3).MaximiseAsync(p => Task.FromResult(-Math.Pow(p[0] - 0.3, 2) - (4 * Math.Pow(p[1] - 0.8, 2))), 150);
        Assert.InRange(point[0], 0.28, 0.32);
        Assert.InRange(point[1], 0.78, 0.82);
        Assert.InRange(score, -0.001, 0);

        // A top in a corner is reached, not passed.
        Assert.Equal([1d, 0d], (await new NelderMead(2, 3).MaximiseAsync(p => Task.FromResult(p[0] - p[1]), 200)).Point.Select(v => Math.Round(v, 2)));
    }

    [Fact]
    public async Task Cores_order_and_what_was_known_change_nothing()
    {
        var (trials, from, to) = Stage();
        var space = ParameterSpace.Read(Cross, ["fast=5,10,30", "slow=20,40"], []).Value;
        SweepPlan Plan(int cores) => new(space, SweepMethod.Grid, Objective.Find("return")!, 0, 1, 1, cores);
        var one = await new SweepRun(trials, Plan(1)).RunAsync(from, to, [], null, null, CancellationToken.None);
        var kept = new List<Trial>();
        var two = await new SweepRun(trials, Plan(2)).RunAsync(from, to, one.Trials.Take(2), kept.Add, null, CancellationToken.None);
        Assert.Equal(one.Trials, two.Trials);
        Assert.Equal((5, 1L, 3), (one.Trials.Length, one.Senseless, kept.Count));
        Assert.Equal(one.Trials.OrderByDescending(t => t.Return), one.Trials);

        // One of them by itself comes to the same.
        var alone = await trials.RunAsync(Cross.Read(["fast=10", "slow=40"]).Value, from, to, true, CancellationToken.None);
        Assert.Contains(alone.Value.Trial, one.Trials);
    }

    [Fact]
    public async Task An_interrupted_sweep_keeps_what_it_has()
    {
        var (trials, from, to) = Stage();
        var space = ParameterSpace.Read(Cross, ["fast=5:15:1", "slow=20:30:1"], []).Value;
        using var stop = new CancellationTokenSource();
        var kept = new List<Trial>();
        var result = await new SweepRun(trials, new SweepPlan(space, SweepMethod.Grid, Objective.Find("sharpe")!, 0, 1, 1, 2)).RunAsync(
            from, to, [], trial =>
            {
                kept.Add(trial);
                if (kept.Count == 3)
                {
                    stop.Cancel();
                }
            }, null, stop.Token);
        Assert.False(result.IsWhole);
        Assert.InRange(kept.Count, 3, 10);
        Assert.Equal(kept.Select(t => t.Parameters).Order(), result.Trials.Select(t => t.Parameters).Order());
    }

    [Fact]
    public async Task The_simplex_searches_a_strategy_with_fewer_tries_than_a_grid_and_the_same_each_time()
    {
        var (trials, from, to) = Stage();
        var space = ParameterSpace.Read(Cross, ["fast=4:24:4", "slow=30:90:10"], []).Value;
        var plan = new SweepPlan(space, SweepMethod.NelderMead, Objective.Find("return")!, 16, 5, 1, 2);
        var first = await new SweepRun(trials, plan).RunAsync(from, to, [], null, null, CancellationToken.None);
        var again = await new SweepRun(trials, plan with { Cores = 1 }).RunAsync(from, to, [], null, null, CancellationToken.None);
        Assert.InRange(first.Trials.Length, 4, 16);
        Assert.Equal(first.Trials, again.Trials);
    }

    [Fact]
    public void Trials_with_too_few_trades_or_without_the_figure_rank_last()
    {
        Trial Of(double sharpe, int trades) => new("p", 0, 0, sharpe, 0, 0, 0, 0, 0, 0, trades, 0, 0, string.Empty);
        var objective = Objective.Find("sharpe")!;
        Assert.Equal((2d, double.NegativeInfinity, double.NegativeInfinity), (objective.Score(Of(2, 10), 10), objective.Score(Of(9, 9), 10), objective.Score(Of(double.NaN, 50), 10)));
    }

    internal static (Trials Trials, DateTimeOffset From, DateTimeOffset To) Stage(int days = 8)
    {
        var options = SessionStage.Options(o => o.Demo.Seed = 5);
        SessionStage.Loosen(options);
        var source = SessionComposition.Market(options).Value;
        var settings = BacktestComposition.Settings(options, source, Cross, Cross.Read([]).Value, Interval.M15, "test").Value;
        var from = DateTimeOffset.FromUnixTimeMilliseconds(settings.TradingStartMs);
        var market = KeptMarket.Of(source, from.AddDays(days).ToUnixTimeMilliseconds());
        return (new Trials(market, Cross, v => BacktestComposition.Settings(options, source, Cross, v, Interval.M15, "test"), TimeProvider.System), from, from.AddDays(days));
    }
}
