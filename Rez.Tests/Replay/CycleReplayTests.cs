using System.Text;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Market;
using Rez.Core.Replay;
using Rez.Core.Strategies;
using Rez.Tests.Support;
using Rez.Worker.Hosting;

namespace Rez.Tests.Replay;

/// <summary>A stored cycle runs again to the same hash, without venue or model; another decision is played on through the same code.</summary>
public sealed class CycleReplayTests
{
    [Fact]
    public async Task Every_cycle_of_a_rule_strategy_runs_again_to_the_same_hash()
    {
        using var folder = new TempFolder();
        await SessionStage.RunAsync(folder.Path, 600);
        var capsules = Capsules(folder.Path);
        Assert.Equal(600, capsules.Count);
        Assert.Contains(capsules, c => c.Capsule.Stories.Any(s => s.Judged is not null));
        foreach (var (capsule, hash) in capsules)
        {
            var replayed = await CycleReplay.RunAsync(capsule, hash, Rules, CancellationToken.None);
            Assert.True(replayed.Value.IsIdentical, $"{capsule.CycleId}: {string.Join("; ", replayed.Value.Differences)}");
        }
    }

    [Fact]
    public async Task A_capsule_read_back_seals_to_the_same_bytes()
    {
        using var folder = new TempFolder();
        await SessionStage.RunAsync(folder.Path, 130);
        foreach (var (capsule, hash) in Capsules(folder.Path))
        {
            Assert.Equal(hash, capsule.Seal().Hash);
        }
    }

    [Fact]
    public async Task What_was_changed_afterwards_is_named()
    {
        using var folder = new TempFolder();
        await SessionStage.RunAsync(folder.Path, 130);
        var (capsule, hash) = Capsules(folder.Path).First(c => c.Capsule.Stories.Any(s => s.Sent is not null));
        var tighter = capsule with { Terms = capsule.Terms with { Limits = new Core.Risk.RiskOptions { MaxLeverage = 1 } } };
        var replayed = (await CycleReplay.RunAsync(tighter, hash, Rules, CancellationToken.None)).Value;
        Assert.False(replayed.IsIdentical);
        Assert.Contains(replayed.Differences, d => d.Contains("the gate judges otherwise", StringComparison.Ordinal));
        Assert.Contains(replayed.Differences, d => d.Contains("another order would be sent", StringComparison.Ordinal));
        Assert.Equal("unknown-decider", (await CycleReplay.RunAsync(capsule, hash, _ => null, CancellationToken.None)).Rejection.Code);
    }

    [Fact]
    public void A_capsule_of_another_version_or_none_at_all_is_refused()
    {
        Assert.Equal("capsule-version", CapsuleReading.Read("{\"capsule\":1}"u8.ToArray()).Rejection.Code);
        Assert.Equal("unreadable-capsule", CapsuleReading.Read("{\"capsule\":2}"u8.ToArray()).Rejection.Code);
        Assert.Equal("unreadable-capsule", CapsuleReading.Read("nonsense"u8.ToArray()).Rejection.Code);
    }

    [Fact]
    public async Task The_decision_that_was_made_makes_in_replay_what_it_made_then()
    {
        // One opening, then nothing: what became of it is decided by stop, target and fees alone, in the session as in the replay.
        using var folder = new TempFolder();
        var cycles = 0;
        var decider = new ScriptedDecider(context => ++cycles == 20 ? Open(context) : new Decision("scripted", "held", []));
        var summary = await SessionStage.RunAsync(folder.Path, 500, decider: decider);
        Assert.Equal(1, summary.Trades);
        var (capsule, hash) = Capsules(folder.Path)[19];
        var world = ReplayMarket.Of(World(folder.Path), null).Value;
        var options = SessionStage.Options();
        var play = new Counterfactual(SessionComposition.Settings(options, world(), null, "test"), world, TimeProvider.System);
        var played = (await play.RunAsync(capsule, capsule.Reasoned.Decision, TimeSpan.FromHours(48), CancellationToken.None)).Value;
        Assert.Empty(played.StillOpen);
        Assert.Equal(summary.EquityEnd - summary.EquityStart, played.Pnl);
        Assert.Equal(summary.FeesPaid, played.Fees);
        var hold = (await play.RunAsync(capsule, null, TimeSpan.FromHours(48), CancellationToken.None)).Value;
        Assert.Equal((0m, 0), (hold.Pnl, hold.Fills));
        Assert.Equal("unknown-decider", (await CycleReplay.RunAsync(capsule, hash, Rules, CancellationToken.None)).Rejection.Code);
    }

    [Fact]
    public async Task A_position_that_was_open_is_played_on_with_its_stop()
    {
        using var folder = new TempFolder();
        var cycles = 0;
        var decider = new ScriptedDecider(context => ++cycles == 20 ? Open(context) : new Decision("scripted", "held", []));
        var summary = await SessionStage.RunAsync(folder.Path, 500, decider: decider);
        var (capsule, _) = Capsules(folder.Path)[20];
        Assert.Single(capsule.Synced.Account.Positions);
        var world = ReplayMarket.Of(World(folder.Path), null).Value;
        var play = new Counterfactual(SessionComposition.Settings(SessionStage.Options(), world(), null, "test"), world, TimeProvider.System);
        var played = (await play.RunAsync(capsule, null, TimeSpan.FromHours(48), CancellationToken.None)).Value;
        Assert.Equal(summary.EquityEnd, played.EquityEnd);
        Assert.Empty(played.StillOpen);
    }

