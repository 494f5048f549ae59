using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Market;
using Rez.Core.Risk.Exits;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Exits;

/// <summary>How positions end by rule: each rule alone, its order, and that a stop only ever moves towards the price.</summary>
public sealed class ExitEngineTests
{
    private static readonly ExitOptions Off = new() { MaxHoldHours = 0, TrailArm = 0 };

    // A long from 100,000 with its stop at 99,000 and its target at 103,000.
    private static ExitView Long(decimal mark, decimal? best = null, double hours = 1) => new()
    {
        Instrument = Some.Btc, Direction = Direction.Long, Entry = 100_000m, Mark = mark, Best = best ?? Math.Max(mark, 100_000m), Held = TimeSpan.FromHours(hours), Stop = 99_000m, Target = 103_000m, Atr = 400m,
        Sigma = 0.002m, TakerFeeBps = 4.5m,
    };

    private static ExitView Short(decimal mark, decimal? best = null) => Long(mark) with { Direction = Direction.Short, Best = best ?? Math.Min(mark, 100_000m), Stop = 101_000m, Target = 97_000m };

    [Fact]
    public void Time_ends_it()
    {
        Assert.Null(ExitEngine.Judge(Long(100_100m, hours: 23.99), new ExitOptions { TrailArm = 0 }));
        Assert.Equal((ExitAct.Close, ExitCodes.Time), Acted(Long(100_100m, hours: 24), new ExitOptions { TrailArm = 0 }));
        Assert.Null(ExitEngine.Judge(Long(100_100m, hours: 24_000), Off));
    }

    [Theory]
    [InlineData(100_800, ExitCodes.TakeProfit)]
    [InlineData(100_799, null)]
    [InlineData(99_400, ExitCodes.StopLoss)]
    [InlineData(99_401, null)]
    public void Distances_in_average_true_ranges(double mark, string? code) =>
        Assert.Equal(code, ExitEngine.Judge(Long((decimal)mark), new ExitOptions { MaxHoldHours = 0, TrailArm = 0, TakeProfitAtr = 2m, StopLossAtr = 1.5m })?.Code);

    [Theory]
    [InlineData(100_300, ExitCodes.TakeProfit)]
    [InlineData(100_299, null)]
    [InlineData(99_800, ExitCodes.StopLoss)]
    [InlineData(99_801, null)]
    public void Distances_in_standard_deviations(double mark, string? code) =>
        Assert.Equal(code, ExitEngine.Judge(Long((decimal)mark), new ExitOptions { MaxHoldHours = 0, TrailArm = 0, TakeProfitSigma = 1.5m, StopLossSigma = 1m })?.Code);

    [Fact]
    public void Measures_that_are_not_known_end_nothing()
    {
        var options = new ExitOptions { MaxHoldHours = 0, TrailArm = 0, TakeProfitSigma = 1, StopLossSigma = 1, TakeProfitAtr = 1, StopLossAtr = 1 };
        Assert.Null(ExitEngine.Judge(Long(50_000m) with { Atr = null, Sigma = null }, options));
        Assert.Null(ExitEngine.Judge(Long(50_000m) with { Atr = 0, Sigma = 0 }, options));
    }

    [Theory]
    [InlineData(101_000, 100_600, ExitCodes.Trail)]
    [InlineData(101_000, 100_601, null)]
    [InlineData(100_900, 100_100, null)]
    public void Giving_back_a_share_of_the_best_profit_ends_it_once_that_was_enough(double best, double mark, string? code) =>
        Assert.Equal(code, ExitEngine.Judge(Long((decimal)mark, (decimal)best), new ExitOptions { MaxHoldHours = 0, TrailArm = 0, RetraceShare = 0.4m, RetraceArm = 0.01m })?.Code);

    [Theory]
    [InlineData(101_950, 102_000, ExitCodes.Fair)]
    [InlineData(101_940, 102_000, null)]
    [InlineData(102_500, 102_000, ExitCodes.Fair)]
    [InlineData(99_500, 99_400, null)]
    [InlineData(100_500, 99_000, null)]
    public void Back_at_fair_value_in_profit_ends_it(double mark, double fair, string? code) =>
        Assert.Equal(code, ExitEngine.Judge(Long((decimal)mark) with { FairValue = (decimal)fair }, Off)?.Code);

