using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk;

/// <summary>The very orders that the gate makes: sides, sizes, limits and triggers to the last tick, on a grid of 0.1 (ETH near 3,333).</summary>
public sealed class ApprovedLegsTests
{
    private static readonly AssetContext Prices = new("ETH", DateTimeOffset.FromUnixTimeMilliseconds(Some.Start), 3_333.3m, 3_333.3m, 3_333.2m, 3_333.4m, 0, 0, 0);

    private static GateInput Input(RiskOptions? limits = null) =>
        Gate.Input(context: Prices, instrument: Some.Eth, limits: limits ?? new RiskOptions { EntrySlippageBps = 7m }, facts: Gate.Facts with { Atr = 20m });

    private static EntryRequest Wish(Direction direction, decimal? stop, decimal? target, decimal usd = 1_000m) => new("ETH", direction, usd, 3, stop, target, 70, "why");

    private static Position Held(decimal size) => new() { Asset = "ETH", SignedSize = size, EntryPrice = 3_300m, MarkPrice = 3_333.3m, Leverage = 3, IsCross = true };

    [Fact]
    public void A_long_buys_at_most_so_far_above_the_ask_and_its_stop_and_target_sell()
    {
        // 1,000 USD at the ask of 3,333.4 are 0.29999 ETH, down to 0.2999; 7 bps above it is 3,335.73, down to 3,335.7.
        var entry = RiskGate.JudgeEntry(Wish(Direction.Long, 3_290.01m, 3_420.04m), Input(), "c-1").Approved!;
        Assert.Equal((Side.Buy, 0.2999m, 3_335.7m, false), (entry.Entry.Side, entry.Entry.Size, entry.Entry.LimitPrice, entry.Entry.ReduceOnly));

        // The stop rounds towards the entry; a fired trigger may sell 10 % lower, rounded down.
        Assert.Equal((Side.Sell, 0.2999m, 3_290.1m, 2_961m, TriggerKind.StopLoss, true), Of(entry.Stop));
        Assert.Equal((Side.Sell, 0.2999m, 3_420m, 3_078m, TriggerKind.TakeProfit, true), Of(entry.Target!));
    }

    [Fact]
    public void A_short_sells_at_least_so_far_below_the_bid_and_its_stop_and_target_buy()
    {
        // 7 bps below the bid of 3,333.2 is 3,330.87, up to 3,330.9; 10 % above 3,370.4 is 3,707.44, up to 3,707.5.
        var entry = RiskGate.JudgeEntry(Wish(Direction.Short, 3_370.47m, 3_240.06m), Input(), "c-1").Approved!;
        Assert.Equal((Side.Sell, 0.3m, 3_330.9m), (entry.Entry.Side, entry.Entry.Size, entry.Entry.LimitPrice));
        Assert.Equal((Side.Buy, 0.3m, 3_370.4m, 3_707.5m, TriggerKind.StopLoss, true), Of(entry.Stop));
        Assert.Equal((Side.Buy, 0.3m, 3_240.1m, 3_564.2m, TriggerKind.TakeProfit, true), Of(entry.Target!));
    }

    [Fact]
    public void A_limit_never_lies_on_the_wrong_side_of_the_best_price()
    {
        // A hundredth of a basis point is less than a tick: rounding alone would put the limit behind the ask.
        var limits = new RiskOptions { EntrySlippageBps = 0.01m };
        var wide = Prices with { Ask = 3_333.44m, Bid = 3_333.16m };
        Assert.Equal(3_333.44m, RiskGate.JudgeEntry(Wish(Direction.Long, 3_290m, 3_420m), Input(limits) with { Context = wide }, "c-1").Approved!.Entry.LimitPrice);
        Assert.Equal(3_333.16m, RiskGate.JudgeEntry(Wish(Direction.Short, 3_370m, 3_240m), Input(limits) with { Context = wide }, "c-1").Approved!.Entry.LimitPrice);
    }

