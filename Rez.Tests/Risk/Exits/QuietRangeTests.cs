using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Risk.Exits;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Exits;

/// <summary>Between which prices no exit rule acts: never wrong, and wide where it can be.</summary>
public sealed class QuietRangeTests
{
    private static readonly ExitOptions Trailing = new() { MaxHoldHours = 0 };

    // Entry 100,000; half way to the target of 103,000 is 101,500.
    private static ExitView Long(decimal mark, decimal? best = null, decimal stop = 99_000m) => new()
    {
        Instrument = Some.Btc, Direction = Direction.Long, Entry = 100_000m, Mark = mark, Best = best ?? Math.Max(mark, 100_000m), Held = TimeSpan.FromHours(1), Stop = stop, Target = 103_000m, Atr = 400m,
        Sigma = 0.002m, TakerFeeBps = 4.5m,
    };

    private static ExitView Short(decimal mark, decimal? best = null, decimal stop = 101_000m) =>
        Long(mark) with { Direction = Direction.Short, Best = best ?? Math.Min(mark, 100_000m), Stop = stop, Target = 97_000m };

    [Fact]
    public void Before_half_way_it_ends_there()
    {
        Assert.Equal(new QuietRange(80_000m, 101_500m, false), QuietRange.Of(Long(100_000m), Trailing));
        Assert.Equal(new QuietRange(98_500m, 125_000m, false), QuietRange.Of(Short(100_000m), Trailing));
    }

    [Fact]
    public void Where_nothing_trails_it_is_as_wide_as_any()
    {
        var far = new QuietRange(80_000m, 125_000m, false);
        Assert.Equal(far, QuietRange.Of(Long(100_000m), new ExitOptions { MaxHoldHours = 0, TrailArm = 0 }));
        Assert.Equal(far, QuietRange.Of(Long(100_000m) with { Stop = null }, Trailing));
        Assert.Equal(far, QuietRange.Of(Long(100_000m) with { Target = null }, Trailing));
        Assert.Equal(far, QuietRange.Of(Long(100_000m) with { Target = 100_000m }, Trailing));
    }

    [Fact]
    public void Armed_it_ends_where_the_stop_would_follow()
    {
        // Stop at 100,700, two ranges of 400 behind the best. It moves for more than a thousandth of the mark: at the stop 100.7, less two ticks of 1.
        Assert.Equal(new QuietRange(100_700m, 101_598.7m, true), QuietRange.Of(Long(101_200m, best: 101_500m, stop: 100_700m), Trailing));

        // A short's marks end at its target: a thousandth of 97,000 less two ticks.
        Assert.Equal(new QuietRange(98_405m, 98_800m * 1.25m, true), QuietRange.Of(Short(98_800m, best: 98_500m, stop: 99_300m), Trailing));
    }

    [Fact]
    public void It_is_not_said_where_it_is_not_sure()
    {
        // The stop is to move now; it would, were the price a little farther; it follows by a share of the price.
        Assert.Null(QuietRange.Of(Long(101_500m), Trailing));
        Assert.Null(QuietRange.Of(Long(100_780m, best: 101_500m), Trailing));
        Assert.Null(QuietRange.Of(Long(101_500m, stop: 100_700m), new ExitOptions { MaxHoldHours = 0, TrailAtr = 0, TrailShare = 0.01m }));
        Assert.Null(QuietRange.Of(Long(101_500m, stop: 100_700m) with { Atr = null }, Trailing));
        foreach (var options in new[]
        {
            new ExitOptions { RetraceShare = 0.9m }, new ExitOptions { PartialAt = 0.9m }, new ExitOptions { TakeProfitAtr = 90 }, new ExitOptions { StopLossAtr = 90 }, new ExitOptions { TakeProfitSigma = 90 },
            new ExitOptions { StopLossSigma = 90 },
        })
        {
            Assert.Null(QuietRange.Of(Long(100_000m), options));
        }

        Assert.Null(QuietRange.Of(Long(100_000m) with { FairValue = 90_000m }, Trailing));
        Assert.Null(QuietRange.Of(Long(100_000m) with { Held = TimeSpan.FromHours(24) }, new ExitOptions()));
    }

    [Fact]
    public void Between_its_ends_no_rule_acts_however_the_price_walks()
    {
        var gen =
            from mark in Gen.Choose(98_000, 103_000)
            from best in Gen.Choose(98_000, 103_000)
            from stop in Gen.Choose(97_000, 102_500)
            from atr in Gen.Choose(50, 900)
            from isLong in Gen.Elements(true, false)
            from walk in Gen.ListOf(Gen.Choose(0, 1_000))
            select (mark, best, stop, atr, isLong, walk);
        Prop.ForAll(gen.ToArbitrary(), x =>
        {
            decimal Mirror(decimal v) => x.isLong ? v : 200_000m - v;
            var view = (x.isLong ? Long(x.mark, Math.Max(x.mark, x.best)) : Short(Mirror(x.mark), Math.Min(Mirror(x.mark), Mirror(x.best)))) with { Stop = Mirror(x.stop), Atr = x.atr };
            if (view.Direction.Gain(view.Stop!.Value, view.Mark) <= 0 || QuietRange.Of(view, Trailing) is not { } quiet)
            {
                return true;
            }

            // Stop and target end the position: marks beyond them do not come.
            var low = Math.Max(quiet.Low, x.isLong ? view.Stop.Value : view.Target!.Value);
            var high = Math.Min(quiet.High, x.isLong ? view.Target!.Value : view.Stop.Value);
            foreach (var step in x.walk)
            {
                var mark = Math.Round(low + ((high - low) * step / 1_000m));
                if (mark <= low || mark >= high)
                {
                    continue;
                }

                view = view with { Mark = mark, Best = x.isLong ? Math.Max(view.Best, mark) : Math.Min(view.Best, mark) };
                if (ExitEngine.Judge(view, Trailing) is not null)
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Gate.Cases(20_000)));
    }
}
