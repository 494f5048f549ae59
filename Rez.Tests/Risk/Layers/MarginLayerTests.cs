using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

public sealed class MarginLayerTests
{
    private static readonly MarginLayer Layer = new();

    [Fact]
    public void Initial_margin_cuts_the_size_by_what_the_leverage_binds()
    {
        // 8,000 may be bound, 7,000 are: 1,000 at three times is 3,000 of notional.
        var (verdict, proposal) = Gate.By(Layer, Gate.Input(Gate.Account(marginUsed: 7_000m)), size: 1m, leverage: 3);
        Assert.Equal((VerdictKind.Clamp, "margin-clamped"), (verdict.Kind, verdict.Code));
        Assert.InRange(proposal.Notional, 2_998m, 3_000m);
        Assert.Equal("no-margin-left", Gate.By(Layer, Gate.Input(Gate.Account(marginUsed: 8_000m))).Verdict.Code);
        Assert.Equal(VerdictKind.Approve, Gate.By(Layer, Gate.Input(Gate.Account(marginUsed: 7_000m)), size: 0.0299m).Verdict.Kind);
    }

    [Theory]
    [InlineData(8_800, VerdictKind.Approve, "maintenance-warning")]
    [InlineData(7_900, VerdictKind.Approve, "ok")]
    [InlineData(8_995, VerdictKind.Reject, "maintenance-high")]
    public void Maintenance_is_warned_about_and_refused(double maintenance, VerdictKind kind, string code)
    {
        // 1,000 of notional at 40 times asks for 12.5 of maintenance.
        var (verdict, _) = Gate.By(Layer, Gate.Input(Gate.Account(maintenance: (decimal)maintenance)));
        Assert.Equal((kind, code), (verdict.Kind, verdict.Code));
    }

    [Fact]
    public void Tiers_count()
    {
        var tiered = Some.Btc with { Tiers = [new MarginTier(0, 40), new MarginTier(500m, 2)] };
        Assert.Equal("ok", Gate.By(Layer, Gate.Input(Gate.Account(maintenance: 8_000m - 13m))).Verdict.Code);
        Assert.Equal("maintenance-warning", Gate.By(Layer, Gate.Input(Gate.Account(maintenance: 8_000m - 13m), instrument: tiered)).Verdict.Code);
    }

    [Fact]
    public void What_other_layers_refuse_is_not_judged()
    {
        Assert.Equal("not-judged", Gate.By(Layer, Gate.Input(), leverage: 0).Verdict.Code);
        Assert.Equal("not-judged", Gate.By(Layer, Gate.Input(), size: 0).Verdict.Code);
        Assert.Equal("not-judged", Gate.By(Layer, Gate.Input(Gate.Account(0))).Verdict.Code);
    }

    [Fact]
    public void Use_is_the_margin_that_is_bound() => Assert.Equal((8_000m, 1_500m), Layer.Use(Gate.Account(marginUsed: 1_500m), new RiskOptions()) is { } u ? (u.Limit, u.Used) : default);
}