    [Fact]
    public void Closing_takes_what_is_there_within_its_slippage()
    {
        var limits = new RiskOptions { ExitSlippageBps = 333m };
        var sell = RiskGate.ApproveExit(Held(0.5m), Some.Eth, Prices, limits, "c-1", "why").Request.Legs[0];

        // 3.33 % below the bid of 3,333.2 is 3,222.204, down; above the ask of 3,333.4 it is 3,444.402, up.
        Assert.Equal((Side.Sell, 0.5m, 3_222.2m, true, TimeInForce.Ioc), (sell.Side, sell.Size, sell.LimitPrice, sell.ReduceOnly, sell.TimeInForce));
        var buy = RiskGate.ApproveExit(Held(-0.5m), Some.Eth, Prices, limits, "c-1", "why").Request.Legs[0];
        Assert.Equal((Side.Buy, 0.5m, 3_444.5m), (buy.Side, buy.Size, buy.LimitPrice));
    }

    [Theory]
    [InlineData(0.2, 0.2)]
    [InlineData(0.20001, 0.2001)]
    [InlineData(7, 0.5)]
    public void A_part_is_rounded_up_and_never_more_than_there_is(double asked, double sent) =>
        Assert.Equal((decimal)sent, RiskGate.ApproveExit(Held(0.5m), Some.Eth, Prices, new RiskOptions(), "c-1", "why", (decimal)asked).Request.Legs[0].Size);

    [Fact]
    public void Protection_is_a_stop_of_the_whole_and_a_target_where_one_is_asked_for()
    {
        var both = RiskGate.ApproveProtection(Held(-0.5m), Some.Eth, 3_400m, 3_000m, "c-1", "why").Request;
        Assert.Equal(OrderGrouping.PositionTpsl, both.Grouping);
        Assert.Equal((Side.Buy, 0.5m, 3_400m, 3_740m, TriggerKind.StopLoss, true), Of(both.Legs[0]));
        Assert.Equal((Side.Buy, 0.5m, 3_000m, 3_300m, TriggerKind.TakeProfit, true), Of(both.Legs[1]));
        Assert.Single(RiskGate.ApproveProtection(Held(0.5m), Some.Eth, 3_200m, null, "c-1", "why").Request.Legs);
    }

    [Theory]
    [InlineData(0, "size")]
    [InlineData(-3, "size")]
    [InlineData(1e12, "size")]
    public void A_size_that_is_none_is_nothing(double usd, string _)
    {
        var judged = RiskGate.JudgeEntry(Wish(Direction.Long, 3_290m, 3_420m, (decimal)usd), Input(), "c-1");
        Assert.Null(judged.Approved);
        Assert.Contains(judged.Verdicts, v => v is { Layer: "position-size", Kind: VerdictKind.Reject });
    }

    [Theory]
    [InlineData(0, "no-stop")]
    [InlineData(-1, "no-stop")]
    [InlineData(1e12, "stop-wrong-side")]
    [InlineData(2e12, "stop-wrong-side")]
    public void A_stop_that_is_no_price_is_left_as_it_is_and_refused(double stop, string code) =>
        Assert.Equal(code, RiskGate.JudgeEntry(Wish(Direction.Long, (decimal)stop, 3_420m), Input(), "c-1").FirstRejection!.Value.Code);

    [Fact]
    public void Limits_and_their_use_are_told()
    {
        var uses = RiskGate.Uses(Gate.Account(equity: 10_000m), new RiskOptions { RiskPerTrade = 0.02m, MinRewardRisk = 1.5m, MinConfidence = 60 });
        Assert.Contains(uses, u => u is { Name: "loss at a stop", Limit: 200m, Used: 0, IsFloor: false });
        Assert.Contains(uses, u => u is { Name: "least reward for risk after fees", Limit: 1.5m, IsFloor: true });
        Assert.Contains(uses, u => u is { Name: "least confidence to open", Limit: 60m, Used: 100m, IsFloor: true });
        Assert.Contains(RiskGate.Uses(Gate.Account(equity: -5m), new RiskOptions()), u => u is { Name: "loss at a stop", Limit: 0 });
    }

    [Theory]
    [InlineData(0.1, "long")]
    [InlineData(-0.1, "short")]
    public void What_is_held_already_is_named(double size, string word) =>
        Assert.Contains($"an open {word} of 0.1", RiskGate.JudgeEntry(Gate.Good, Gate.Input(Gate.Account(position: (decimal)size)), "c-1").FirstRejection!.Value.Message);

    private static (Side, decimal, decimal?, decimal, TriggerKind?, bool) Of(OrderLeg leg) => (leg.Side, leg.Size, leg.TriggerPrice, leg.LimitPrice, leg.Trigger, leg.ReduceOnly);
}
