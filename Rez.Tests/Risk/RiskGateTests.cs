using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk;

/// <summary>The gate as a whole: what it approves keeps every limit, whatever was asked for; exits are never refused.</summary>
public sealed class RiskGateTests
{
    [Fact]
    public void A_sound_entry_is_approved_with_its_stop_and_target_in_one_action()
    {
        var judged = RiskGate.JudgeEntry(Gate.Good, Gate.Input(), "c-1");
        Assert.All(judged.Verdicts, v => Assert.Equal(VerdictKind.Approve, v.Kind));
        Assert.Equal(
            ["leverage", "position-size", "margin", "liquidation", "stop-target", "allowed-assets", "confidence", "market-sanity", "portfolio"], judged.Verdicts.Select(v => v.Layer));
        var entry = judged.Approved!;
        Assert.Equal(OrderGrouping.NormalTpsl, entry.Request.Grouping);
        Assert.Equal((0.00999m, 99_000m, 103_000m), (entry.Entry.Size, entry.Stop.TriggerPrice, entry.Target!.TriggerPrice));
        Assert.Equal((TimeInForce.Ioc, 3, true), (entry.Entry.TimeInForce, entry.Leverage, entry.IsCross));
        Assert.InRange(entry.Entry.LimitPrice, 100_010m, 100_010m * 1.005m);
        Assert.Equal(3, entry.Request.Legs.Select(l => l.Cloid).Distinct().Count());
    }

    [Fact]
    public void Every_layer_speaks_also_after_a_rejection_and_a_second_position_is_none()
    {
        var judged = RiskGate.JudgeEntry(Gate.Good with { Leverage = 0, Stop = null, Confidence = 3 }, Gate.Input(facts: Gate.Facts with { Unfit = "stale" }), "c-1");
        Assert.Null(judged.Approved);
        Assert.Equal(RiskGate.Layers.Length, judged.Verdicts.Length);
        Assert.Equal(["leverage-not-positive", "no-stop", "confidence-low", "data-unfit"], judged.Verdicts.Where(v => v.Kind == VerdictKind.Reject).Select(v => v.Code));
        Assert.Equal("leverage-not-positive", judged.FirstRejection!.Value.Code);
        Assert.Equal("position-open", RiskGate.JudgeEntry(Gate.Good, Gate.Input(Gate.Account(position: 0.1m)), "c-1").FirstRejection!.Value.Code);
    }

    [Fact]
    public void Too_much_is_cut_and_the_cut_is_told()
    {
        var judged = RiskGate.JudgeEntry(Gate.Good with { Leverage = 50, SizeUsd = 1_000_000m }, Gate.Input(), "c-1");
        Assert.Equal(["leverage-clamped", "risk-clamped"], judged.Verdicts.Where(v => v.Kind == VerdictKind.Clamp).Select(v => v.Code));
        Assert.Equal(5, judged.Approved!.Leverage);
    }

    [Fact]
    public void A_short_is_the_mirror()
    {
        var judged = RiskGate.JudgeEntry(Gate.Good with { Direction = Direction.Short, Stop = 101_000m, Target = 97_000m }, Gate.Input(), "c-1");
        Assert.Equal((Side.Sell, Side.Buy), (judged.Approved!.Entry.Side, judged.Approved.Stop.Side));
        Assert.True(judged.Approved.Stop.LimitPrice > 101_000m);
        Assert.InRange(judged.Approved.Entry.LimitPrice, 99_990m * 0.995m, 99_990m);
    }

    [Theory]
    [InlineData(79228162514264337593543950335d, 99_000d)]
    [InlineData(-5d, 99_000d)]
    [InlineData(0d, 99_000d)]
    [InlineData(1_000d, 1e-12)]
    [InlineData(1_000d, 1e27)]
    [InlineData(0.0000001d, 99_000d)]
    public void Numbers_from_nowhere_are_refused_and_break_nothing(double size, double stop)
    {
        var judged = RiskGate.JudgeEntry(Gate.Good with { SizeUsd = size > 7e28 ? decimal.MaxValue : (decimal)size, Stop = (decimal)stop }, Gate.Input(), "c-1");
        Assert.Null(judged.Approved);
        Assert.Equal(RiskGate.Layers.Length, judged.Verdicts.Length);
    }

