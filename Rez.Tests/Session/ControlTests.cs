using Rez.Core.Agent;
using Rez.Core.Diary.Storage;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Session;

/// <summary>What a person may do, and what Rez does about positions that lost their stop.</summary>
public sealed class ControlTests
{
    [Fact]
    public async Task Halted_opens_nothing_and_says_so_and_survives_a_restart()
    {
        using var folder = new TempFolder();
        using (var stage = SessionStage.Open(folder.Path, 3, decider: AlwaysLong()))
        {
            await stage.Session.Controls.HaltAsync("test", "enough");
            await stage.Session.RunAsync(CancellationToken.None);
            Assert.Empty(stage.Session.World.Venue.Fills);
        }

        using var again = SessionStage.Open(folder.Path, 3, decider: AlwaysLong());
        Assert.True(again.Session.Controls.State is { Halted: true, By: "test", Why: "enough" });
        await again.Session.RunAsync(CancellationToken.None);
        Assert.Empty(again.Session.World.Venue.Fills);
        Assert.Contains("rejected (halted)", Lines(folder));
    }

    [Fact]
    public async Task With_auto_trading_off_decisions_are_shown_and_not_sent()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 2, decider: AlwaysLong());
        await stage.Session.Controls.SetAutoTradingAsync(false, "test");
        await stage.Session.RunAsync(CancellationToken.None);
        Assert.Empty(stage.Session.World.Venue.Fills);
        Assert.Contains("auto-trading is off", Lines(folder));
    }

    [Fact]
    public async Task A_paused_asset_is_not_opened_and_the_others_are()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: AlwaysLong());
        await stage.Session.Controls.SetPausedAsync("BTC", true, "test");
        await stage.Session.RunAsync(CancellationToken.None);
        Assert.Equal("ETH", Assert.Single(stage.Session.World.Venue.Account().Positions).Asset);
        Assert.Contains("rejected (asset-paused)", Lines(folder));
        await stage.Session.Controls.SetPausedAsync("BTC", false, "test");
        Assert.Empty(stage.Session.Controls.State.Paused);
    }

    [Fact]
    public async Task A_person_moves_a_stop_and_a_wrong_one_is_refused()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: AlwaysLong());
        await stage.Session.RunAsync(CancellationToken.None);
        var venue = stage.Session.World.Venue;
        var mark = venue.Context("BTC")!.Mark;
        Assert.Equal("wrong-side", (await stage.Session.Controls.MoveStopAsync("BTC", mark * 1.01m, "test", CancellationToken.None))?.Code);
        Assert.Equal("no-position", (await stage.Session.Controls.MoveStopAsync("SOL", 1m, "test", CancellationToken.None))?.Code);
        Assert.Null(await stage.Session.Controls.MoveStopAsync("BTC", mark * 0.95m, "test", CancellationToken.None));
        var triggers = venue.OpenOrders().Where(o => o.Asset == "BTC").ToArray();
        Assert.Equal(2, triggers.Length);
        Assert.InRange(triggers.Single(o => o.Trigger == TriggerKind.StopLoss).TriggerPrice!.Value, mark * 0.949m, mark * 0.951m);
        Assert.True(Covered(venue));
    }

    [Fact]
    public async Task Flatten_closes_everything_removes_the_triggers_and_halts()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: AlwaysLong());
        await stage.Session.RunAsync(CancellationToken.None);
        Assert.Equal(2, stage.Session.World.Venue.Account().Positions.Length);
        var results = await stage.Session.Controls.FlattenAsync(null, "test", CancellationToken.None);
        Assert.All(results, r => Assert.Equal(0, r.Left));
        Assert.Empty(stage.Session.World.Venue.Account().Positions);
        Assert.Empty(stage.Session.World.Venue.OpenOrders());
        Assert.True(stage.Session.Controls.State.Halted);
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        Assert.All(db.Trades.AsEnumerable(), t => Assert.Equal(ExitCodes.Manual, t.ExitCode));

        // Asking again is harmless.
        Assert.Empty(await stage.Session.Controls.FlattenAsync(null, "test", CancellationToken.None));
    }

    [Fact]
    public async Task One_asset_can_be_closed_without_halting()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: AlwaysLong());
        await stage.Session.RunAsync(CancellationToken.None);
        await stage.Session.Controls.FlattenAsync("BTC", "test", CancellationToken.None);
        Assert.Equal("ETH", Assert.Single(stage.Session.World.Venue.Account().Positions).Asset);
        Assert.False(stage.Session.Controls.State.Halted);
    }

    [Fact]
    public async Task A_stop_that_was_removed_by_hand_is_put_back_at_its_level_within_a_beat()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: AlwaysLong());
        await stage.Session.RunAsync(CancellationToken.None);
        var venue = stage.Session.World.Venue;
        var stop = venue.OpenOrders().Single(o => o.Asset == "BTC" && o.Trigger == TriggerKind.StopLoss);
        venue.Cancel("BTC", stop.Oid);
        Assert.False(Covered(venue));
        await stage.Session.Sentinel.BeatAsync(CancellationToken.None);
        Assert.True(Covered(venue));
        Assert.Equal(stop.TriggerPrice, venue.OpenOrders().Single(o => o.Asset == "BTC" && o.Trigger == TriggerKind.StopLoss).TriggerPrice);
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        Assert.Equal(["protection.missing", "protection.restored"], db.Events.Where(e => e.Stream == "protection" && e.Type != "protection.level").OrderBy(e => e.Seq).Select(e => e.Type));
    }

    [Fact]
    public async Task A_position_opened_elsewhere_is_adopted_and_gets_an_emergency_stop()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: Quiet());
        await stage.Session.RunAsync(CancellationToken.None);
        var venue = stage.Session.World.Venue;
        var mark = venue.Context("BTC")!.Mark;
        venue.Place(Some.Order(Some.Leg(Side.Buy, 0.01m, Math.Round(mark * 1.01m), "foreign")));
        await stage.Session.Sentinel.BeatAsync(CancellationToken.None);
        var stop = venue.OpenOrders().Single(o => o.Trigger == TriggerKind.StopLoss);
        Assert.InRange(stop.TriggerPrice!.Value, mark * 0.979m, mark * 0.981m);

        // Gone by hand as well: the trigger left over is removed.
        venue.Place(Some.Order(Some.Leg(Side.Sell, 0.01m, Math.Round(mark * 0.9m), "foreign2", reduceOnly: true)));
        await stage.Session.Sentinel.BeatAsync(CancellationToken.None);
        Assert.Empty(venue.OpenOrders());
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        Assert.Equal(ExitCodes.Foreign, Assert.Single(db.Trades).ExitCode);
    }

    [Fact]
    public async Task An_entry_cut_short_is_protected_in_the_same_cycle()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, o => { o.Simulation.DepthUsdPerBp = 1_000m; o.Risk.EntrySlippageBps = 2; o.Risk.DepthBps = 1_000; }, AlwaysLong(20_000m));
        await stage.Session.RunAsync(CancellationToken.None);
        var venue = stage.Session.World.Venue;
        Assert.NotEmpty(venue.Account().Positions);
        Assert.True(Covered(venue));
        Assert.Equal(0, stage.Session.Summarise().UnprotectedMs);
    }

    [Fact]
    public async Task A_position_that_can_not_be_protected_is_flattened()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 1, decider: AlwaysLong());
        await stage.Session.RunAsync(CancellationToken.None);
        var venue = stage.Session.World.Venue;
        foreach (var order in venue.OpenOrders())
        {
            venue.Cancel(order.Asset, order.Oid);
        }

        // The level last known lies above the market by now: no stop can be placed there any more.
        stage.Session.Protector.Remember("BTC", venue.Context("BTC")!.Mark * 1.01m, null);
        await stage.Session.Sentinel.BeatAsync(CancellationToken.None);
        Assert.DoesNotContain(venue.Account().Positions, p => p.Asset == "BTC");
        Assert.True(Covered(venue));
    }

    [Fact]
    public async Task Close_reduce_and_adjust_do_what_they_say()
    {
        using var folder = new TempFolder();
        var step = 0;
        var decider = new ScriptedDecider(c =>
        {
            var price = c.Assets[0].Context.Mark;
            var item = new DecisionItem { Asset = "BTC", Action = DecisionAction.Hold };
            return new Decision("scripted", "", [++step switch
            {
                1 => item with { Action = DecisionAction.OpenLong, SizeUsd = 2_000, Leverage = 2, StopLoss = price * 0.9m, TakeProfit = price * 1.3m },
                2 => item with { Action = DecisionAction.Reduce, SizeUsd = 1_000 },
                3 => item with { Action = DecisionAction.Adjust, StopLoss = price * 0.95m },
                4 => item with { Action = DecisionAction.Adjust, StopLoss = price * 1.05m },
                _ => item with { Action = DecisionAction.Close },
            }]);
        });
        async Task<(AccountState, IReadOnlyList<OpenOrder>)> After(int cycles)
        {
            using var stage = SessionStage.Open(folder.Path, cycles, decider: decider);
            await stage.Session.RunAsync(CancellationToken.None);
            return (stage.Session.World.Venue.Account(), stage.Session.World.Venue.OpenOrders());
        }

        var (opened, _) = await After(1);
        var (reduced, _) = await After(1);
        Assert.InRange(reduced.Positions[0].Size / opened.Positions[0].Size, 0.45m, 0.55m);
        var (_, adjusted) = await After(1);
        var stop = Assert.Single(adjusted, o => o.Trigger == TriggerKind.StopLoss);
        Assert.InRange(stop.TriggerPrice!.Value / reduced.Positions[0].MarkPrice, 0.94m, 0.96m);
        var (_, refused) = await After(1);
        Assert.Equal(stop.TriggerPrice, Assert.Single(refused, o => o.Trigger == TriggerKind.StopLoss).TriggerPrice);
        var (closed, left) = await After(1);
        Assert.Empty(closed.Positions);
        Assert.Empty(left);
    }

    private static bool Covered(Rez.Core.Simulation.SimulatedVenue venue) =>
        venue.Account().Positions.All(p => Rez.Core.Desk.Protector.CoverageOf(p, venue.OpenOrders()).IsFull);

    private static ScriptedDecider Quiet() => new(_ => new Decision("scripted", "quiet", []));

    private static ScriptedDecider AlwaysLong(decimal usd = 2_000m) => new(c => new Decision("scripted", "long",
    [
        .. c.Assets.Take(2).Select(a => new DecisionItem
        {
            Asset = a.Instrument.Asset, Action = DecisionAction.OpenLong, SizeUsd = usd, Leverage = 3, StopLoss = a.Context.Mark * 0.9m, TakeProfit = a.Context.Mark * 1.3m, Confidence = 80, Rationale = "always",
        }),
    ]));

    private static string Lines(TempFolder folder)
    {
        using var db = Db(folder);
        return string.Concat(db.Cycles.Select(c => c.Lines).AsEnumerable());
    }

    private static RezDb Db(TempFolder folder) => new(RezDb.Sqlite(folder.File("diary.db"), readOnly: true));
}
