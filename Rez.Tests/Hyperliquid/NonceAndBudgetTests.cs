using Rez.Core.Hyperliquid;
using Rez.Core.Simulation;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class NonceAndBudgetTests
{
    [Fact]
    public async Task Nonces_are_unique_and_rising_from_many_threads()
    {
        var source = new NonceSource(new SimulatedClock(At(0)), 0, _ => { });
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 5_000).Select(_ => source.Next()).ToArray())));
        Assert.Equal(40_000, all.SelectMany(x => x).Distinct().Count());
        Assert.All(all, mine => Assert.Equal(mine.Order(), mine));
    }

    [Fact]
    public void A_restart_never_gives_a_nonce_again_also_when_the_clock_went_back()
    {
        var mark = 0L;
        var clock = new SimulatedClock(At(0));
        var first = new NonceSource(clock, mark, m => mark = m);
        var given = Enumerable.Range(0, 100).Select(_ => first.Next()).Max();
        Assert.True(mark > (long)given);

        // An hour earlier on the clock, and only the mark survives.
        var second = new NonceSource(new SimulatedClock(At(-3_600)), mark, m => mark = m);
        Assert.True(second.Next() > given);
        Assert.True(second.Ahead > TimeSpan.FromMinutes(59));
    }

    [Fact]
    public void Nonces_follow_the_clock_and_the_mark_is_kept_before_it_is_passed()
    {
        var clock = new SimulatedClock(At(0));
        var marks = new List<long>();
        var source = new NonceSource(clock, 0, marks.Add);
        Assert.Equal((ulong)Some.Start, source.Next());
        clock.MoveTo(At(30));
        Assert.Equal((ulong)Some.Start + 30_000, source.Next());
        Assert.Single(marks);
        clock.MoveTo(At(61));
        source.Next();
        Assert.Equal(2, marks.Count);
    }

    [Fact]
    public void Reads_leave_room_for_orders_and_orders_for_protection()
    {
        var budget = new WeightBudget();
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(TimeSpan.Zero, budget.Take(20, Urgency.Read, 0));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), budget.Take(20, Urgency.Read, 0));
        Assert.Equal(TimeSpan.Zero, budget.Take(200, Urgency.Order, 0));
        Assert.True(budget.Take(1, Urgency.Order, 0) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, budget.Take(200, Urgency.Protection, 0));
        Assert.Equal(TimeSpan.FromMilliseconds(50), budget.Take(1, Urgency.Protection, 0));
        Assert.Equal(TimeSpan.Zero, budget.Take(1, Urgency.Protection, 50));
    }

    [Fact]
    public void It_refills_to_the_brim_and_no_further_and_a_429_empties_it()
    {
        var budget = new WeightBudget();
        budget.Take(600, Urgency.Read, 0);
        Assert.Equal(900, budget.Left(15_000));
        Assert.Equal(1_200, budget.Left(600_000));
        budget.Drain(600_000);
        Assert.Equal(0, budget.Left(600_000));
        Assert.Equal(0, budget.Left(500_000)); // the clock went back
        Assert.Equal(20, budget.Left(601_000));
        Assert.Throws<ArgumentOutOfRangeException>(() => budget.Take(1_001, Urgency.Read, 0));
    }

    private static DateTimeOffset At(int seconds) => DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + (seconds * 1_000L));
}