    [Fact]
    public void Whatever_is_asked_an_approved_entry_keeps_every_limit_and_loses_no_more_than_its_budget_at_its_stop()
    {
        var gen =
            from size in Gen.Choose(-1_000, 2_000_000)
            from leverage in Gen.Choose(-2, 100)
            from stop in Gen.Choose(80_000, 120_000)
            from target in Gen.Choose(60_000, 140_000)
            from buy in Gen.Elements(true, false)
            from exposure in Gen.Choose(0, 120_000)
            from equity in Gen.Choose(-100, 20_000)
            from confidence in Gen.Choose(0, 100)
            from isolated in Gen.Elements(true, false)
            from effective in Gen.Choose(1, 200)
            from risk in Gen.Choose(1, 500)
            from depth in Gen.Choose(0, 500_000)
            select (size, leverage, stop, target, buy, exposure, equity, confidence, isolated, effective, risk, depth);
        Prop.ForAll(gen.ToArbitrary(), x =>
        {
            var limits = new RiskOptions { MaxEffectiveLeverage = x.effective / 10m, RiskPerTrade = x.risk / 1_000m };
            var input = Gate.Input(
                Gate.Account(x.equity, x.exposure, x.exposure / 10m, maintenance: x.exposure / 50m), limits, Gate.Facts with { AskDepthUsd = x.depth, BidDepthUsd = x.depth },
                instrument: Some.Btc with { OnlyIsolated = x.isolated });
            var asked = new EntryRequest("BTC", x.buy ? Direction.Long : Direction.Short, x.size, x.leverage, x.stop, x.target, x.confidence, "");
            if (RiskGate.JudgeEntry(asked, input, "c").Approved is not { } a)
            {
                return true;
            }

            var reference = x.buy ? 100_010m : 99_990m;
            var notional = a.Entry.Size * reference;
            var stop = a.Stop.TriggerPrice!.Value;
            var loss = a.Entry.Size * (Math.Abs(reference - stop) + ((reference + stop) * (limits.SlippageBps + 4.5m) / 10_000m));
            return a.Leverage is >= 1 and <= 5
                && notional <= x.size && x.confidence >= 60
                && notional + x.exposure <= (x.equity * limits.MaxEffectiveLeverage) + 0.001m
                && notional <= x.equity * limits.MaxAssetLeverage
                && loss <= x.equity * limits.RiskPerTrade
                && (notional / a.Leverage) + input.Account.MarginUsed <= x.equity * limits.MaxMarginUse
                && (x.exposure / 50m) + MarginMath.Maintenance(Some.Btc.Tiers, notional) <= x.equity * limits.MaxMaintenanceUse
                && notional <= x.depth * limits.MaxDepthShare
                && notional >= 10m
                && a.Stop.Size == a.Entry.Size && a.Stop.ReduceOnly
                && (x.buy ? stop < reference : stop > reference)
                && PriceRules.IsLegalPrice(Some.Btc, a.Entry.LimitPrice) && PriceRules.IsLegalPrice(Some.Btc, a.Stop.LimitPrice) && PriceRules.IsLegalSize(Some.Btc, a.Entry.Size);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Gate.Cases(20_000)));
    }

