using Rez.Core.Agent;
using Rez.Core.Diary.Facts;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

/// <summary>
/// The fault matrix, row by row: what other systems lose money by. After each: position = venue, at most one live stop set that covers it,
/// no second entry, and the diary explains it.
/// </summary>
public sealed class FaultMatrixTests
{
    [Theory]
    [InlineData(nameof(Mishap.LostAfter))]
    [InlineData(nameof(Mishap.Html))]
    [InlineData(nameof(Mishap.Truncated))]
    [InlineData(nameof(Mishap.BadGateway))]
    public async Task Rows_1_and_3_an_entry_that_landed_though_its_answer_did_not(string mishap)
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Wire.Plan = Once("/exchange", "\"order\"", Enum.Parse<Mishap>(mishap));
        Assert.Equal("completed", await stage.OpenLongAsync());
        Assert.NotNull(stage.Position());
        Assert.Contains(stage.Facts<OrderOutcome>(), o => o is { State: SendState.Confirmed } && o.Legs[0].State == LegState.Filled);
        await stage.IsSoundAsync();
    }

    [Theory]
    [InlineData(nameof(Mishap.LostBefore))]
    [InlineData(nameof(Mishap.Unavailable))]
    public async Task Rows_2_and_25_an_entry_that_never_landed_is_known_to_be_dead_and_not_sent_again(string mishap)
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Wire.Plan = Once("/exchange", "\"order\"", Enum.Parse<Mishap>(mishap));
        Assert.Equal("completed", await stage.OpenLongAsync());
        await stage.IsSoundAsync();
        Assert.Null(stage.Position());
        var outcome = Assert.Single(stage.Facts<OrderOutcome>(), o => o.State != SendState.Unresolved);
        Assert.Equal(SendState.Rejected, outcome.State);
        Assert.Contains("never reached", outcome.Detail);

        Assert.Equal("completed", await stage.OpenLongAsync());
        Assert.NotNull(stage.Position());
        await stage.IsSoundAsync(entries: 2);
    }

    [Fact]
    public async Task Row_4_a_whole_action_refused_after_an_upgrade_opens_nothing()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Local.Exchange.PostOnly = true;
        Assert.Equal("completed", await stage.OpenLongAsync());
        stage.Local.Exchange.PostOnly = false;
        Assert.Null(stage.Position());
        Assert.Contains("Only post-only orders", Assert.Single(stage.Facts<OrderOutcome>()).Detail);
        await stage.IsSoundAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_5_and_12_an_entry_filled_in_part_gets_a_stop_of_what_was_filled(bool answerLost)
    {
        var thin = new LocalExchangeOptions { Seed = 5, Simulation = new SimulationOptions { DepthUsdPerBp = 100m } };
        await using var stage = await FaultStage.OpenAsync(thin);
        stage.Wire.Plan = answerLost ? Once("/exchange", "\"order\"", Mishap.LostAfter) : stage.Wire.Plan;
        Assert.Equal("completed", await stage.OpenLongAsync(usd: 9_000));
        var position = stage.Position();
        Assert.NotNull(position);
        var asked = stage.Facts<OrderSending>().First(s => s.Purpose == "entry").Request.Legs[0].Size;
        Assert.InRange(position.Size, 0.0001m, asked * 0.9m);
        Assert.Equal(position.Size, stage.Facts<OrderOutcome>()[0].Legs[0].FilledSize);
        Assert.NotEmpty(stage.Facts<ProtectionMissing>());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_6_children_without_an_id_are_found_by_reading_back()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var outcome = Assert.Single(stage.Facts<OrderOutcome>());
        Assert.All(outcome.Legs.Skip(1), l => Assert.True(l is { State: LegState.WaitingForTrigger, Oid: null }));
        Assert.Empty(stage.Facts<ProtectionMissing>());
        Assert.NotNull(stage.Rig.Protector.LevelsOf("BTC").Stop);
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_7_a_refused_stop_is_placed_by_secure_at_its_own_level()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Local.Exchange.With(stage.Local.Account, v => v.Refuses = Times(2, l => l.TriggerPrice is null ? null : "Invalid TP/SL price."));
        Assert.Equal("completed", await stage.OpenLongAsync());
        var asked = stage.Facts<OrderSending>()[0].Request.Legs[1].TriggerPrice;
        Assert.Equal(asked, Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.StopLoss).TriggerPrice);
        Assert.NotEmpty(stage.Facts<ProtectionMissing>());
        Assert.NotEmpty(stage.Facts<ProtectionRestored>());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_7_a_position_whose_stop_is_refused_again_and_again_is_flattened()
    {
        await using var stage = await FaultStage.OpenAsync();
        stage.Local.Exchange.With(stage.Local.Account, v => v.Refuses = l => l.TriggerPrice is null ? null : "Invalid TP/SL price.");
        Assert.Equal("completed", await stage.OpenLongAsync());
        Assert.Null(stage.Position());
        Assert.Contains(stage.Facts<ProtectionRestored>(), r => r.How.Contains("flattened"));
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_8_a_stop_whose_outcome_is_unknown_is_not_stacked()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        CancelTriggers(stage);
        stage.Wire.Plan = Once("/exchange", "positionTpsl", Mishap.LostAfter);
        await stage.BeatAsync();
        Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.StopLoss);
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_9_a_price_already_past_the_stop_closes_the_position()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        CancelTriggers(stage);
        stage.Rig.Protector.Remember("BTC", stage.Position()!.MarkPrice * 1.01m, null);
        await stage.BeatAsync();
        Assert.Null(stage.Position());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_10_no_stop_lies_beyond_the_liquidation_price_what_would_be_too_large_for_that_is_cut()
    {
        await using var stage = await FaultStage.OpenAsync(change: o => (o.Risk.MaxEffectiveLeverage, o.Risk.MaxLeverage, o.Risk.MaxMarginUse) = (20m, 40, 1m));

        // At eight times equity the venue takes over some eleven percent away: a stop at fifteen would never fire. The risk at the stop cuts the size, and with it goes that danger.
        var mark = stage.Local.Exchange.With(stage.Local.Account, v => v.Context("BTC")!.Mark);
        Assert.Equal("completed", await stage.CycleAsync(stage.Long() with { SizeUsd = 80_000m, Leverage = 20, StopLoss = mark * 0.85m, TakeProfit = mark * 1.5m }));
        var position = stage.Position()!;
        Assert.InRange(position.LiquidationPrice!.Value, 1m, mark * 0.85m * 0.95m);
        Assert.Contains("cut", stage.Facts<CycleCompleted>()[^1].Lines.Single(l => l.Asset == "BTC").Gated);
        await stage.IsSoundAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Row_11_a_death_between_diary_and_answer_is_cleared_up_at_the_next_start(bool landed)
    {
        await using var stage = await FaultStage.OpenAsync();

        // The process writes what it is about to send, sends or not, and dies before it can write what became of it.
        stage.Wire.Plan = (path, body) => path == "/exchange" && body.Contains("\"order\"", StringComparison.Ordinal) ? (landed ? Mishap.LostAfter : Mishap.LostBefore)
            : body.Contains("orderStatus", StringComparison.Ordinal) ? Mishap.LostBefore : Mishap.None;
        await stage.OpenLongAsync();
        Assert.DoesNotContain(stage.Facts<OrderOutcome>(), o => o.State != SendState.Unresolved);
        stage.Wire.Plan = (_, _) => Mishap.None;
        await stage.RestartAsync();
        Assert.Equal("completed", await stage.CycleAsync());
        await stage.IsSoundAsync();
        Assert.Equal(landed, stage.Position() is not null);
        Assert.Contains(stage.Facts<OrderOutcome>(), o => o.State == (landed ? SendState.Confirmed : SendState.Rejected));
    }

    [Fact]
    public async Task Row_13_cancelling_an_order_that_is_gone_is_no_crash()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var stop = stage.Orders().First(o => o.Trigger == TriggerKind.StopLoss);
        CancelTriggers(stage);
        await stage.Rig.Desk.CancelAsync(stop, "test", null, CancellationToken.None);
        Assert.StartsWith("Order was never placed", (await LastAsync<CancelOutcome>(stage)).Detail);
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_14_moving_a_stop_leaves_one_live_stop_set_and_never_none()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var mark = stage.Position()!.MarkPrice;
        Assert.Null(await stage.Rig.Controls.MoveStopAsync("BTC", mark * 0.98m, "test", CancellationToken.None));
        Assert.Equal(Math.Ceiling(mark * 0.98m), Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.StopLoss).TriggerPrice);
        Assert.Empty(stage.Facts<ProtectionMissing>());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_14_a_move_whose_target_is_refused_still_leaves_one_stop()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var target = stage.Orders().First(o => o.Trigger == TriggerKind.TakeProfit).TriggerPrice;
        stage.Local.Exchange.With(stage.Local.Account, v => v.Refuses = l => l.Trigger == TriggerKind.TakeProfit ? "Invalid TP/SL price." : null);
        var refusal = await stage.Rig.Controls.MoveStopAsync("BTC", stage.Position()!.MarkPrice * 0.98m, "test", CancellationToken.None);
        Assert.Equal("target-not-placed", refusal?.Code);
        Assert.Equal(target, Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.TakeProfit).TriggerPrice);
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task A_stop_of_a_part_is_replaced_by_one_of_the_whole()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var stop = stage.Orders().First(o => o.Trigger == TriggerKind.StopLoss);
        CancelTriggers(stage);
        stage.Local.Exchange.With(stage.Local.Account, v => v.Place(new OrderRequest("BTC", OrderGrouping.None,
            [new OrderLeg { Cloid = Some.Id("part"), Side = Side.Sell, Size = 0.001m, LimitPrice = stop.LimitPrice, TriggerPrice = stop.TriggerPrice, Trigger = TriggerKind.StopLoss, ReduceOnly = true }])));
        await stage.BeatAsync();
        Assert.NotEmpty(stage.Facts<ProtectionMissing>());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Rows_15_16_and_18_fills_that_the_socket_did_not_tell_are_booked_once()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();

        // The socket stands and claims to follow, but says nothing of what happens now.
        stage.Streams.OnConnection(true);
        stage.Streams.OnFills([], isSnapshot: true);
        await stage.BeatAsync();
        var size = stage.Position()!.Size;
        stage.Local.Exchange.With(stage.Local.Account, v => v.Place(Foreign(Side.Sell, size, stage.Position()!.MarkPrice * 0.9m)));
        Assert.Null(stage.Position());
        await stage.BeatAsync();
        await stage.BeatAsync();
        var fills = stage.Facts<FillBooked>().Select(f => f.Fill).ToArray();
        Assert.Equal(fills.Length, fills.Select(f => (f.TimeMs, f.Asset, f.Tid)).Distinct().Count());
        Assert.Equal(0, fills.Sum(f => f.Size * f.Side.Sign()));
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_16_a_position_that_came_and_went_between_two_readings_is_no_drift()
    {
        await using var stage = await FaultStage.OpenAsync();
        Assert.Equal("completed", await stage.CycleAsync());
        await stage.OpenLongAsync();
        stage.Streams.OnConnection(true);
        stage.Streams.OnFills([], isSnapshot: true);
        await stage.BeatAsync();

        // Closed and opened again at another size, and no word of it over the socket; the account is read only after.
        var size = stage.Position()!.Size;
        stage.Local.Exchange.With(stage.Local.Account, v => v.Place(Foreign(Side.Sell, size, stage.Position()!.MarkPrice * 0.9m)));
        stage.Streams.OnFills([], isSnapshot: true);
        await stage.Exchange.FillsSinceAsync(0, CancellationToken.None);
        stage.Local.Exchange.With(stage.Local.Account, v => v.Fills.Count);
        Assert.Equal("completed", await stage.CycleAsync());
        Assert.Empty(stage.Facts<DriftFound>());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_17_prices_that_stopped_coming_are_not_believed()
    {
        await using var stage = await FaultStage.OpenAsync(speed: 1);
        stage.Streams.OnConnection(true);
        var old = stage.Local.Clock.GetUtcNow() - TimeSpan.FromMinutes(1);
        stage.Streams.OnContext(new AssetContext("BTC", old, 1m, 1m, 1m, 1m, 0m, 0m, 0m));
        stage.Streams.OnBest(new Rez.Core.Hyperliquid.Wire.BestPrices("BTC", 1, 1m, 1m, 1.1m, 1m));
        Assert.NotNull(stage.Streams.Context("BTC", TimeSpan.FromSeconds(5)));
        Assert.Null(stage.Streams.Context("BTC", TimeSpan.FromTicks(-1)));
        stage.Streams.OnConnection(false);
        Assert.Null(stage.Streams.Context("BTC", TimeSpan.FromSeconds(5)));
        Assert.True((await stage.Market.ContextAsync("BTC", CancellationToken.None)).Value.Mark > 1_000m);
    }

    [Fact]
    public async Task Row_19_a_warm_restart_books_nothing_twice_and_finds_no_drift()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var fills = stage.Facts<FillBooked>().Length;
        for (var i = 0; i < 3; i++)
        {
            await stage.RestartAsync();
            Assert.Equal("completed", await stage.CycleAsync());
        }

        Assert.Equal(fills, stage.Facts<FillBooked>().Length);
        Assert.Empty(stage.Facts<DriftFound>());
        await stage.IsSoundAsync();
    }

    [Theory]
    [InlineData("adopt")]
    [InlineData("flatten")]
    [InlineData("halt")]
    public async Task Row_21_what_somebody_else_did_is_told_and_settled_by_policy(string policy)
    {
        await using var stage = await FaultStage.OpenAsync(change: o => o.Trading.OnDrift = Enum.Parse<Rez.Core.Desk.DriftPolicy>(policy, ignoreCase: true));
        var mark = stage.Local.Exchange.With(stage.Local.Account, v => v.Context("BTC")!.Mark);
        stage.Local.Exchange.With(stage.Local.Account, v => v.Place(Foreign(Side.Buy, 0.02m, mark * 1.1m) with { Legs = [Foreign(Side.Buy, 0.02m, mark * 1.1m).Legs[0] with { ReduceOnly = false }] }));
        stage.Local.Exchange.With(stage.Local.Account, v => v.Place(new OrderRequest("ETH", OrderGrouping.None, [new OrderLeg { Cloid = Some.Id("foreign-eth"), Side = Side.Buy, Size = 1, LimitPrice = 100 }])));
        Assert.Equal("completed", await stage.CycleAsync());
        Assert.Contains(stage.Facts<VenueActed>(), a => a.Kind == "foreign-fill");
        Assert.Single(stage.Facts<ForeignOrderFound>());
        Assert.Equal(policy == "halt", stage.Rig.Controls.State.Halted);
        Assert.Equal(policy == "flatten", stage.Orders().All(o => o.Asset != "ETH"));
        await stage.IsSoundAsync(entries: 0);
        Assert.NotNull(stage.Position());
    }

    [Theory]
    [InlineData(nameof(Mishap.LostAfter))]
    [InlineData(nameof(Mishap.Html))]
    public async Task Row_22_a_close_whose_answer_is_lost_is_not_sent_twice(string mishap)
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        stage.Wire.Plan = Once("/exchange", "\"order\"", Enum.Parse<Mishap>(mishap));
        Assert.Equal("completed", await stage.CycleAsync(new DecisionItem { Asset = "BTC", Action = DecisionAction.Close, Rationale = "enough" }));
        Assert.Null(stage.Position());
        Assert.Single(stage.Facts<OrderSending>(), s => s.Purpose == "exit");
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_23_two_processes_on_one_key_lose_an_order_but_no_position()
    {
        await using var stage = await FaultStage.OpenAsync();
        var refused = 0;
        stage.Wire.Plan = (path, body) =>
        {
            // The other process was quicker with the same nonce.
            if (path == "/exchange" && body.Contains("\"order\"", StringComparison.Ordinal) && refused++ == 0)
            {
                stage.Local.Exchange.Exchange(System.Text.Encoding.UTF8.GetBytes(body.Replace("\"order\"", "\"noop\"", StringComparison.Ordinal)), "other");
                var twin = body;
                stage.Local.Exchange.Exchange(System.Text.Encoding.UTF8.GetBytes(twin), "other");
            }

            return Mishap.None;
        };
        await stage.OpenLongAsync();
        Assert.Contains("duplicate nonce", stage.Facts<OrderOutcome>()[0].Detail);
        Assert.Equal("completed", await stage.CycleAsync());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_24_too_many_requests_never_leave_a_position_without_its_stop()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        CancelTriggers(stage);
        var left = 3;
        stage.Wire.Plan = (path, _) => path == "/exchange" && left-- > 0 ? Mishap.TooMany : Mishap.None;
        await stage.BeatAsync();
        Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.StopLoss);
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_24_a_spent_address_budget_refuses_entries_and_keeps_stops()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        stage.Local.Exchange.Touch(stage.Local.Account, a => a.SpendBudget());
        Assert.True((await stage.Exchange.RefreshBudgetAsync(CancellationToken.None)).Value.Left < 0);
        await stage.OpenLongAsync(asset: "ETH");
        Assert.Null(stage.Position("ETH"));
        Assert.NotNull(stage.Position());
        Assert.Contains(stage.Facts<LeverageOutcome>(), o => o.Detail?.Contains("kept for cancels and stops", StringComparison.Ordinal) == true);
        Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.StopLoss);
    }

    [Fact]
    public async Task Row_27_an_account_that_can_not_be_read_is_not_a_flat_one()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var sent = stage.Wire.Actions.Count;
        stage.Wire.Plan = (_, body) => body.Contains("clearinghouseState", StringComparison.Ordinal) ? Mishap.LostBefore : Mishap.None;
        await stage.BeatAsync();
        Assert.NotNull(stage.Rig.Sentinel.LastTrouble);
        Assert.StartsWith("venue-unreachable", await stage.CycleAsync());
        Assert.Equal(sent, stage.Wire.Actions.Count);
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_29_terms_that_change_while_a_position_is_open_are_followed()
    {
        await using var stage = await FaultStage.OpenAsync(speed: 60_000);
        await stage.OpenLongAsync();
        var btc = (await stage.Market.InstrumentsAsync(CancellationToken.None)).Value.First(i => i.Asset == "BTC");
        stage.Local.Exchange.Revise(btc with { SizeDecimals = 3, Tiers = [new MarginTier(0, 10)] });
        var eth = (await stage.Market.InstrumentsAsync(CancellationToken.None)).Value.First(i => i.Asset == "ETH");
        stage.Local.Exchange.Revise(eth with { IsDelisted = true });
        IReadOnlyList<Instrument> now;
        do
        {
            // A minute of the venue's time is a thousandth of a second here.
            now = (await stage.Market.InstrumentsAsync(CancellationToken.None)).Value;
        }
        while (now.First(i => i.Asset == "BTC").SizeDecimals != 3);
        Assert.Equal(10, now.First(i => i.Asset == "BTC").MaxLeverage);
        await stage.OpenLongAsync(asset: "ETH");
        Assert.Null(stage.Position("ETH"));
    }

    [Fact]
    public async Task Row_30_a_liquidation_is_recognised_booked_and_told()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync(usd: 9_000);

        // Funding that no market ever had: it eats the account.
        stage.Local.Exchange.With(stage.Local.Account, v =>
        {
            var (account, oracle) = (v.Account(), v.Context("BTC")!.Oracle);
            v.Fund("BTC", v.NowMs, (account.Equity - (account.MaintenanceMargin * 0.8m)) / (account.Positions[0].Size * oracle));
            return 0;
        });
        for (var i = 0; i < 400 && stage.Position() is not null; i++)
        {
            stage.Local.Exchange.Tick();
            await stage.Exchange.AccountAsync(CancellationToken.None);
        }

        // Between the hours funding is asked for once a minute, half a second here.
        while (stage.Facts<FundingBooked>().Length == 0)
        {
            await stage.BeatAsync();
        }

        Assert.Contains(stage.Facts<VenueActed>(), a => a.Kind == "liquidation");
        Assert.Contains(stage.Facts<FundingBooked>(), f => f.Payment.Usd > 1_000);
        using var db = new Rez.Core.Diary.Storage.RezDb(Rez.Core.Diary.Storage.RezDb.Sqlite(stage.Diary.Path, readOnly: true));
        Assert.Equal(ExitCodes.Liquidated, db.Trades.Select(t => t.ExitCode).Single());
        await stage.IsSoundAsync();
    }

    [Fact]
    public async Task Row_31_a_dead_mans_switch_that_took_the_stops_is_made_good()
    {
        await using var stage = await FaultStage.OpenAsync();
        await stage.OpenLongAsync();
        var level = stage.Rig.Protector.LevelsOf("BTC").Stop;
        stage.Local.Exchange.Touch(stage.Local.Account, a => a.CancelAtMs = 1);
        await stage.BeatAsync();
        Assert.Equal(level, Assert.Single(stage.Orders(), o => o.Trigger == TriggerKind.StopLoss).TriggerPrice);
        await stage.IsSoundAsync();
    }

    private static Func<string, string, Mishap> Once(string path, string marker, Mishap mishap)
    {
        var done = 0;
        return (p, body) => p == path && body.Contains(marker, StringComparison.Ordinal) && Interlocked.Exchange(ref done, 1) == 0 ? mishap : Mishap.None;
    }

    private static Func<OrderLeg, string?> Times(int times, Func<OrderLeg, string?> refuses)
    {
        var left = times;
        return leg => refuses(leg) is { } words && left-- > 0 ? words : null;
    }

    private static OrderRequest Foreign(Side side, decimal size, decimal limit) => new("BTC", OrderGrouping.None,
        [new OrderLeg { Cloid = Some.Id("foreign"), Side = side, Size = size, LimitPrice = Math.Round(limit), TimeInForce = TimeInForce.Ioc, ReduceOnly = true }]);

    private static void CancelTriggers(FaultStage stage) => stage.Local.Exchange.With(stage.Local.Account, v =>
    {
        foreach (var order in v.OpenOrders())
        {
            v.Cancel(order.Asset, order.Oid);
        }

        return 0;
    });

    private static async Task<T> LastAsync<T>(FaultStage stage)
        where T : Rez.Core.Diary.DiaryFact
    {
        await stage.Diary.FlushAsync();
        return stage.Facts<T>()[^1];
    }
}
