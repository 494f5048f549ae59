using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Desk.Watches;
using Rez.Core.Diary.Storage;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Simulation;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Session;

/// <summary>What the sentinel does with open positions between cycles, in a whole session.</summary>
public sealed class SentinelWatchTests
{
    [Fact]
    public async Task A_position_is_closed_when_it_was_held_as_long_as_it_may_be()
    {
        using var folder = new TempFolder();
        using var stage = Held(folder, 30, o => o.Exits.MaxHoldHours = 1);
        await stage.Session.RunAsync(CancellationToken.None);
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        var trade = db.Trades.OrderBy(t => t.Number).First();
        Assert.Equal((ExitCodes.Time, 3_600_000L), (trade.ExitCode, (trade.ClosedMs - trade.OpenedMs) / 60_000 * 60_000));
        Assert.Empty(stage.Session.World.Venue.OpenOrders());
    }

    [Fact]
    public async Task A_stop_follows_the_price_one_set_is_live_and_it_closes_with_its_own_code()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 2_000, o => o.Demo.Seed = 2);
        var venue = stage.Session.World.Venue;
        var most = 0;
        stage.Session.CycleEnded += _ => most = Math.Max(most, venue.OpenOrders().GroupBy(o => (o.Asset, o.Trigger)).Select(g => g.Count()).DefaultIfEmpty(0).Max());
        await stage.Session.RunAsync(CancellationToken.None);
        await stage.Diary.FlushAsync();
        Assert.Equal(1, most);
        using var db = Db(folder);
        var trailed = db.Trades.Where(t => t.ExitCode == ExitCodes.Trail).AsEnumerable().ToArray();
        Assert.NotEmpty(trailed);

        // Break-even at least, but for the slippage of the stop's own market order.
        Assert.All(trailed, t => Assert.True(t.GrossPnl - t.Fees > -0.0005m * t.Size * t.EntryPrice, $"{t.Asset}: {t.GrossPnl - t.Fees}"));
        Assert.Equal(0, stage.Session.Summarise().UnprotectedMs);
    }

    [Fact]
    public async Task A_part_is_taken_on_the_way_and_the_rest_keeps_a_stop_of_its_size()
    {
        using var folder = new TempFolder();
        using var stage = Held(folder, 600, o => (o.Exits.PartialAt, o.Exits.PartialShare) = (0.02m, 0.5m));
        await stage.Session.RunAsync(CancellationToken.None);
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        var part = db.Orders.First(o => o.Purpose == "exit" && o.Code == ExitCodes.TakeProfit);
        var entry = db.Orders.First(o => o.Purpose == "entry" && o.TriggerPrice == null);
        Assert.InRange(part.Size, entry.Size * 0.49m, entry.Size * 0.51m);
        var resized = db.Orders.Where(o => o.Purpose == "protection" && o.SentMs >= part.SentMs).OrderBy(o => o.SentMs).First();
        Assert.Equal(entry.Size - part.Size, resized.Size);
        Assert.Equal(0, stage.Session.Summarise().UnprotectedMs);
    }

    [Fact]
    public async Task Too_much_notional_is_reduced_a_quarter_at_a_time_and_liquidation_is_not_waited_for()
    {
        using var folder = new TempFolder();
        using var stage = Held(folder, 3, o => o.Exits.ReduceAssetLeverage = 1m, sizeUsd: 20_000m);
        await stage.Session.RunAsync(CancellationToken.None);
        await stage.Diary.FlushAsync();
        var account = stage.Session.World.Venue.Account();
        Assert.InRange(Assert.Single(account.Positions).Notional, 1m, account.Equity);
        using var db = Db(folder);
        Assert.True(db.Orders.Count(o => o.Purpose == "exit" && o.Code == ExitCodes.Risk) >= 3);
    }

    [Fact]
    public async Task A_fall_that_says_so_closes_everything_and_halts()
    {
        using var folder = new TempFolder();
        using var stage = Held(folder, 300, o => o.Exits.FlattenDrawdown = 0.002m, sizeUsd: 29_000m);
        await stage.Session.RunAsync(CancellationToken.None);
        Assert.Empty(stage.Session.World.Venue.Account().Positions);
        Assert.True(stage.Session.Controls.State.Halted);
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        Assert.Equal(ExitCodes.Risk, db.Trades.OrderByDescending(t => t.Number).First().ExitCode);
    }

    [Theory]
    [InlineData(SilentPolicy.Keep, 1)]
    [InlineData(SilentPolicy.Flatten, 0)]
    public async Task Silent_prices_stop_openings_and_close_where_the_policy_says_so(SilentPolicy policy, int left)
    {
        using var folder = new TempFolder();
        using var stage = Held(folder, 1, _ => { });
        await stage.Session.RunAsync(CancellationToken.None);
        var wall = new HandClock();
        var world = stage.Session.World;
        var watch = new FeedWatch(stage.Session.Protector, stage.Diary, world.Market, new ProtectionOptions { OnFeedSilent = policy }, wall);
        Assert.Null(await watch.LookAsync(world.Venue.Account(), "s-1", CancellationToken.None));
        wall.Move(TimeSpan.FromSeconds(119));
        Assert.Null(await watch.LookAsync(world.Venue.Account(), "s-2", CancellationToken.None));

        // A new price begins the silence anew, whatever the market's own clock says.
        world.Step();
        Assert.Null(await watch.LookAsync(world.Venue.Account(), "s-3", CancellationToken.None));
        wall.Move(TimeSpan.FromSeconds(119));
        Assert.Null(await watch.LookAsync(world.Venue.Account(), "s-4", CancellationToken.None));
        wall.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(("feed-silent", TradingState.Reducing), await watch.LookAsync(world.Venue.Account(), "s-5", CancellationToken.None) is { } t ? (t.Code, t.State) : default);
        Assert.Equal(left, world.Venue.Account().Positions.Length);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Move(TimeSpan by) => _ticks += by.Ticks;
    }

    [Fact]
    public async Task A_plan_fires_between_cycles_while_the_model_hangs()
    {
        // The decider of the second cycle never answers; the sentinel's beats go on and see the hour's close below the plan's level.
        using var folder = new TempFolder();
        var hang = new TaskCompletionSource<Core.Outcome<Decision>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = 0;
        var decider = new SlowDecider(context => ++asked == 1 ? new(Opens(context, new ExitPlan("", [new Invalidation("close", "5m", "below", 1_000_000m)]))) : new(hang.Task));
        using var stage = SessionStage.Open(folder.Path, 2, decider: decider);
        var running = stage.Session.RunAsync(CancellationToken.None);
        while (Volatile.Read(ref asked) < 2 && !running.IsCompleted)
        {
            await Task.Yield();
        }

        // A minute later, by the market's clock, and the cycle still waits.
        Assert.False(running.IsCompleted);
        stage.Session.World.Step();
        await stage.Session.Sentinel.BeatAsync(CancellationToken.None);
        Assert.Empty(stage.Session.World.Venue.Account().Positions);
        hang.SetResult(new Decision("slow", "", []));
        await running;
        await stage.Diary.FlushAsync();
        using var db = Db(folder);
        Assert.Equal(ExitCodes.Plan, db.Trades.Single().ExitCode);
    }

    private static SessionStage Held(TempFolder folder, long cycles, Action<RezOptions> change, decimal sizeUsd = 2_000m)
    {
        var done = false;
        return SessionStage.Open(folder.Path, cycles, change, new ScriptedDecider(context =>
        {
            var decision = done ? new Decision("scripted", "held", []) : Opens(context, null, sizeUsd);
            done = true;
            return decision;
        }));
    }

    private static Decision Opens(DecisionContext context, ExitPlan? plan, decimal sizeUsd = 2_000m)
    {
        var view = context.Assets[0];
        return new Decision("scripted", "once",
        [
            new DecisionItem
            {
                Asset = view.Instrument.Asset, Action = DecisionAction.OpenLong, SizeUsd = sizeUsd, Leverage = 5, StopLoss = decimal.Round(view.Context.Mark * 0.93m), TakeProfit = decimal.Round(view.Context.Mark * 1.15m), Confidence = 90, ExitPlan = plan,
            },
        ]);
    }

    private static RezDb Db(TempFolder folder) => new(RezDb.Sqlite(folder.File("diary.db"), readOnly: true));

    private sealed class SlowDecider(Func<DecisionContext, ValueTask<Core.Outcome<Decision>>> decide) : IDecider
    {
        public string Name => "slow";

        public ValueTask<Core.Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel) => decide(context);
    }
}
