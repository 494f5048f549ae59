using Rez.Core.Agent;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Session;

/// <summary>Protections of the account in a running session: they trip, hold over restarts, end when they say, and yield to a person.</summary>
public sealed class PortfolioGuardTests
{
    [Fact]
    public async Task A_daily_loss_stops_openings_also_after_a_restart_until_midnight()
    {
        using var folder = new TempFolder();
        using (var stage = Losing(folder.Path, 60))
        {
            await stage.Session.RunAsync(CancellationToken.None);
            var state = stage.Session.Controls.State;
            Assert.Equal((TradingState.Reducing, "rez"), (state.State, state.By));
            Assert.Contains("were lost today", state.Why);
            Assert.Equal(Some.Start + 86_400_000, state.UntilMs);
            Assert.Single(Facts<GuardTripped>(folder), t => t.Code == "daily-loss");
        }

        var before = Trades(folder);
        using (var again = Losing(folder.Path, 100))
        {
            Assert.Equal(TradingState.Reducing, again.Session.Controls.State.State);
            await again.Session.RunAsync(CancellationToken.None);
            Assert.Contains("rejected (reducing)", Lines(folder));
        }

        Assert.Equal(before, Trades(folder));

        // The next day it ends by itself, and says so.
        using var later = Losing(folder.Path, 140);
        await later.Session.RunAsync(CancellationToken.None);
        Assert.Contains(Facts<ControlChanged>(folder), c => c.Why.StartsWith("the stated time has come", StringComparison.Ordinal));
        Assert.True(Trades(folder) > before);
    }

    [Fact]
    public async Task A_drawdown_halts_until_a_person_resumes_and_a_restart_changes_nothing_of_that()
    {
        using var folder = new TempFolder();
        using (var stage = Losing(folder.Path, 60, o => (o.Protection.DailyLoss, o.Protection.MaxDrawdown) = (0, 0.03m)))
        {
            await stage.Session.RunAsync(CancellationToken.None);
            Assert.True(stage.Session.Controls.State.Halted);
        }

        using (var again = Losing(folder.Path, 20, o => (o.Protection.DailyLoss, o.Protection.MaxDrawdown) = (0, 0.03m)))
        {
            Assert.True(again.Session.Controls.State.Halted);
            var before = Trades(folder);
            await again.Session.RunAsync(CancellationToken.None);
            Assert.Equal(before, Trades(folder));
            await again.Session.Controls.ResumeAsync("test");
        }

        // What was is accepted: it trades on, and halts again only after as much once more.
        using var resumed = Losing(folder.Path, 30, o => (o.Protection.DailyLoss, o.Protection.MaxDrawdown) = (0, 0.03m));
        Assert.Equal(TradingState.Active, resumed.Session.Controls.State.State);
        await resumed.Session.RunAsync(CancellationToken.None);
        Assert.True(resumed.Session.Summarise().Trades > 0);
        Assert.Equal(2, Facts<GuardTripped>(folder).Count(t => t.Code == "drawdown") + (resumed.Session.Controls.State.Halted ? 0 : 1));
    }

    [Fact]
    public async Task The_history_a_restart_reads_is_the_one_that_was()
    {
        using var folder = new TempFolder();
        PortfolioHistory lived;
        using (var stage = SessionStage.Open(folder.Path, 1_500))
        {
            await stage.Session.RunAsync(CancellationToken.None);
            lived = stage.Session.Guard.History;
        }

        using var again = SessionStage.Open(folder.Path, 1);
        var read = again.Session.Guard.History;
        Assert.Equal(lived.Net(0, long.MaxValue), read.Net(0, long.MaxValue));
        Assert.Equal(lived.LosingStreak(), read.LosingStreak());
        Assert.Equal((lived.PeakEquity, lived.AcceptedMs), (read.PeakEquity, read.AcceptedMs));
        foreach (var asset in new[] { "BTC", "ETH", "SOL" })
        {
            Assert.Equal(lived.LastStopMs(asset), read.LastStopMs(asset));
        }

        for (var day = 0; day < 6; day++)
        {
            Assert.Equal(lived.EquityAt(Some.Start + (day * 86_400_000L)), read.EquityAt(Some.Start + (day * 86_400_000L)));
        }
    }

    [Fact]
    public async Task Three_losing_weeks_stand_against_a_start_unless_it_is_forced()
    {
        using var folder = new TempFolder();
        using (var stage = SessionStage.Open(folder.Path, 1, decider: new ScriptedDecider(_ => new Decision("scripted", "", []))))
        {
            await stage.Session.RunAsync(CancellationToken.None);
            var now = stage.Session.Now.ToUnixTimeMilliseconds();
            foreach (var week in new[] { 20, 13, 6 })
            {
                stage.Session.Guard.History.NoteTrade(new GuardTrade(now - (week * 86_400_000L), "BTC", -5m, false));
            }

            stage.Session.Guard.Options.LosingWeeks = 3;
            await stage.Session.Guard.StartAsync(isForced: true);
            Assert.False(stage.Session.Controls.State.Halted);
            await stage.Session.Guard.StartAsync(isForced: false);
            Assert.True(stage.Session.Controls.State is { Halted: true, Why: "the last 3 weeks all lost" });
        }
    }

    /// <summary>Opens BTC and closes it again, cycle by cycle: the fees alone lose a quarter percent each time.</summary>
    private static SessionStage Losing(string folder, long cycles, Action<Core.Configuration.RezOptions>? change = null) => SessionStage.Open(
        folder, cycles,
        o =>
        {
            (o.Protection.DailyLoss, o.Risk.MinRewardRisk) = (0.02m, 0);
            change?.Invoke(o);
        },
        new ScriptedDecider(context =>
        {
            var view = context.Assets[0];
            var item = new DecisionItem
            {
                Asset = view.Instrument.Asset, Action = DecisionAction.OpenLong, SizeUsd = 29_000m, Leverage = 5, StopLoss = decimal.Round(view.Context.Mark * 0.98m), TakeProfit = decimal.Round(view.Context.Mark * 1.05m), Confidence = 90,
            };
            return new Decision("scripted", "again", [view.Position is null ? item : new DecisionItem { Asset = item.Asset, Action = DecisionAction.Close }]);
        }));

    private static long Trades(TempFolder folder)
    {
        using var db = Db(folder);
        return db.Trades.Count();
    }

    private static string Lines(TempFolder folder)
    {
        using var db = Db(folder);
        return db.Cycles.OrderByDescending(c => c.Seq).First(c => c.Acted).Lines!;
    }

    private static T[] Facts<T>(TempFolder folder)
        where T : DiaryFact
    {
        using var db = Db(folder);
        return [.. db.Events.OrderBy(e => e.Seq).AsEnumerable().Where(e => DiaryTypes.ByName[e.Type].Clr == typeof(T)).Select(e => (T)DiaryTypes.Read(e.Type, e.Version, e.Payload).Value)];
    }

    private static RezDb Db(TempFolder folder) => new(RezDb.Sqlite(folder.File("diary.db"), readOnly: true));
}
