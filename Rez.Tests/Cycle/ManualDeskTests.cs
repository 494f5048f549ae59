using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Risk;
using Rez.Core.Session;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Cycle;

/// <summary>A person's orders: the same gate, the same protections, once an id, and told apart in the record.</summary>
public sealed class ManualDeskTests
{
    [Fact]
    public async Task A_person_opens_through_the_gate_with_stop_and_target_and_the_same_id_only_once()
    {
        using var folder = new TempFolder();
        using var stage = await ManualStage.StartAsync(folder);
        var order = stage.Order("a");
        var check = (await stage.Desk.CheckAsync(order, default)).Value;
        Assert.Equal(("approved", false), (check.Gated, check.IsOpen));
        Assert.Equal(RiskGate.Layers.Length, check.Verdicts.Length);
        Assert.True(check.LossAtStopUsd > 0);
        Assert.Empty(await stage.PositionsAsync());

        var opened = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => stage.Desk.OpenAsync(order, "console", default).AsTask()));
        Assert.All(opened, o => Assert.True(o.Value.IsOpen, o.Value.Done));
        var position = Assert.Single(await stage.PositionsAsync());
        var coverage = Rez.Core.Desk.Protector.CoverageOf(position, (await stage.Session.Exchange.OpenOrdersAsync(default)).Value);
        Assert.Equal((true, order.StopLoss, order.TakeProfit), (coverage.IsFull, coverage.Stop, coverage.Target));

        // A second one in the same asset is refused as anybody's.
        Assert.Contains("position-open", (await stage.Desk.OpenAsync(stage.Order("b"), "console", default)).Value.Gated);
    }

    [Fact]
    public async Task Limits_halts_and_pauses_hold_for_a_person_too()
    {
        using var folder = new TempFolder();
        using var stage = await ManualStage.StartAsync(folder);
        Assert.Contains("stop-wrong-side", (await stage.Desk.OpenAsync(stage.Order("a") with { StopLoss = stage.Mark * 1.02m }, "console", default)).Value.Gated);
        Assert.Contains("cut", (await stage.Desk.CheckAsync(stage.Order("a") with { SizeUsd = 50_000_000m }, default)).Value.Gated);
        await stage.Session.Controls.SetPausedAsync("BTC", true, "test");
        Assert.Contains("rejected", (await stage.Desk.OpenAsync(stage.Order("b"), "console", default)).Value.Gated);
        await stage.Session.Controls.SetPausedAsync("BTC", false, "test");
        await stage.Session.Controls.HaltAsync("test", "enough");
        Assert.Contains("halted", (await stage.Desk.OpenAsync(stage.Order("c"), "console", default)).Value.Gated);
        Assert.Empty(await stage.PositionsAsync());

        // With auto-trading off a person still may: it is the decider that is switched off.
        await stage.Session.Controls.ResumeAsync("test");
        await stage.Session.Controls.SetAutoTradingAsync(false, "test");
        Assert.True((await stage.Desk.OpenAsync(stage.Order("c"), "console", default)).Value.IsOpen);
    }

    [Fact]
    public async Task A_share_is_closed_and_what_is_no_share_or_no_position_is_refused()
    {
        using var folder = new TempFolder();
        using var stage = await ManualStage.StartAsync(folder);
        Assert.Equal("no-position", (await stage.Desk.ReduceAsync("BTC", 0.5m, "console", default)).Rejection.Code);
        Assert.Equal("bad-share", (await stage.Desk.ReduceAsync("BTC", 1.5m, "console", default)).Rejection.Code);
        Assert.True((await stage.Desk.OpenAsync(stage.Order("a"), "console", default)).Value.IsOpen);
        var before = Assert.Single(await stage.PositionsAsync()).Size;
        Assert.StartsWith("closed ", (await stage.Desk.ReduceAsync("BTC", 0.5m, "console", default)).Value);
        Assert.InRange(Assert.Single(await stage.PositionsAsync()).Size, before * 0.49m, before * 0.51m);
        Assert.False((await stage.Desk.OpenAsync(stage.Order("z") with { Asset = "PEPE" }, "console", default)).Ok);
    }

    /// <summary>A demo session that has warmed up and whose decider holds.</summary>
    private sealed class ManualStage(SessionStage stage) : IDisposable
    {
        public DemoSession Session => stage.Session;

        public ManualDesk Desk => stage.Session.Manual;

        public decimal Mark => stage.Session.World.Venue.Context("BTC")!.Mark;

        public static async Task<ManualStage> StartAsync(TempFolder folder)
        {
            var stage = SessionStage.Open(folder.Path, 3, o => o.Risk.RiskPerTrade = 0.02m, new ScriptedDecider(_ => new Decision("holds", string.Empty, [])));
            await stage.Session.RunAsync(CancellationToken.None);
            return new ManualStage(stage);
        }

        public ManualOrder Order(string id) => new(id, "BTC", Direction.Long, 1_000m, 3, decimal.Round(Mark * 0.98m), decimal.Round(Mark * 1.05m));

        public async Task<IReadOnlyList<Position>> PositionsAsync() => (await Session.Exchange.AccountAsync(default)).Value.Positions;

        public void Dispose() => stage.Dispose();
    }
}
