using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

public sealed class LiquidationLayerTests
{
    private static readonly LiquidationLayer Layer = new();

    [Theory]
    [InlineData(3, VerdictKind.Approve, "ok")]
    [InlineData(10, VerdictKind.Approve, "liquidation-warning")]
    [InlineData(17, VerdictKind.Reject, "liquidation-near")]
    [InlineData(20, VerdictKind.Reject, "liquidation-near")]
    public void An_isolated_entry_is_as_far_from_liquidation_as_its_leverage_says(int leverage, VerdictKind kind, string code)
    {
        var isolated = Some.Btc with { OnlyIsolated = true };
        foreach (var direction in new[] { Direction.Long, Direction.Short })
        {
            var (verdict, _) = Gate.By(Layer, Gate.Input(instrument: isolated), direction, leverage: leverage);
            Assert.Equal((kind, code), (verdict.Kind, verdict.Code));
        }
    }

    [Fact]
    public void A_cross_entry_has_the_whole_account_behind_it_less_what_others_need()
    {
        Assert.Equal("no-liquidation", Gate.By(Layer, Gate.Input(), leverage: 20).Verdict.Code);
        Assert.Equal(VerdictKind.Approve, Gate.By(Layer, Gate.Input(), size: 1m).Verdict.Kind);
        Assert.Equal("liquidation-near", Gate.By(Layer, Gate.Input(Gate.Account(maintenance: 7_000m)), size: 1m).Verdict.Code);
        Assert.Equal("liquidation-near", Gate.By(Layer, Gate.Input(), size: 2m).Verdict.Code);
    }

    [Fact]
    public void What_other_layers_refuse_is_not_judged()
    {
        Assert.Equal("not-judged", Gate.By(Layer, Gate.Input(), leverage: 0).Verdict.Code);
        Assert.Equal("not-judged", Gate.By(Layer, Gate.Input(), size: 0).Verdict.Code);
    }

    [Fact]
    public void Use_is_the_nearest_of_the_open_positions()
    {
        Position P(decimal mark, decimal? liquidation) => new() { Asset = "X", SignedSize = 1, EntryPrice = mark, MarkPrice = mark, Leverage = 1, IsCross = true, LiquidationPrice = liquidation };
        var account = Gate.Account() with { Positions = [P(100m, 60m), P(100m, 120m), P(100m, null)] };
        var use = Layer.Use(account, new RiskOptions())!;
        Assert.Equal((5m, 20m, 15m, 0.25m, true), (use.Limit, use.Used, use.Left, use.Share, use.IsFloor));
        Assert.Equal(100m, Layer.Use(Gate.Account(), new RiskOptions())!.Used);
    }
}