    [Fact]
    public void A_part_is_taken_once_on_the_way()
    {
        var options = new ExitOptions { MaxHoldHours = 0, TrailArm = 0, PartialAt = 0.5m, PartialShare = 0.4m };
        Assert.Null(ExitEngine.Judge(Long(101_499m), options));
        var call = ExitEngine.Judge(Long(101_500m), options)!.Value;
        Assert.Equal((ExitAct.Reduce, 0.4m, ExitCodes.TakeProfit), (call.Act, call.Share, call.Code));
        Assert.Null(ExitEngine.Judge(Long(101_500m) with { IsPartTaken = true }, options));
        Assert.Null(ExitEngine.Judge(Long(101_500m) with { Target = null }, options));
        Assert.Equal(ExitAct.Reduce, Acted(Short(98_500m), options)?.Item1);
    }

    [Fact]
    public void Half_way_to_the_target_the_stop_moves_to_break_even_with_fees_and_then_follows()
    {
        var options = new ExitOptions { MaxHoldHours = 0 };
        Assert.Null(ExitEngine.Judge(Long(101_499m), options));
        var first = ExitEngine.Judge(Long(101_500m), new ExitOptions { MaxHoldHours = 0, TrailAtr = 0 })!.Value;
        Assert.Equal((ExitAct.MoveStop, ExitCodes.Trail, 100_090m), (first.Act, first.Code, first.Level));

        // Two ranges of 400 below the best.
        Assert.Equal(100_700m, ExitEngine.Judge(Long(101_500m), options)!.Value.Level);
        Assert.Equal(101_200m, ExitEngine.Judge(Long(101_800m, best: 102_000m), options)!.Value.Level);
        Assert.Equal(99_300m, ExitEngine.Judge(Short(98_500m), options)!.Value.Level);

        // By a share of the price where no range is known.
        Assert.Equal(100_485m, ExitEngine.Judge(Long(101_500m) with { Atr = null }, new ExitOptions { MaxHoldHours = 0, TrailShare = 0.01m })!.Value.Level);
    }

    [Fact]
    public void The_stop_is_not_moved_for_a_trifle_nor_to_where_the_price_is()
    {
        var options = new ExitOptions { MaxHoldHours = 0 };
        Assert.Null(ExitEngine.Judge(Long(101_500m) with { Stop = 100_650m }, options));
        Assert.Null(ExitEngine.Judge(Long(100_780m, best: 101_500m), options));
        Assert.Null(ExitEngine.Judge(Long(101_500m) with { Stop = null }, options));
        Assert.Null(ExitEngine.Judge(Long(101_500m) with { Target = null }, options));
    }

    [Fact]
    public void Rules_wait_for_the_shortest_holding_time_but_time_and_trailing_do_not()
    {
        var options = new ExitOptions { MaxHoldHours = 0, MinHoldMinutes = 90, TakeProfitAtr = 1 };
        Assert.Equal(ExitAct.MoveStop, Acted(Long(102_000m), options)?.Item1);
        Assert.Equal(ExitAct.Close, Acted(Long(102_000m, hours: 1.5), options)?.Item1);
    }

    [Fact]
    public void Whatever_the_price_does_a_stop_only_moves_towards_it_and_never_beyond()
    {
        var gen =
            from mark in Gen.Choose(95_000, 106_000)
            from best in Gen.Choose(95_000, 106_000)
            from stop in Gen.Choose(96_000, 102_900)
            from atr in Gen.Choose(0, 2_000)
            from isLong in Gen.Elements(true, false)
            select (mark, best, stop, atr, isLong);
        Prop.ForAll(gen.ToArbitrary(), x =>
        {
            decimal Mirror(decimal v) => x.isLong ? v : 200_000m - v;
            var view = (x.isLong ? Long(x.mark, Math.Max(x.mark, x.best)) : Short(Mirror(x.mark), Math.Min(Mirror(x.mark), Mirror(x.best)))) with { Stop = Mirror(x.stop), Atr = x.atr };
            if (ExitEngine.Judge(view, new ExitOptions { MaxHoldHours = 0 }) is not { Act: ExitAct.MoveStop } call)
            {
                return true;
            }

            var sign = view.Direction.Sign();
            return (call.Level - view.Stop!.Value) * sign > 0 && (view.Mark - call.Level) * sign > 0 && (call.Level - ExitEngine.BreakEven(view)) * sign >= -1 && PriceRules.IsLegalPrice(Some.Btc, call.Level);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Gate.Cases(20_000)));
    }

    private static (ExitAct, string)? Acted(ExitView view, ExitOptions options) => ExitEngine.Judge(view, options) is { } call ? (call.Act, call.Code) : null;
}
