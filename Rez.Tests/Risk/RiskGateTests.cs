using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk;

public sealed class RiskGateTests
{
    private static readonly EntryRequest Good = new("BTC", Direction.Long, 1_000m, 3, 99_000m, 103_000m, 70, "why");

    [Fact]
    public void A_sound_entry_is_approved_with_its_stop_and_target_in_one_action()
    {
        var judged = RiskGate.JudgeEntry(Good, Input(), "c-1");
        Assert.All(judged.Verdicts, v => Assert.Equal(VerdictKind.Approve, v.Kind));
        var entry = judged.Approved!;
        Assert.Equal(OrderGrouping.NormalTpsl, entry.Request.Grouping);
        Assert.Equal((0.00999m, 99_000m, 103_000m), (entry.Entry.Size, entry.Stop.TriggerPrice, entry.Target!.TriggerPrice));
        Assert.Equal(TimeInForce.Ioc, entry.Entry.TimeInForce);
        Assert.True(entry.Entry.LimitPrice <= 100_010m * 1.005m);
        Assert.Equal(3, entry.Request.Legs.Select(l => l.Cloid).Distinct().Count());
    }

    [Theory]
    [InlineData("no-stop")]
    [InlineData("no-target")]
    [InlineData("stop-wrong-side")]
    [InlineData("target-wrong-side")]
    [InlineData("reward-risk-low")]
    [InlineData("asset-not-allowed")]
    [InlineData("asset-delisted")]
    [InlineData("data-unfit")]
    [InlineData("leverage-not-positive")]
    [InlineData("below-min-notional")]
    [InlineData("no-exposure-left")]
    [InlineData("no-margin-left")]
    [InlineData("position-open")]
    public void Each_reason_rejects_and_says_so(string code)
    {
        var (asked, input) = code switch
        {
            "no-stop" => (Good with { Stop = null }, Input()),
            "no-target" => (Good with { Target = null }, Input()),
            "stop-wrong-side" => (Good with { Stop = 100_500m }, Input()),
            "target-wrong-side" => (Good with { Target = 99_500m }, Input()),
            "reward-risk-low" => (Good with { Target = 101_400m }, Input()),
            "asset-not-allowed" => (Good, Input() with { AllowedAssets = ["ETH"] }),
            "asset-delisted" => (Good, Input() with { Instrument = Some.Btc with { IsDelisted = true } }),
            "data-unfit" => (Good, Input() with { Unfit = "stale" }),
            "leverage-not-positive" => (Good with { Leverage = 0 }, Input()),
            "below-min-notional" => (Good with { SizeUsd = 5m }, Input()),
            "no-exposure-left" => (Good, Input(exposure: 40_000m)),
            "no-margin-left" => (Good, Input(marginUsed: 9_000m)),
            _ => (Good, Input(position: 0.1m)),
        };
        var judged = RiskGate.JudgeEntry(asked, input, "c-1");
        Assert.Null(judged.Approved);
        Assert.Contains(judged.Verdicts, v => v.Kind == VerdictKind.Reject && v.Code == code && v.Message.Length > 10);
        Assert.True(code == "position-open" || judged.Verdicts.Length == 8, "every layer speaks, also after a rejection");
    }

    [Fact]
    public void Too_much_is_cut_and_the_cut_is_told()
    {
        var judged = RiskGate.JudgeEntry(Good with { Leverage = 50, SizeUsd = 1_000_000m }, Input(), "c-1");
        var clamps = judged.Verdicts.Where(v => v.Kind == VerdictKind.Clamp).ToArray();
        Assert.Equal(["leverage-clamped", "exposure-clamped"], clamps.Select(v => v.Code));
        Assert.Equal((50m, 5m), (clamps[0].Before, clamps[0].After));
        Assert.True(judged.Approved!.Entry.Size * 100_010m <= 30_000m);
    }

    [Fact]
    public void A_short_is_the_mirror()
    {
        var judged = RiskGate.JudgeEntry(Good with { Direction = Direction.Short, Stop = 101_000m, Target = 97_000m }, Input(), "c-1");
        Assert.Equal((Side.Sell, Side.Buy), (judged.Approved!.Entry.Side, judged.Approved.Stop.Side));
        Assert.True(judged.Approved.Stop.LimitPrice > 101_000m);
    }

