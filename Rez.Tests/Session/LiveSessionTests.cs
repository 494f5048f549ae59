using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Session;

/// <summary>Live trading, end to end: real HTTP and sockets, real signatures, a real diary, against the local exchange.</summary>
public sealed class LiveSessionTests
{
    [Fact]
    public async Task Five_hundred_live_cycles_with_connections_cut_at_random_end_without_drift()
    {
        using var folder = new TempFolder();
        await using var local = await LocalStage.StartAsync(speed: 4_000, cuts: 0.03);
        var random = new SeededRandom(11);
        await using var stage = await local.ConnectAsync(folder.Path, 500, new ScriptedDecider(c => Restless(c, random)));
        Assert.Null(await stage.Session.RunAsync(CancellationToken.None));
        await EndsInAgreementAsync(local, stage, folder.Path);
        using var db = new RezDb(RezDb.Sqlite(stage.Diary.Path, readOnly: true));
        var totals = DiaryQueries.Totals(db);
        Assert.Equal(500, totals.Cycles + totals.FailedCycles);
        Assert.True(totals.Trades >= 50, $"{totals.Trades} trades");
        Assert.True(stage.Link.Connections > 1, "the socket was never cut");
        if (db.Events.Any(e => e.Type == "position.drift-found"))
        {
            Assert.Fail(Around(db));
        }
    }

    [Fact]
    public async Task A_clock_that_steps_back_by_hours_does_not_hold_up_the_next_cycle()
    {
        using var folder = new TempFolder();
        await using var local = await LocalStage.StartAsync(speed: 3_000);
        SteppedClock? clock = null;
        await using var stage = await local.ConnectAsync(folder.Path, 24, new ScriptedDecider(_ => new Decision("test", "waits", [])), other: ports => ports with { Clock = clock = new SteppedClock(ports.Clock) });
        stage.Session.CycleEnded += _ =>
        {
            if (stage.Session.Cycles == 4)
            {
                clock!.Offset = TimeSpan.FromHours(-6);
            }
        };

        // What it did before: wait until its clock had passed the boundaries of six hours again.
        Assert.Null(await stage.Session.RunAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1)));
        using var db = new RezDb(RezDb.Sqlite(stage.Diary.Path, readOnly: true));
        var closes = db.Events.Where(e => e.Type == "cycle.started").OrderBy(e => e.Seq).AsEnumerable()
            .Select(e => ((Rez.Core.Diary.Facts.CycleStarted)Rez.Core.Diary.DiaryTypes.Read(e.Type, e.Version, e.Payload).Value).CandleCloseMs).ToArray();
        Assert.Equal(24, closes.Length);
        Assert.Contains(closes.Zip(closes.Skip(1)), c => c.Second < c.First - (5 * 3_600_000));
        Assert.All(closes.Skip(5).Zip(closes.Skip(6)), c => Assert.InRange(c.Second - c.First, 1, 3_600_000));
    }

    /// <summary>A wall clock that can be set; time passes as before.</summary>
    private sealed class SteppedClock(TimeProvider inner) : TimeProvider
    {
        private long _offset;

        public TimeSpan Offset
        {
            set => Interlocked.Exchange(ref _offset, value.Ticks);
        }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }

    /// <summary>The events around the first drift, for whoever has to understand it.</summary>
    private static string Around(RezDb db)
    {
        var seq = db.Events.First(e => e.Type == "position.drift-found").Seq;
        return string.Join('\n', db.Events.Where(e => e.Seq > seq - 40 && e.Seq < seq + 12 && e.Type != "cycle.capsule" && e.Type != "cycle.completed").OrderBy(e => e.Seq).AsEnumerable()
            .Select(e => $"{e.Seq} {e.AtMs} {e.CycleId} {e.Type} {System.Text.Encoding.UTF8.GetString(e.Payload)}"));
    }

    /// <summary>Opens and closes often, both ways, with stops near enough to be hit.</summary>
    internal static Decision Restless(DecisionContext context, SeededRandom random)
    {
        var items = ImmutableArray.CreateBuilder<DecisionItem>();
        foreach (var asset in context.Assets)
        {
            var name = asset.Instrument.Asset;
            if (asset.Position is not null)
            {
                if (random.NextDouble() < 0.3)
                {
                    items.Add(new DecisionItem { Asset = name, Action = DecisionAction.Close, Rationale = "enough" });
                }

                continue;
            }

            if (random.NextDouble() < 0.4)
            {
                var up = random.NextDouble() < 0.5;
                var price = asset.Context.Mark;
                items.Add(new DecisionItem
                {
                    Asset = name,
                    Action = up ? DecisionAction.OpenLong : DecisionAction.OpenShort,
                    SizeUsd = 500 + (decimal)(random.NextDouble() * 1_000),
                    Leverage = 3,
                    StopLoss = price * (up ? 0.995m : 1.005m),
                    TakeProfit = price * (up ? 1.012m : 0.988m),
                    Confidence = 80,
                    Rationale = "restless",
                });
            }
        }

        return new Decision("restless", "often", items.ToImmutable());
    }

    /// <summary>Diary = venue, every position covered once, no fill lost or booked twice.</summary>
    internal static async Task EndsInAgreementAsync(LocalStage local, LiveStage stage, string folder)
    {
        local.Wire.Plan = (_, _) => Mishap.None;
        await stage.DisposeAsync();
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(folder, "diary.db"), readOnly: true));
        var (account, orders, fills) = local.Exchange.With(local.Account, v => (v.Account(), v.OpenOrders(), v.Fills.ToArray()));
        var lastBooked = db.Fills.AsEnumerable().Select(f => f.TimeMs).DefaultIfEmpty(0).Max();

        // What the market did after the last look is not the diary's yet.
        var seen = fills.Where(f => f.TimeMs <= lastBooked).ToArray();
        Assert.Equal(seen.Select(f => (f.TimeMs, f.Asset, f.Tid, f.Size)).Order(), db.Fills.AsEnumerable().Select(f => (f.TimeMs, f.Asset, f.Tid, f.Size)).Order());
        if (seen.Length == fills.Length)
        {
            Assert.Equal(account.Positions.Select(p => (p.Asset, p.SignedSize)).Order(), db.Positions.AsEnumerable().Select(p => (p.Asset, p.SignedSize)).Order());
        }

        foreach (var position in account.Positions)
        {
            Assert.True(Protector.CoverageOf(position, orders).IsFull, $"{position.Asset} is naked");
            Assert.Single(orders, o => o.Asset == position.Asset && o is { Trigger: TriggerKind.StopLoss, WaitsForParent: false });
        }

        Assert.DoesNotContain(orders, o => o.TriggerPrice is not null && account.Of(o.Asset) is null);
        Assert.Equal(db.Orders.Select(o => o.Cloid).Distinct().Count(), db.Orders.Count());
    }
}
