using Rez.Core.Backtest.Sweep;
using Rez.Core.Backtest.Walk;
using Rez.Tests.Backtest.Sweep;

namespace Rez.Tests.Backtest.Walk;

/// <summary>Windows that never overlap where they must not, choices made on training alone, tests laid end to end.</summary>
public sealed class WalkForwardTests
{
    private static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tests_follow_each_other_and_training_ends_where_its_test_begins(bool isAnchored)
    {
        var windows = WalkWindow.All(Start, Start.AddDays(100), TimeSpan.FromDays(30), TimeSpan.FromDays(20), isAnchored).Value;
        Assert.Equal(4, windows.Length);
        Assert.Equal(windows.Skip(1).Select(w => w.TrainTo), windows.SkipLast(1).Select(w => w.TestTo));
        Assert.All(windows, w => Assert.Equal(isAnchored ? Start : w.TrainTo.AddDays(-30), w.TrainFrom));
        Assert.Equal(Start.AddDays(100), windows[^1].TestTo);
    }

    [Fact]
    public void A_rest_too_short_to_say_anything_is_left_out_and_no_room_is_said()
    {
        Assert.Equal(Start.AddDays(50), WalkWindow.All(Start, Start.AddDays(55), TimeSpan.FromDays(30), TimeSpan.FromDays(20), false).Value.Single().TestTo);
        Assert.Contains("no room", WalkWindow.All(Start, Start.AddDays(30), TimeSpan.FromDays(30), TimeSpan.FromDays(20), false).Rejection.Message);
        Assert.Contains("longer than nothing", WalkWindow.All(Start, Start.AddDays(30), TimeSpan.Zero, TimeSpan.FromDays(20), false).Rejection.Message);
    }

    [Fact]
    public async Task Choices_come_from_training_alone_and_equity_is_stitched()
    {
        var (trials, from, to) = SweepTests.Stage(12);
        var plan = new SweepPlan(ParameterSpace.Read(trials.Strategy, ["fast=5,15", "slow=30,60"], []).Value, SweepMethod.Grid, Objective.Find("return")!, 0, 1, 1, 2);
        var windows = WalkWindow.All(from, to, TimeSpan.FromDays(4), TimeSpan.FromDays(4), false).Value;
        var walk = await new WalkForward(trials, plan).RunAsync(windows, null, CancellationToken.None);
        Assert.Equal((2, true), (walk.Steps.Length, walk.IsWhole));
        foreach (var step in walk.Steps)
        {
            // Training again on data that ends with it gives the same choice: nothing later was read.
            var cut = trials with { Market = trials.Market.Until(step.Window.TrainTo.ToUnixTimeMilliseconds()) };
            var again = await new SweepRun(cut, plan).RunAsync(step.Window.TrainFrom, step.Window.TrainTo, [], null, null, CancellationToken.None);
            Assert.Equal(step.Train, again.Trials[0]);
            Assert.Equal(step.Train.Parameters, step.Test.Parameters);
        }

        Assert.Equal(walk.Steps.Sum(s => s.Test.Trades), walk.Trades.Length);
        Assert.Equal(Enumerable.Range(1, walk.Trades.Length).Select(n => (long)n), walk.Trades.Select(t => t.Number));
        Assert.True(walk.Equity.Zip(walk.Equity.Skip(1), (a, b) => a.AtMs < b.AtMs).All(x => x));
        Assert.Equal(walk.Steps.Aggregate(1d, (e, s) => e * (1 + s.Test.Return)), (double)(walk.Equity[^1].Equity / walk.Equity[0].Equity), 6);
    }
}