    [Fact]
    public void Whatever_is_asked_an_approved_entry_keeps_every_limit_and_has_its_stop()
    {
        var gen =
            from size in Gen.Choose(-1_000, 2_000_000)
            from leverage in Gen.Choose(-2, 100)
            from stop in Gen.Choose(80_000, 120_000)
            from target in Gen.Choose(60_000, 140_000)
            from buy in Gen.Elements(true, false)
            from exposure in Gen.Choose(0, 60_000)
            from equity in Gen.Choose(0, 20_000)
            select (size, leverage, stop, target, buy, exposure, equity);
        Prop.ForAll(gen.ToArbitrary(), x =>
        {
            var input = Input(equity: x.equity, exposure: x.exposure, marginUsed: x.exposure / 10m);
            var asked = new EntryRequest("BTC", x.buy ? Direction.Long : Direction.Short, x.size, x.leverage, x.stop, x.target, 70, "");
            if (RiskGate.JudgeEntry(asked, input, "c").Approved is not { } a)
            {
                return true;
            }

            var reference = x.buy ? 100_010m : 99_990m;
            var notional = a.Entry.Size * reference;
            return a.Leverage is >= 1 and <= 5
                && notional + x.exposure <= x.equity * 3m
                && (notional / a.Leverage) + input.Account.MarginUsed <= x.equity * 0.8m
                && notional >= 10m
                && a.Stop.Size == a.Entry.Size && a.Stop.ReduceOnly
                && (x.buy ? a.Stop.TriggerPrice < reference : a.Stop.TriggerPrice > reference)
                && PriceRules.IsLegalPrice(Some.Btc, a.Entry.LimitPrice) && PriceRules.IsLegalPrice(Some.Btc, a.Stop.LimitPrice) && PriceRules.IsLegalSize(Some.Btc, a.Entry.Size);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));
    }

    [Fact]
    public void No_setting_can_refuse_an_exit()
    {
        var limits = new RiskOptions { MaxLeverage = 1, MaxEffectiveLeverage = 0.1m, MaxMarginUse = 0.05m, MinRewardRisk = 20, ExitSlippageBps = 10 };
        foreach (var size in new[] { 0.5m, -0.5m, 0.00001m, -0.00001m })
        {
            var position = Account(position: size).Positions[0];
            var exit = RiskGate.ApproveExit(position, Some.Btc with { IsDelisted = true }, Context, limits, "c", "out");
            Assert.Equal((position.Size, true, position.Direction.Closes()), (exit.Request.Legs[0].Size, exit.Request.Legs[0].ReduceOnly, exit.Request.Legs[0].Side));
            var stop = RiskGate.ApproveProtection(position, Some.Btc, size > 0 ? 90_000m : 110_000m, null, "c", "stop");
            Assert.All(stop.Request.Legs, l => Assert.True(l.ReduceOnly));
        }
    }

    private static readonly AssetContext Context = new("BTC", DateTimeOffset.FromUnixTimeMilliseconds(Some.Start), 100_000m, 100_000m, 99_990m, 100_010m, 0.0000125m, 0, 0);

    private static GateInput Input(decimal equity = 10_000m, decimal exposure = 0, decimal marginUsed = 0, decimal position = 0) =>
        new(Some.Btc, Context, Account(equity, exposure, marginUsed, position), new RiskOptions(), ["BTC", "ETH"], 4.5m, null);

    private static AccountState Account(decimal equity = 10_000m, decimal exposure = 0, decimal marginUsed = 0, decimal position = 0)
    {
        Position P(string asset, decimal size, decimal mark) => new() { Asset = asset, SignedSize = size, EntryPrice = mark, MarkPrice = mark, Leverage = 5, IsCross = true };
        var positions = exposure > 0 ? new List<Position> { P("ETH", exposure / 3_000m, 3_000m) } : [];
        if (position != 0)
        {
            positions.Insert(0, P("BTC", position, 100_000m));
        }

        return new AccountState(DateTimeOffset.FromUnixTimeMilliseconds(Some.Start), equity, equity, marginUsed, 0, [.. positions]);
    }
}
