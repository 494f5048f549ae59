using Microsoft.EntityFrameworkCore;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Session;

public sealed class DemoSessionTests
{
    [Fact]
    public async Task A_seed_gives_one_story_at_any_speed()
    {
        using var a = new TempFolder();
        using var b = new TempFolder();
        using var c = new TempFolder();
        var fast = await SessionStage.RunAsync(a.Path, 400);
        var paced = await SessionStage.RunAsync(b.Path, 400, o => o.Demo.Speed = "200000");
        var other = await SessionStage.RunAsync(c.Path, 400, o => o.Demo.Seed = 99);
        Assert.True(fast.Trades > 0);
        Assert.Equal((fast.TradesHash, fast.Trades, fast.EquityEnd, fast.FeesPaid), (paced.TradesHash, paced.Trades, paced.EquityEnd, paced.FeesPaid));
        Assert.NotEqual(fast.TradesHash, other.TradesHash);
        Assert.Equal(0, fast.UnprotectedMs);
    }

    [Fact]
    public async Task A_run_in_two_parts_equals_a_run_in_one()
    {
        using var whole = new TempFolder();
        using var parts = new TempFolder();
        var once = await SessionStage.RunAsync(whole.Path, 500);
        await SessionStage.RunAsync(parts.Path, 137);
        await SessionStage.RunAsync(parts.Path, 1);
        var resumed = await SessionStage.RunAsync(parts.Path, 500 - 138);
        Assert.Equal((once.TradesHash, once.EquityEnd, once.Cycles, once.FeesPaid, once.FundingPaid), (resumed.TradesHash, resumed.EquityEnd, resumed.Cycles, resumed.FeesPaid, resumed.FundingPaid));
        Assert.Equal(0, resumed.UnprotectedMs);
    }

    [Fact]
    public async Task A_stop_between_a_bar_and_its_cycle_loses_no_cycle()
    {
        using var whole = new TempFolder();
        using var parts = new TempFolder();
        var once = await SessionStage.RunAsync(whole.Path, 60);
        for (var stops = 0; stops < 20; stops++)
        {
            // Cancelled after a number of bars that falls on, before and behind cycle boundaries.
            using var stage = SessionStage.Open(parts.Path, change: o => o.Demo.Speed = "1000000");
            using var cancel = new CancellationTokenSource();
            var until = stops * 7;
            stage.Diary.Committed += records =>
            {
                if (records.Any(r => r.Type == "session.started") && until % 2 == 0)
                {
                    cancel.Cancel();
                }
            };
            stage.Session.CycleEnded += _ => cancel.Cancel();
            await stage.Session.RunAsync(cancel.Token);
        }

        using (var db = Db(parts))
        {
            var totals = DiaryQueries.Totals(db);
            await SessionStage.RunAsync(parts.Path, 60 - totals.Cycles);
        }

        using var check = Db(parts);
        var closes = DiaryQueries.Stream(check, 0).Where(r => r.Type == "cycle.started").Select(r => ((CycleStarted)DiaryTypes.Read(r.Type, r.Version, r.Payload.Span).Value).CandleCloseMs).ToArray();
        Assert.Equal(60, closes.Length);
        Assert.All(closes.Zip(closes.Skip(1)), pair => Assert.Equal(300_000, pair.Second - pair.First));
        Assert.Equal(once.EquityEnd, DiaryQueries.Totals(check).LastEquity);
    }

    [Fact]
    public async Task Another_market_is_not_continued_on_the_same_diary()
    {
        using var folder = new TempFolder();
        await SessionStage.RunAsync(folder.Path, 2);
        var refused = Assert.Throws<InvalidOperationException>(() => SessionStage.Open(folder.Path, 2, o => o.Demo.Seed = 5));
        Assert.Contains("another market", refused.Message);
    }

