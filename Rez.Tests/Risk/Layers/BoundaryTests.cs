using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

/// <summary>What lies exactly on a limit: limits are the last allowed value, distances the first refused one.</summary>
public sealed class BoundaryTests
{
    [Fact]
    public void Confidence_of_nothing_is_a_number_like_others() =>
        Assert.Equal("ok", Gate.By(new ConfidenceLayer(), Gate.Input(limits: new RiskOptions { MinConfidence = 0 }), confidence: 0).Verdict.Code);

    [Fact]
    public void Leverage_in_use_is_the_largest()
    {
        Position P(int leverage) => new() { Asset = $"A{leverage}", SignedSize = 1, EntryPrice = 1, MarkPrice = 1, Leverage = leverage, IsCross = true };
        Assert.Equal(4m, new LeverageLayer().Use(Gate.Account() with { Positions = [P(2), P(4), P(3)] }, new RiskOptions())!.Used);
    }

    [Fact]
    public void Spread_oracle_and_depth_may_be_just_at_their_limits()
    {
        var layer = new MarketSanityLayer();
        var limits = new RiskOptions { MaxSpreadBps = Gate.Context.SpreadBps };
        Assert.Equal("ok", Gate.By(layer, Gate.Input(limits: limits)).Verdict.Code);
        Assert.Equal("ok", Gate.By(layer, Gate.Input(context: Gate.Context with { Bid = 100_000m, Ask = 100_000m })).Verdict.Code);
        Assert.Equal("ok", Gate.By(layer, Gate.Input(facts: Gate.Facts with { AskDepthUsd = 2_000.2m })).Verdict.Code);
        var at = Gate.Context with { Oracle = 100_000m, Mark = 102_000m, Bid = 101_990m, Ask = 102_010m };
        Assert.Equal("ok", Gate.By(layer, Gate.Input(context: at)).Verdict.Code);
        Assert.Equal("price-off-oracle", Gate.By(layer, Gate.Input(context: at with { Mark = 102_001m })).Verdict.Code);
    }

    [Theory]
    [InlineData(99_969, 103_000, "stop-too-near")]
    [InlineData(99_840, 103_000, "ok")]
    [InlineData(89_990, 140_000, "ok")]
    public void Stops_at_the_edges_of_their_band(double stop, double target, string code) =>
        Assert.Equal(code, Gate.By(new StopTargetLayer(), Gate.Input(), stop: (decimal)stop, target: (decimal)target).Verdict.Code);

    [Fact]
    public void A_ratio_of_just_what_is_asked_for_is_enough()
    {
        var ratio = Gate.By(new StopTargetLayer(), Gate.Input()).Verdict.Used!.Value;
        Assert.Equal("ok", Gate.By(new StopTargetLayer(), Gate.Input(limits: new RiskOptions { MinRewardRisk = ratio })).Verdict.Code);
        Assert.Equal("reward-risk-low", Gate.By(new StopTargetLayer(), Gate.Input(limits: new RiskOptions { MinRewardRisk = ratio + 0.001m })).Verdict.Code);
    }

    [Theory]
    [InlineData(8_987.49875, "maintenance-warning")]
    [InlineData(7_987.49875, "ok")]
    [InlineData(8_987.49876, "maintenance-high")]
    public void Maintenance_just_at_its_limits(double maintenance, string code) =>
        Assert.Equal(code, Gate.By(new MarginLayer(), Gate.Input(Gate.Account(maintenance: (decimal)maintenance))).Verdict.Code);

    [Fact]
    public void The_smallest_order_itself_is_large_enough() =>
        Assert.Equal(VerdictKind.Approve, Gate.By(new PositionSizeLayer(), Gate.Input(instrument: Some.Btc with { MinNotional = 10.001m }), size: 0.0001m).Verdict.Kind);

    [Fact]
    public void Leverage_of_one_is_judged_like_any()
    {
        var isolated = Gate.Input(instrument: Some.Btc with { OnlyIsolated = true });
        Assert.Equal("ok", Gate.By(new LiquidationLayer(), isolated, Direction.Short, leverage: 1).Verdict.Code);

        // A short at one times is liquidated 97.5 % above: a stop beyond that is refused as such.
        var far = isolated with { Limits = new RiskOptions { MaxStopAtr = 1_000 } };
        Assert.Equal("stop-beyond-liquidation", Gate.By(new StopTargetLayer(), far, Direction.Short, leverage: 1, stop: 199_000m, target: 100m).Verdict.Code);
        Assert.Equal("liquidation-warning", Gate.By(new LiquidationLayer(), isolated with { Limits = new RiskOptions { WarnLiquidationDistance = 0.99m } }, Direction.Short, leverage: 1).Verdict.Code);
    }

    [Fact]
    public void Distance_to_liquidation_just_at_its_limit_is_too_near()
    {
        var isolated = Gate.Input(instrument: Some.Btc with { OnlyIsolated = true });
        var distance = Gate.By(new LiquidationLayer(), isolated, leverage: 10).Verdict.Used!.Value;
        Assert.Equal("liquidation-near", Gate.By(new LiquidationLayer(), isolated with { Limits = new RiskOptions { MinLiquidationDistance = distance } }, leverage: 10).Verdict.Code);
        Assert.Equal("liquidation-warning", Gate.By(new LiquidationLayer(), isolated with { Limits = new RiskOptions { WarnLiquidationDistance = distance } }, leverage: 10).Verdict.Code);
    }
}