    [Fact]
    public async Task The_program_replays_a_model_s_cycle_offline_and_asks_another_one()
    {
        using var folder = new TempFolder();
        const string Buy = """{"text":{"reasoning":"up","decisions":[{"asset":"BTC","action":"open_long","size_usd":1500,"leverage":2,"stop_loss":90000,"take_profit":120000,"confidence":80,"exit_plan":null,"rationale":"r"}]}}""";
        string[] run = ["--data-dir", folder.File("d"), "--set", "Trading:Decider=agent", "--set", "Model:Name=scripted"];
        await using (var host = await ScriptedModelHost.StartAsync($"[{{\"tools\":[{{\"name\":\"get_candles\",\"arguments\":{{\"asset\":\"BTC\",\"interval\":\"5m\",\"bars\":3}}}}]}},{Buy}]", 0))
        {
            Assert.Equal(0, (await RezProcess.RunAsync(folder.Path, null, ["run", "--headless", "--json", "--speed", "max", "--cycles", "2", .. run, "--set", $"Model:BaseUrl={host.Address}"])).Code);
        }

        // The endpoint is gone: nothing is needed but the diary.
        var offline = await RezProcess.RunAsync(folder.Path, null, "replay", "1", "--data-dir", folder.File("d"), "--json");
        Assert.True(offline.Code == 0, offline.Err + offline.Out);
        var report = JsonDocument.Parse(offline.Out).RootElement;
        Assert.True(report.GetProperty("identical").GetBoolean());
        Assert.Equal(report.GetProperty("recordedHash").GetString(), report.GetProperty("replayedHash").GetString());

        await using var other = await ScriptedModelHost.StartAsync("""[{"tools":[{"name":"get_candles","arguments":{"asset":"BTC","interval":"5m","bars":3}},{"name":"get_candles","arguments":{"asset":"ETH","interval":"5m","bars":3}}]},{"text":{"reasoning":"no","decisions":[]}}]""", 0);
        await File.WriteAllTextAsync(folder.File("cautious.md"), "Trade rarely.", TestContext.Current.CancellationToken);
        var asked = await RezProcess.RunAsync(
            folder.Path, null, "replay", "1", "--data-dir", folder.File("d"), "--json", "--model", "cautious-model", "--prompt", folder.File("cautious.md"), "--set", $"Model:BaseUrl={other.Address}");
        Assert.True(asked.Code == 0, asked.Err + asked.Out);
        var difference = JsonDocument.Parse(asked.Out).RootElement.GetProperty("other");
        Assert.Equal(("no", 1, 0), (difference.GetProperty("reasoning").GetString(), difference.GetProperty("recorded").GetArrayLength(), difference.GetProperty("decided").GetArrayLength()));
        Assert.Equal("approved", difference.GetProperty("recorded")[0].GetProperty("gate").GetString());
        Assert.Equal(0m, difference.GetProperty("pnl").GetProperty("other").GetProperty("pnl").GetDecimal());
        Assert.NotEqual(0m, difference.GetProperty("pnl").GetProperty("recorded").GetProperty("pnl").GetDecimal());
        Assert.Contains("Trade rarely.", other.Calls[0]);

        // What was looked up then is known; what was not can't be any more.
        Assert.Contains("this was not looked up when the cycle ran", other.Calls[1]);

        var missing = await RezProcess.RunAsync(folder.Path, null, "replay", "99", "--data-dir", folder.File("d"));
        Assert.Equal((10, true), (missing.Code, missing.Err.Contains("no capsule of cycle '99'", StringComparison.Ordinal)));
        var cost = await RezProcess.RunAsync(folder.Path, null, "agent", "cost", "--data-dir", folder.File("d"), "--json");
        Assert.Equal(0.003m, JsonDocument.Parse(cost.Out).RootElement.GetProperty("totalUsd").GetDecimal());
        var preview = await RezProcess.RunAsync(folder.Path, null, "agent", "preview", "1", "--data-dir", folder.File("d"), "--set", "Model:Name=scripted");
        Assert.Equal(8, JsonDocument.Parse(preview.Out).RootElement.GetProperty("tools").GetArrayLength());
    }

    private static IDecider? Rules(string name) => name == TrendMomentum.StrategyName ? new TrendMomentum() : null;

    private static Decision Open(DecisionContext context)
    {
        var mark = context.Assets[0].Context.Mark;
        var item = new DecisionItem
        {
            Asset = context.Assets[0].Instrument.Asset, Action = DecisionAction.OpenLong, SizeUsd = 2_000m, Leverage = 2, StopLoss = decimal.Round(mark * 0.993m, 0), TakeProfit = decimal.Round(mark * 1.014m, 0), Confidence = 80,
        };
        return new Decision("scripted", "once", [item]);
    }

    private static List<(CycleCapsule Capsule, string Hash)> Capsules(string folder)
    {
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(folder, "diary.db"), readOnly: true));
        return [.. db.Events.Where(e => e.Type == "cycle.capsule").OrderBy(e => e.Seq).AsEnumerable().Select(e => (CapsuleSealed)DiaryTypes.Read(e.Type, e.Version, e.Payload).Value)
            .Select(s => (CapsuleReading.Read(s.Capsule.Utf8).Value, s.Hash))];
    }

    private static string World(string folder)
    {
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(folder, "diary.db"), readOnly: true));
        return DiaryQueries.Session(db)!.World;
    }
}
