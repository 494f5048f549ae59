using System.Text;
using System.Text.Json;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Diary;

/// <summary>
/// The payload of every event type, held by a golden file: old diaries must stay readable. Set REZ_WRITE_GOLDEN=1 to write the file anew
/// after a change that is meant.
/// </summary>
public sealed class EventSchemaTests
{
    private static readonly string Golden = Path.Combine(Repo.Root, "Rez.Tests", "Diary", "Golden", "events.jsonl");

    [Fact]
    public void Every_type_has_a_sample() =>
        Assert.Equal(DiaryTypes.ByName.Values.Select(t => t.Clr.Name).Order(), Samples.Select(s => s.GetType().Name).Distinct().Order());

    [Fact]
    public void Payloads_are_as_they_were()
    {
        var now = Samples.Select(s => $"{DiaryTypes.Of(s).Name}/{DiaryTypes.Of(s).Version} {Encoding.UTF8.GetString(DiaryTypes.Write(s))}").ToArray();
        if (Environment.GetEnvironmentVariable("REZ_WRITE_GOLDEN") == "1")
        {
            File.WriteAllLines(Golden, now);
        }

        Assert.Equal(File.ReadAllLines(Golden), now);
    }

    [Fact]
    public void Golden_payloads_read_back_to_the_same_bytes()
    {
        foreach (var line in File.ReadAllLines(Golden))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var name = line[..space].Split('/');
            var payload = Encoding.UTF8.GetBytes(line[(space + 1)..]);
            var fact = DiaryTypes.Read(name[0], int.Parse(name[1]), payload);
            Assert.True(fact.Ok, $"{name[0]}: {fact.Rejection}");
            Assert.Equal(line[(space + 1)..], Encoding.UTF8.GetString(DiaryTypes.Write(fact.Value)));
        }
    }

    [Fact]
    public void Unknown_types_and_newer_versions_are_told()
    {
        Assert.Equal("unknown-event-type", DiaryTypes.Read("moon.landed", 1, "{}"u8).Rejection.Code);
        Assert.Equal("newer-event-version", DiaryTypes.Read("fill.booked", 99, "{}"u8).Rejection.Code);
        Assert.Equal("unreadable-event", DiaryTypes.Read("fill.booked", 1, "{"u8).Rejection.Code);
    }

    [Fact]
    public void The_hash_is_the_documented_one()
    {
        // Written out by hand: anyone can verify a diary.jsonl with a SHA-256 tool and this sentence.
        var payload = DiaryTypes.Write(new FlattenAsked("BTC", "test"));
        var canonical = "{\"seq\":1,\"at\":5,\"cycle\":\"c-1\",\"stream\":\"control\",\"type\":\"control.flatten-asked\",\"v\":1,\"payload\":{\"asset\":\"BTC\",\"by\":\"test\"}}";
        var expected = System.Security.Cryptography.SHA256.HashData([.. new byte[32], .. Encoding.UTF8.GetBytes(canonical)]);
        var hash = DiaryRecord.ComputeHash(1, 5, "c-1", "control", "control.flatten-asked", 1, payload, DiaryRecord.Genesis);
        Assert.Equal(expected, hash);
        var line = new DiaryRecord(1, 5, "c-1", "control", "control.flatten-asked", 1, payload, DiaryRecord.Genesis, hash).ToJsonLine();
        Assert.StartsWith(canonical[..^1], line);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
    }

    private static readonly DiaryFact[] Samples =
    [
        new SessionStarted("demo", "generated/1 seed=2", "0.1.0", Some.Start),
        new SessionStopped("Stopped"),
        new ClockJumped(2, 1),
        new ControlChanged(true, true, ["BTC"], "console", "halted by a person"),
        new ControlChanged(true, false, [], "rez", "daily loss") { Reducing = true, UntilMs = Some.Start + 1, AcceptedMs = Some.Start },
        new GuardTripped("daily-loss", "600 USD were lost today", "Reducing", Some.Start + 86_400_000),
        new ExitCalled("BTC", "EXIT_TRAIL", "MoveStop", "55 % of the way to the target was reached"),
        new FlattenAsked("BTC", "console"),
        new AccessChanged("anna", "10.0.0.3", "role of ben", "viewer", "trader"),
        new SettingChanged("anna", "10.0.0.3", "Risk:MaxLeverage", "5", "3", "next cycle"),
        new FlattenAsked(null, "api"),
        new ManualAsked("BTC", Direction.Long, 1_000m, 3, 90_000m, 120_000m, "console", "approved"),
        new CycleStarted(1, Some.Start),
        new CycleCompleted(1, Some.Start, "trend-momentum", "BTC: hold.", 10_000.25m, [new CycleLine("BTC", "hold", "hold", "nothing to do", "quiet")], "ab", new StageTimes(0.1, 0.2, 0.3, 0.4, 0.5, 0.6)),
        new CycleFailed(1, Some.Start, "ingest", "no-context: no price"),
        new CapsuleSealed("ab", new RawJson("{\"capsule\":1}"u8.ToArray())),
        new AgentSpent("agent m", 1_000, 600, 200, 0.0123m, Some.Start),
        new AgentSpent("agent m", 1_000, 600, 200, 0m, Some.Start) { ReasoningTokens = 50, Turns = 2, ToolCalls = 3, Milliseconds = [812.5, 90], FromCache = true },
        new AgentSkipped("The model was not asked: nothing is open", Some.Start),
        new AgentReflected("2025-01-01", "Stops were too near.", "m", 0.002m, Some.Start),
        new MarketUnfit("BTC", "1 gap(s)"),
        new AccountSynced(10_000m, 9_990.5m, 9.5m, 100m, 500m, 10_001m),
        new OrderSending(Some.Bracket(Side.Buy, 0.1m, 100_500m, 99_000m, 102_000m), "entry", null, "why", Some.Start),
        new OrderOutcome("BTC", [Some.Id("a")], SendState.Confirmed, [new LegResult(LegState.Filled, 1, 0.1m, 100_000m)], null),
        new OrderOutcome("BTC", [Some.Id("a")], SendState.Unresolved, [], "timeout"),
        new CancelSending("BTC", 7, Some.Id("a"), "replaced", Some.Start),
        new CancelOutcome("BTC", 7, null, SendState.Rejected, "gone"),
        new LeverageSending("BTC", 5, true, Some.Start),
        new LeverageOutcome("BTC", 5, SendState.Confirmed, null),
        new FillBooked(new Fill
        {
            Tid = 1, Oid = 2, Cloid = Some.Id("a"), Asset = "BTC", Side = Side.Sell, Price = 99_000m, Size = 0.1m, Fee = 4.455m, ClosedPnl = -100m, StartPosition = 0.1m,
            IsTaker = true, TimeMs = Some.Start, IsLiquidation = false, Trigger = TriggerKind.StopLoss,
        }),
        new FundingBooked(new FundingPayment(Some.Start, "BTC", 0.1m, 100_000m, 0.0000125m, 0.125m)),
        new VenueActed("BTC", "liquidation", "Sell 0.1 BTC at 90000", Some.Start),
        new ForeignOrderFound("BTC", 7, Side.Buy, 0.1m, 90_000m, null, false, "Adopt"),
        new BenchmarkSet(10_000m, new SortedDictionary<string, decimal>(StringComparer.Ordinal) { ["BTC"] = 100_000m }),
        new PlanSet("BTC", "trend up", "out below 94500", [new PlanCondition("close", "1h", "below", 94_500m)], Some.Start),
        new PlanFired("BTC", "BTC: close on 1h is below 94500 (94400)"),
        new DriftFound("BTC", 0.1m, 0m, "Adopt"),
        new PositionAdopted("BTC", -0.1m, 100_000m),
        new ProtectionMissing("BTC", 0.1m, 0m, "sentinel"),
        new ProtectionRestored("BTC", "stop placed at 99000", 1_000),
        new ProtectionLevel("BTC", 99_000m, null),
    ];
}
