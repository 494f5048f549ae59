using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

public sealed class PositionSizeLayerTests
{
    private static readonly PositionSizeLayer Layer = new();

    [Fact]
    public void What_fits_stays_as_it_is()
    {
        var (verdict, proposal) = Gate.By(Layer, Gate.Input());
        Assert.Equal((VerdictKind.Approve, "ok", 0.01m), (verdict.Kind, verdict.Code, proposal.Size));
        Assert.Equal(1_000.1m, verdict.Used);
    }

    [Theory]
    [InlineData("exposure", 80_000, 20_000)]
    [InlineData("asset-exposure", 0, 50_000)]
    [InlineData("gross-exposure", 5_000, 2_000)]
    public void The_tightest_room_cuts(string bound, double exposure, double room)
    {
        var limits = new RiskOptions { RiskPerTrade = 0.5m, MaxExposureUsd = bound == "gross-exposure" ? 7_000 : 0 };
        var (verdict, proposal) = Gate.By(Layer, Gate.Input(Gate.Account(exposure: (decimal)exposure), limits), size: 3m);
        Assert.Equal((VerdictKind.Clamp, bound + "-clamped"), (verdict.Kind, verdict.Code));
        Assert.InRange(proposal.Notional, (decimal)room - 2m, (decimal)room);
        Assert.Equal(3m, verdict.Before);
        Assert.Equal(proposal.Size, verdict.After);
    }

    [Theory]
    [InlineData(Direction.Long, 99_000)]
    [InlineData(Direction.Short, 101_000)]
    public void The_loss_at_the_stop_with_fees_and_slippage_keeps_to_the_budget(Direction direction, double stop)
    {
        var limits = new RiskOptions();
        var (verdict, proposal) = Gate.By(Layer, Gate.Input(limits: limits), direction, size: 3m, stop: (decimal)stop);
        Assert.Equal("risk-clamped", verdict.Code);
        var reference = direction == Direction.Long ? 100_010m : 99_990m;
        var loss = proposal.Size * (Math.Abs(reference - (decimal)stop) + ((reference + (decimal)stop) * (5m + 4.5m) / 10_000m));
        Assert.InRange(loss, 199m, 200m);
    }

    [Fact]
    public void Without_a_stop_on_its_side_the_risk_is_not_guessed()
    {
        foreach (var stop in new decimal?[] { null, 0m, -5m, 100_010m, 120_000m })
        {
            Assert.Equal(VerdictKind.Approve, Gate.By(Layer, Gate.Input(), stop: stop).Verdict.Kind);
        }
    }

    [Theory]
    [InlineData(0, 0.01, "no-equity")]
    [InlineData(-50, 0.01, "no-equity")]
    [InlineData(10_000, 0, "size-not-positive")]
    [InlineData(10_000, -1, "size-not-positive")]
    [InlineData(10_000, 0.00009, "below-min-notional")]
    public void Nonsense_is_refused(double equity, double size, string code) =>
        Assert.Equal((VerdictKind.Reject, code), Gate.By(Layer, Gate.Input(Gate.Account((decimal)equity)), size: (decimal)size).Verdict is var v ? (v.Kind, v.Code) : default);

    [Fact]
    public void Nothing_is_raised_to_the_smallest_order_and_nothing_left_is_said_so()
    {
        Assert.Equal("no-exposure-left", Gate.By(Layer, Gate.Input(Gate.Account(exposure: 100_000m))).Verdict.Code);
        var (verdict, proposal) = Gate.By(Layer, Gate.Input(Gate.Account(exposure: 99_992m)));
        Assert.Equal("below-min-notional", verdict.Code);
        Assert.True(proposal.Notional < 10m);
        Assert.Equal(VerdictKind.Approve, Gate.By(Layer, Gate.Input(), size: 0.0001m).Verdict.Kind);
    }

    [Fact]
    public void What_the_asset_holds_already_counts()
    {
        var (verdict, proposal) = Gate.By(Layer, Gate.Input(Gate.Account(position: 0.4m), new RiskOptions { RiskPerTrade = 0.5m }), size: 1m);
        Assert.Equal("asset-exposure-clamped", verdict.Code);
        Assert.InRange(proposal.Notional, 9_990m, 10_000m);
    }

    [Fact]
    public void Use_is_all_notional()
    {
        var use = Layer.Use(Gate.Account(exposure: 25_000m), new RiskOptions())!;
        Assert.Equal((100_000m, 25_000m, 75_000m, 0.25m), (use.Limit, decimal.Round(use.Used, 6), decimal.Round(use.Left, 6), decimal.Round(use.Share, 6)));
        Assert.Equal(0, Layer.Use(Gate.Account(-5m), new RiskOptions())!.Limit);
    }
}
