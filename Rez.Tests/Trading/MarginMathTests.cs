using System.Text.Json;
using Rez.Core.Market;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Trading;

public sealed class MarginMathTests
{
    [Fact]
    public void Liquidation_prices_agree_with_every_recorded_case()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Shared.Path("hyperliquid", "fixtures", "liquidation_cases.json")));
        var checkedCases = 0;
        foreach (var c in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            decimal D(string name) => decimal.Parse(c.GetProperty(name).GetString()!);
            var size = D("size") * (c.GetProperty("side").GetString() == "long" ? 1 : -1);
            var leverage = c.GetProperty("maxLeverage").GetInt32();
            var price = D("price");
            var own = Math.Abs(size) * price / (2 * leverage);
            var liquidation = MarginMath.LiquidationPrice(
                [new MarginTier(0, leverage)], size, price, D("accountValueOrIsolatedMargin"), D("maintenanceMarginRequired") - own);
            var expected = D("formulaLiquidationPx");
            Assert.NotNull(liquidation);
            Assert.True(Math.Abs(liquidation.Value - expected) / expected < 1e-6m, $"{c.GetProperty("name")}: {liquidation} against {expected}");
            checkedCases++;
        }

        Assert.True(checkedCases >= 30);
    }

    [Fact]
    public void Tiers_add_up_as_the_protocol_says()
    {
        var btc = Some.Btc.Tiers;
        Assert.Equal(3_125_000m, MarginMath.Maintenance(btc, 200_000_000m));
        Assert.Equal(150_000_000m / 80, MarginMath.Maintenance(btc, 150_000_000m));
        Assert.Equal(4_720.8375m, MarginMath.Maintenance([new MarginTier(0, 40)], 377_667.0m));
    }

    [Fact]
    public void A_position_that_can_not_be_liquidated_has_no_price()
    {
        Assert.Null(MarginMath.LiquidationPrice(Some.Btc.Tiers, 0, 100, 100, 0));
        Assert.Null(MarginMath.LiquidationPrice(Some.Btc.Tiers, 1m, 100_000m, 1_000_000m, 0));
    }

    [Fact]
    public void At_the_liquidation_price_the_pool_equals_its_maintenance()
    {
        foreach (var size in new[] { 0.5m, -0.5m, 2_500m, -2_500m })
        {
            var pool = Math.Abs(size) * 100_000m / 10;
            var price = MarginMath.LiquidationPrice(Some.Btc.Tiers, size, 100_000m, pool, 0)!.Value;
            var value = pool + (size * (price - 100_000m));
            Assert.True(Math.Abs(MarginMath.Maintenance(Some.Btc.Tiers, Math.Abs(size) * price) - value) < 0.001m);
        }
    }
}