    [Fact]
    public async Task Equity_is_what_the_diary_adds_up_to()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 600);
        await stage.Session.RunAsync(CancellationToken.None);
        using var db = Db(folder);
        var account = (await stage.Session.Exchange.AccountAsync(CancellationToken.None)).Value;
        var fills = await db.Fills.ToListAsync();
        var totals = DiaryQueries.Totals(db);
        Assert.Equal(account.Cash, 10_000m + fills.Sum(f => f.ClosedPnl) - totals.FeesPaid - totals.FundingPaid);
        Assert.Equal(stage.Session.World.Venue.Fills.Count, fills.Count);
        var trades = await db.Trades.ToListAsync();
        Assert.Equal(totals.NetPnl, trades.Sum(t => t.Net));
        Assert.All(trades, t => Assert.NotNull(t.OpenCycleId));
    }

    [Fact]
    public async Task No_order_is_sent_before_it_is_in_the_diary_and_none_without_a_cycle_that_explains_it()
    {
        using var folder = new TempFolder();
        await SessionStage.RunAsync(folder.Path, 400);
        using var db = Db(folder);
        var events = DiaryQueries.Stream(db, 0).ToArray();
        var sent = new HashSet<Cloid>();
        var entries = 0;
        foreach (var record in events)
        {
            switch (DiaryTypes.Read(record.Type, record.Version, record.Payload.Span).Value)
            {
                case OrderSending s:
                    Assert.All(s.Request.Legs, l => Assert.True(sent.Add(l.Cloid), "a client order id was used twice"));
                    Assert.NotNull(record.CycleId);
                    if (s.Purpose == "entry")
                    {
                        entries++;
                        Assert.Contains(s.Request.Legs, l => l.Trigger == TriggerKind.StopLoss && l.Size == s.Request.Legs[0].Size);
                    }

                    break;
                case FillBooked { Fill.Cloid: { } cloid }:
                    Assert.Contains(cloid, sent);
                    break;
            }
        }

        Assert.True(entries > 0);
    }

    [Fact]
    public async Task A_decider_that_fails_or_throws_does_not_stop_the_loop()
    {
        using var folder = new TempFolder();
        var calls = 0;
        var decider = new ScriptedDecider(c => ++calls switch
        {
            2 => new Rejection("model-down", "no answer"),
            3 => throw new InvalidOperationException("boom"),
            _ => new Decision("scripted", "quiet", []),
        });
        var summary = await SessionStage.RunAsync(folder.Path, 6, decider: decider);
        using var db = Db(folder);
        var cycles = await db.Cycles.OrderBy(c => c.Number).ToListAsync();
        Assert.Equal(["completed", "completed", "failed", "completed", "completed", "completed"], cycles.Select(c => c.Status));
        Assert.Contains("no answer", cycles[1].Summary);
        Assert.Equal("reason: InvalidOperationException: boom", cycles[2].Error);
        Assert.Equal(5, summary.Cycles);
    }

    [Fact]
    public async Task A_failing_stage_makes_the_loop_back_off()
    {
        using var folder = new TempFolder();
        var decider = new ScriptedDecider(_ => throw new InvalidOperationException("boom"));
        await SessionStage.RunAsync(folder.Path, 5, decider: decider);
        using var db = Db(folder);
        var starts = await db.Cycles.OrderBy(c => c.Number).Select(c => c.StartedMs).ToListAsync();
        var pauses = starts.Zip(starts.Skip(1), (a, b) => (b - a) / 300_000).ToArray();
        Assert.Equal([1, 2, 4, 8], pauses);
    }

    [Fact]
    public async Task Items_for_unknown_or_repeated_assets_are_dropped_and_the_gate_sees_the_rest()
    {
        using var folder = new TempFolder();
        var decider = new ScriptedDecider(c => new Decision("scripted", "wild",
        [
            new DecisionItem { Asset = "DOGE", Action = DecisionAction.OpenLong, SizeUsd = 100, StopLoss = 1, TakeProfit = 2 },
            new DecisionItem { Asset = "BTC", Action = DecisionAction.OpenLong, SizeUsd = 100, Leverage = 2 },
            new DecisionItem { Asset = "BTC", Action = DecisionAction.OpenShort, SizeUsd = 100, Leverage = 2 },
            new DecisionItem { Asset = "ETH", Action = DecisionAction.Close },
        ]));
        await SessionStage.RunAsync(folder.Path, 1, decider: decider);
        using var db = Db(folder);
        var lines = System.Text.Json.JsonSerializer.Deserialize<CycleLine[]>((await db.Cycles.SingleAsync()).Lines!, DiaryTypes.Json)!;
        Assert.Equal(["BTC", "ETH"], lines.Select(l => l.Asset));
        Assert.StartsWith("rejected (no-stop)", lines[0].Gated);
        Assert.Equal("no position", lines[1].Gated);
    }

    private static RezDb Db(TempFolder folder) => new(RezDb.Sqlite(folder.File("diary.db"), readOnly: true));
}
