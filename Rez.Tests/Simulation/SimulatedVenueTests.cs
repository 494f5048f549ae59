using Rez.Core.Simulation;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Simulation;

public sealed class SimulatedVenueTests
{
    [Fact]
    public void An_ioc_fills_at_the_best_price_and_pays_the_taker_fee()
    {
        var stage = new VenueStage();
        var result = stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 100_500m)));
        Assert.Equal(new LegResult(LegState.Filled, 1, 0.1m, 100_000m), Assert.Single(result.Legs));
        Assert.Equal(4.5m, Assert.Single(stage.Venue.Fills).Fee);
        Assert.Equal(9_995.5m, stage.Venue.Account().Equity);
        Assert.Equal(0.1m, stage.Position!.SignedSize);
    }

    [Fact]
    public void Slippage_is_half_the_impact_and_a_short_book_fills_a_part()
    {
        var stage = new VenueStage(Some.Costs(depth: 1_000m));
        var whole = stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 102_000m)));
        Assert.Equal(100_050m, whole.Legs[0].AveragePrice); // 10,000 USD move the price 10 bps; half of that is paid
        var part = stage.Venue.Place(Some.Order(Some.Leg(Side.Sell, 0.2m, 99_900m, "b")));
        Assert.Equal((LegState.Filled, 0.1m), (part.Legs[0].State, part.Legs[0].FilledSize));
        Assert.Equal("canceled", stage.Venue.Status(Some.Id("b")).Status);
    }

    [Fact]
    public void The_same_order_always_slips_the_same()
    {
        var options = Some.Costs();
        options.SlippageNoiseBps = 5;
        decimal Price(ulong seed) => new VenueStage(options, seed).Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.01m, 101_000m))).Legs[0].AveragePrice;
        Assert.Equal(Price(1), Price(1));
        Assert.NotEqual(Price(1), Price(2));
    }

    [Theory]
    [InlineData("0.1", "100500.5", null, OrderChecksText.Tick)]
    [InlineData("0.000001", "100000", null, OrderChecksText.Size)]
    [InlineData("0", "100000", null, OrderChecksText.Zero)]
    [InlineData("0.00009", "100000", null, OrderChecksText.Notional)]
    [InlineData("1000", "100000", null, OrderChecksText.Margin)]
    [InlineData("0.1", "99000", null, OrderChecksText.NoMatch)]
    public void Refusals_use_the_venues_words(string size, string price, string? trigger, string text)
    {
        var leg = Some.Leg(Side.Buy, decimal.Parse(size), decimal.Parse(price), trigger: trigger is null ? null : decimal.Parse(trigger));
        var result = new VenueStage().Venue.Place(Some.Order(leg));
        Assert.Equal((SendState.Confirmed, LegState.Error, text), (result.State, result.Legs[0].State, result.Legs[0].Error));
    }

    [Fact]
    public void Reduce_only_never_opens_and_never_flips()
    {
        var stage = new VenueStage();
        var none = stage.Venue.Place(Some.Order(Some.Leg(Side.Sell, 0.1m, 99_000m, "x", reduceOnly: true)));
        Assert.Equal("Reduce only order would increase position.", none.Legs[0].Error);
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m, "y")));
        stage.Venue.Place(Some.Order(Some.Leg(Side.Sell, 0.5m, 99_000m, "z", reduceOnly: true)));
        Assert.Null(stage.Position);
    }

    [Fact]
    public void A_post_only_order_that_would_cross_is_refused()
    {
        var stage = new VenueStage();
        var crossing = stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 100_000m, "x", TimeInForce.Alo)));
        Assert.StartsWith("Post only order would have immediately matched", crossing.Legs[0].Error);
        Assert.Equal(LegState.Resting, stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 99_990m, "y", TimeInForce.Alo))).Legs[0].State);
    }

    [Fact]
    public void A_resting_order_fills_as_maker_at_its_own_price()
    {
        var stage = new VenueStage();
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 99_500m, tif: TimeInForce.Gtc)));
        stage.Bar(100_000, low: 99_600);
        Assert.Empty(stage.Venue.Fills);
        stage.Bar(100_000, low: 99_400);
        var fill = Assert.Single(stage.Venue.Fills);
        Assert.Equal((99_500m, false, 1.4925m), (fill.Price, fill.IsTaker, fill.Fee));
        Assert.Empty(stage.Venue.OpenOrders());
    }

    [Fact]
    public void A_bracket_is_protected_in_the_moment_it_fills_and_the_stop_cancels_the_target()
    {
        var stage = new VenueStage();
        var result = stage.Venue.Place(Some.Bracket(Side.Buy, 0.1m, 100_500m, 99_000m, 102_000m));
        Assert.Equal([LegState.Filled, LegState.WaitingForTrigger, LegState.WaitingForTrigger], result.Legs.Select(l => l.State));
        Assert.All(stage.Venue.OpenOrders(), o => Assert.False(o.WaitsForParent));
        stage.Bar(100_000, low: 98_000, close: 98_500);
        var stop = stage.Venue.Fills[^1];
        Assert.Equal((99_000m, TriggerKind.StopLoss, -100m), (stop.Price, stop.Trigger, stop.ClosedPnl)); // at its own price inside the bar
        Assert.Empty(stage.Venue.OpenOrders());
        Assert.Equal("siblingFilledCanceled", stage.Venue.Status(Some.Id("btarget")).Status);
    }

    [Fact]
    public void A_gap_fills_the_stop_at_the_gap_and_a_short_is_the_mirror()
    {
        var stage = new VenueStage();
        stage.Venue.Place(Some.Bracket(Side.Sell, 0.1m, 99_500m, 101_000m, 98_000m));
        stage.Bar(103_000);
        Assert.Equal((103_000m, TriggerKind.StopLoss), (stage.Venue.Fills[^1].Price, stage.Venue.Fills[^1].Trigger));
        Assert.Null(stage.Position);
    }

    [Fact]
    public void A_resting_parents_children_sleep_until_it_fills_and_go_when_it_is_cancelled()
    {
        var stage = new VenueStage();
        var placed = stage.Venue.Place(Some.Bracket(Side.Buy, 0.1m, 99_500m, 99_000m, 102_000m, TimeInForce.Gtc));
        Assert.Equal([LegState.Resting, LegState.WaitingForFill, LegState.WaitingForFill], placed.Legs.Select(l => l.State));
        stage.Venue.Cancel("BTC", placed.Legs[0].Oid!.Value);
        Assert.Empty(stage.Venue.OpenOrders());

        stage.Venue.Place(Some.Bracket(Side.Buy, 0.1m, 99_500m, 99_000m, 102_000m, TimeInForce.Gtc, "c"));
        stage.Bar(100_000, low: 99_300);
        Assert.Equal(2, stage.Venue.OpenOrders().Count(o => !o.WaitsForParent));
        stage.Bar(100_000, high: 103_000);
        Assert.Equal(TriggerKind.TakeProfit, stage.Venue.Fills[^1].Trigger);
        Assert.Null(stage.Position);
    }

    [Fact]
    public void The_children_of_a_parent_cut_short_are_refused_so_the_rest_is_naked()
    {
        var stage = new VenueStage(Some.Costs(balance: 100_000m, depth: 1_000m));
        var result = stage.Venue.Place(Some.Bracket(Side.Buy, 1m, 100_100m, 99_000m, 103_000m));
        Assert.Equal(LegState.Filled, result.Legs[0].State);
        Assert.True(result.Legs[0].FilledSize < 1m);
        Assert.All(result.Legs.Skip(1), l => Assert.Equal(LegState.Error, l.State));
        Assert.NotNull(stage.Position);
        Assert.Empty(stage.Venue.OpenOrders());
    }

    [Fact]
    public void Position_triggers_follow_the_position_and_go_with_it()
    {
        var stage = new VenueStage();
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m, "e")));
        stage.Venue.Place(new OrderRequest("BTC", OrderGrouping.PositionTpsl, [Some.Leg(Side.Sell, 0.1m, 89_000m, "s", TimeInForce.Gtc, true, 99_000m, TriggerKind.StopLoss)]));
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.05m, 101_000m, "f")));
        stage.Bar(100_000, low: 98_900);
        Assert.Equal(0.15m, stage.Venue.Fills[^1].Size);
        Assert.Empty(stage.Venue.OpenOrders());

        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m, "g")));
        stage.Venue.Place(new OrderRequest("BTC", OrderGrouping.PositionTpsl, [Some.Leg(Side.Sell, 0.1m, 80_000m, "t", TimeInForce.Gtc, true, 90_000m, TriggerKind.StopLoss)]));
        stage.Venue.Place(Some.Order(Some.Leg(Side.Sell, 0.1m, 90_000m, "h", reduceOnly: true)));
        Assert.Empty(stage.Venue.OpenOrders());
    }

    [Fact]
    public void A_trigger_that_is_already_passed_is_refused()
    {
        var stage = new VenueStage();
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m, "e")));
        var late = stage.Venue.Place(Some.Order(Some.Leg(Side.Sell, 0.1m, 90_000m, "s", TimeInForce.Gtc, true, 100_001m, TriggerKind.StopLoss)));
        Assert.Equal("Invalid TP/SL price.", late.Legs[0].Error);
        Assert.Equal("Main order cannot be trigger order.",
            stage.Venue.Place(new OrderRequest("BTC", OrderGrouping.NormalTpsl, [Some.Leg(Side.Sell, 0.1m, 90_000m, "t", TimeInForce.Gtc, true, 99_000m, TriggerKind.StopLoss)])).Detail);
    }

    [Fact]
    public void A_client_order_id_is_taken_once()
    {
        var stage = new VenueStage();
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m, "e")));
        Assert.Contains("Duplicate cloid", stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m, "e"))).Legs[0].Error);
        Assert.Equal(OrderState.Unknown, stage.Venue.Status(Some.Id("never")).State);
        Assert.Equal(OrderState.Filled, stage.Venue.Status(Some.Id("e")).State);
    }

    [Fact]
    public void Funding_is_paid_on_the_oracle_price_by_longs_when_positive()
    {
        var stage = new VenueStage();
        stage.Bar(100_000, premium: 0.001);
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m)));
        var before = stage.Venue.Account().Equity;
        stage.Bar(100_000, funding: 0.0001, premium: 0.001);
        var paid = Assert.Single(stage.Venue.Funding);
        Assert.Equal(0.999001m, paid.Usd); // 0.1 · 100,000 / 1.001 · 0.0001
        Assert.Equal(before - 0.999001m, stage.Venue.Account().Equity);
    }

    [Theory]
    [InlineData(Side.Buy, true)]
    [InlineData(Side.Sell, true)]
    [InlineData(Side.Buy, false)]
    [InlineData(Side.Sell, false)]
    public void A_position_is_liquidated_just_beyond_its_liquidation_price(Side side, bool cross)
    {
        var stage = new VenueStage(Some.Costs(balance: 1_000m));
        stage.Venue.SetLeverage("BTC", 10, cross);
        stage.Venue.Place(Some.Order(Some.Leg(side, 0.09m, side == Side.Buy ? 101_000m : 99_000m)));
        var liquidation = (double)stage.Position!.LiquidationPrice!.Value;
        var sign = side.Sign();
        stage.Bar(100_000, close: liquidation + (sign * 50), high: Math.Max(100_000, liquidation + (sign * 50)), low: Math.Min(100_000, liquidation + (sign * 50)));
        Assert.NotNull(stage.Position);
        stage.Bar(liquidation + (sign * 50), close: liquidation - (sign * 50), high: liquidation + 50, low: liquidation - 50);
        Assert.Null(stage.Position);
        Assert.True(stage.Venue.Fills[^1].IsLiquidation);
        Assert.True(stage.Venue.Account().Equity >= 0);
    }

    [Fact]
    public void A_crash_through_the_liquidation_price_goes_to_the_backstop()
    {
        var stage = new VenueStage(Some.Costs(balance: 1_000m));
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.15m, 101_000m)));
        stage.Bar(93_000);
        Assert.Null(stage.Position);
        Assert.InRange(stage.Venue.Account().Equity, 0m, 1_000m);
    }

    [Fact]
    public void Leverage_keeps_its_rules()
    {
        var stage = new VenueStage();
        Assert.Equal("Invalid leverage value", stage.Venue.SetLeverage("BTC", 41, true).Detail);
        Assert.Equal(SendState.Confirmed, stage.Venue.SetLeverage("BTC", 3, true).State);
        stage.Venue.Place(Some.Order(Some.Leg(Side.Buy, 0.1m, 101_000m)));
        Assert.Equal("Cannot switch leverage type with open position.", stage.Venue.SetLeverage("BTC", 3, false).Detail);
        Assert.StartsWith("Cross position does not have sufficient margin", stage.Venue.SetLeverage("BTC", 1, true).Detail);
        Assert.Equal(3, stage.Position!.Leverage);
    }

    private static class OrderChecksText
    {
        public const string Tick = "Price must be divisible by tick size.";
        public const string Size = "Order has invalid size.";
        public const string Zero = "Order has zero size.";
        public const string Notional = "Order must have minimum value of $10.";
        public const string Margin = "Insufficient margin to place order.";
        public const string NoMatch = "Order could not immediately match against any resting orders.";
    }
}
