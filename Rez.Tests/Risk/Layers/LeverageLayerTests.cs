using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

public sealed class LeverageLayerTests
{
    [Theory]
    [InlineData(1, VerdictKind.Approve, 1)]
    [InlineData(5, VerdictKind.Approve, 5)]
    [InlineData(6, VerdictKind.Clamp, 5)]
    [InlineData(int.MaxValue, VerdictKind.Clamp, 5)]
    [InlineData(0, VerdictKind.Reject, 0)]
    [InlineData(-3, VerdictKind.Reject, -3)]
    public void The_user_s_maximum_cuts(int asked, VerdictKind kind, int left)
    {
        var (verdict, proposal) = Gate.By(new LeverageLayer(), Gate.Input(), leverage: asked);
        Assert.Equal((kind, left), (verdict.Kind, proposal.Leverage));
    }

    [Fact]
    public void The_venue_s_maximum_cuts_where_it_is_lower()
    {
        var limits = new RiskOptions { MaxLeverage = 50 };
        var (verdict, proposal) = Gate.By(new LeverageLayer(), Gate.Input(limits: limits), leverage: 45);
        Assert.Equal((VerdictKind.Clamp, 40, 45m, 40m), (verdict.Kind, proposal.Leverage, verdict.Before, verdict.After));
    }

    [Fact]
    public void Use_is_the_largest_open_leverage() => Assert.Equal((5m, 5m), (new LeverageLayer().Use(Gate.Account(exposure: 1_000), new RiskOptions())!.Used, new LeverageLayer().Use(Gate.Account(), new RiskOptions())!.Limit));
}