    [Fact]
    public void A_sequence_of_entries_never_breaches_a_limit_on_the_whole()
    {
        var wish = from size in Gen.Choose(10, 60_000) from leverage in Gen.Choose(1, 50) from distance in Gen.Choose(30, 1_500) select (size, leverage, distance);
        Prop.ForAll(Gen.ListOf(wish, 12).ToArbitrary(), wishes =>
        {
            var account = Gate.Account();
            var limits = new RiskOptions();
            var n = 0;
            foreach (var (size, leverage, distance) in wishes)
            {
                var instrument = Some.Btc with { Asset = $"A{n++}" };
                var asked = new EntryRequest(instrument.Asset, Direction.Long, size, leverage, 100_000m - (distance * 10), 100_010m + (distance * 30), 80, "");
                var input = Gate.Input(account, limits, instrument: instrument, context: Gate.Context with { Asset = instrument.Asset }) with { AllowedAssets = [instrument.Asset] };
                if (RiskGate.JudgeEntry(asked, input, "c").Approved is not { } a)
                {
                    continue;
                }

                var notional = a.Entry.Size * 100_010m;
                account = account with
                {
                    MarginUsed = account.MarginUsed + (notional / a.Leverage),
                    MaintenanceMargin = account.MaintenanceMargin + MarginMath.Maintenance(instrument.Tiers, notional),
                    Positions = account.Positions.Add(new Position { Asset = instrument.Asset, SignedSize = a.Entry.Size, EntryPrice = 100_010m, MarkPrice = 100_010m, Leverage = a.Leverage, IsCross = true }),
                };
                if (account.Exposure > account.Equity * limits.MaxEffectiveLeverage || account.MarginUsed > account.Equity * limits.MaxMarginUse || account.MaintenanceMargin > account.Equity * limits.MaxMaintenanceUse)
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Gate.Cases(10_000)));
    }

    [Fact]
    public void No_setting_and_no_state_can_refuse_an_exit()
    {
        var gen =
            from size in Gen.Choose(1, 10_000_000)
            from isLong in Gen.Elements(true, false)
            from part in Gen.Choose(1, 150)
            from slippage in Gen.Choose(10, 2_000)
            from delisted in Gen.Elements(true, false)
            select (size, isLong, part, slippage, delisted);
        Prop.ForAll(gen.ToArbitrary(), x =>
        {
            // Limits as tight as they go, equity gone, data stale: nothing of it is even asked for an exit.
            var limits = new RiskOptions
            {
                MaxLeverage = 1, MaxEffectiveLeverage = 0.1m, MaxMarginUse = 0.05m, MinRewardRisk = 20, RiskPerTrade = 0.0001m, MinConfidence = 100, MaxSpreadBps = 0.1m, MaxDepthShare = 0.001m, ExitSlippageBps = x.slippage,
            };
            var position = Gate.Account(position: x.size / 100_000m * (x.isLong ? 1 : -1)).Positions[0];
            var instrument = Some.Btc with { IsDelisted = x.delisted };
            var exit = RiskGate.ApproveExit(position, instrument, Gate.Context, limits, "c", "out", position.Size * x.part / 100m).Request.Legs[0];
            var stop = RiskGate.ApproveProtection(position, instrument, x.isLong ? 90_000m : 110_000m, null, "c", "stop").Request.Legs[0];
            return exit.ReduceOnly && exit.Size > 0 && exit.Size <= position.Size && exit.Side == position.Direction.Closes() && (x.part < 100 || exit.Size == position.Size)
                && stop.ReduceOnly && stop.Size == position.Size && PriceRules.IsLegalPrice(Some.Btc, exit.LimitPrice);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Gate.Cases(10_000)));
    }

    [Fact]
    public void Judging_allocates_nothing_while_all_approve()
    {
        var input = Gate.Input();
        Span<Verdict> verdicts = new Verdict[RiskGate.Layers.Length];
        Judge(input, verdicts);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Judge(input, verdicts);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Judge(GateInput input, Span<Verdict> verdicts)
    {
        var proposal = new Proposal { Direction = Direction.Long, Size = 0.00999m, Leverage = 3, Reference = 100_010m, Stop = 99_000m, Target = 103_000m, Confidence = 70 };
        if (!RiskGate.Judge(ref proposal, input, verdicts))
        {
            throw new InvalidOperationException("The sound proposal was refused.");
        }
    }
}
