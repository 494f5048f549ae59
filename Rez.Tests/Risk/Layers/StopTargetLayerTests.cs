using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

public sealed class StopTargetLayerTests
{
    private static readonly StopTargetLayer Layer = new();

    [Theory]
    [InlineData(null, 103_000d, "no-stop")]
    [InlineData(0d, 103_000d, "no-stop")]
    [InlineData(-1d, 103_000d, "no-stop")]
    [InlineData(99_000d, null, "no-target")]
    [InlineData(99_000d, 0d, "no-target")]
    [InlineData(99_990d, 103_000d, "stop-wrong-side")]
    [InlineData(101_000d, 103_000d, "stop-wrong-side")]
    [InlineData(99_000d, 100_010d, "target-wrong-side")]
    [InlineData(99_000d, 98_000d, "target-wrong-side")]
    [InlineData(99_970d, 103_000d, "stop-too-near")]
    [InlineData(99_850d, 103_000d, "stop-inside-noise")]
    [InlineData(89_000d, 140_000d, "stop-too-far")]
    [InlineData(99_000d, 101_400d, "reward-risk-low")]
    [InlineData(99_000d, 103_000d, "ok")]
    public void A_long_needs_both_on_their_sides_and_at_sane_distances(double? stop, double? target, string code) => Assert.Equal(code, Code(Direction.Long, stop, target));

    [Theory]
    [InlineData(100_010d, 97_000d, "stop-wrong-side")]
    [InlineData(99_000d, 97_000d, "stop-wrong-side")]
    [InlineData(101_000d, 99_990d, "target-wrong-side")]
    [InlineData(100_030d, 97_000d, "stop-too-near")]
    [InlineData(100_150d, 97_000d, "stop-inside-noise")]
    [InlineData(111_000d, 60_000d, "stop-too-far")]
    [InlineData(101_000d, 98_700d, "reward-risk-low")]
    [InlineData(101_000d, 97_000d, "ok")]
    public void A_short_is_the_mirror(double? stop, double? target, string code) => Assert.Equal(code, Code(Direction.Short, stop, target));

    [Fact]
    public void Reward_for_risk_is_taken_from_the_price_the_entry_would_get_after_fees()
    {
        // Risk 1,010 and fees 90; reward 2,990 less 90.
        var (verdict, _) = Gate.By(Layer, Gate.Input());
        Assert.Equal(decimal.Round((2_990m - 90.009m) / (1_010m + 90.009m), 3), verdict.Used);
    }

    [Fact]
    public void Without_a_warm_range_its_band_is_not_judged()
    {
        Assert.Equal("ok", Gate.By(Layer, Gate.Input(facts: Gate.Facts with { Atr = null }), stop: 99_850m).Verdict.Code);
        Assert.Equal("ok", Gate.By(Layer, Gate.Input(facts: Gate.Facts with { Atr = 0 }), stop: 99_850m).Verdict.Code);
    }

    [Theory]
    [InlineData(3, 80_000, "ok")]
    [InlineData(3, 70_000, "stop-beyond-liquidation")]
    [InlineData(3, 60_000, "stop-beyond-liquidation")]
    public void The_stop_leaves_a_part_of_the_way_to_the_liquidation(int leverage, double stop, string code)
    {
        // Three times isolated is liquidated 32.5 % away, at 67,511: 15 % of that way must be left.
        var input = Gate.Input(instrument: Some.Btc with { OnlyIsolated = true }, limits: new RiskOptions { MaxStopAtr = 1_000 });
        Assert.Equal(code, Gate.By(Layer, input, leverage: leverage, stop: (decimal)stop, target: 190_000m).Verdict.Code);
        Assert.Equal("ok", Gate.By(Layer, input with { Instrument = Some.Btc }, leverage: leverage, stop: (decimal)stop, target: 190_000m).Verdict.Code);
    }

    private static string Code(Direction direction, double? stop, double? target) =>
        Gate.By(Layer, Gate.Input(), direction, stop: stop is { } s ? (decimal)s : null, target: target is { } t ? (decimal)t : null).Verdict.Code;
}
