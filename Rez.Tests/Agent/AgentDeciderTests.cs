using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Diary.Storage;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;
using Rez.Tests.Support;
using Rez.Worker.Hosting;

namespace Rez.Tests.Agent;

/// <summary>The agent against an endpoint that plays a script, over real HTTP and the real SDK.</summary>
public sealed class AgentDeciderTests
{
    private const string Key = AgentStage.Key;
    private const string Buy = """{"text":"{\"reasoning\":\"up\",\"decisions\":[{\"asset\":\"BTC\",\"action\":\"open_long\",\"size_usd\":1500,\"leverage\":2,\"stop_loss\":90000,\"take_profit\":120000,\"confidence\":80,\"exit_plan\":null,\"rationale\":\"r\"}]}"}""";

    [Fact]
    public async Task It_looks_things_up_in_turns_and_then_decides()
    {
        var (decision, host) = await AgentStage.AskAsync(
            """{"tools":[{"name":"get_candles","arguments":{"asset":"BTC","interval":"5m","bars":3}},{"name":"size_position","arguments":{"asset":"BTC","stop_loss":90000,"risk_percent":1}}]}""",
            """{"tools":[{"name":"get_indicator","arguments":{"asset":"btc","interval":"15m","indicator":"rsi:14"}}]}""",
            Buy);
        var item = Assert.Single(decision.Value.Items);
        Assert.Equal((DecisionAction.OpenLong, 1_500m, 90_000m, "up"), (item.Action, item.SizeUsd, item.StopLoss, decision.Value.Reasoning));
        var record = decision.Value.Record!;
        Assert.Equal(3, record.Turns.Length);
        Assert.Equal(3, JsonDocument.Parse(record.Turns[0].Tools[0].Result).RootElement.GetArrayLength());
        Assert.True(JsonDocument.Parse(record.Turns[0].Tools[1].Result).RootElement.GetProperty("size_usd").GetDecimal() > 0);
        Assert.NotEmpty(JsonDocument.Parse(record.Turns[1].Tools[0].Result).RootElement.GetProperty("rsi").EnumerateArray());
        Assert.Equal((3_000, 1_800, 0.003m), (record.Usage.Prompt, record.Usage.Cached, record.Usage.CostUsd));

        // The second call carries what was looked up; the stable part stands first, so that a provider's cache can hold it.
        Assert.Contains("\"role\":\"tool\"", host.Calls[1]);
        Assert.StartsWith(host.Calls[0][..400], host.Calls[1][..400]);
    }

    [Fact]
    public async Task A_broken_answer_is_asked_for_once_more_with_its_faults()
    {
        var (decision, host) = await AgentStage.AskAsync("""{"text":"I would buy BTC."}""", Buy);
        Assert.Single(decision.Value.Items);
        Assert.Equal(2, host.Calls.Count);
        Assert.Contains("The answer holds no JSON", host.Calls[1]);
    }

    [Fact]
    public async Task A_close_survives_a_repair_that_makes_things_worse()
    {
        var (decision, host) = await AgentStage.AskAsync(
            """{"text":"{\"decisions\":[{\"asset\":\"BTC\",\"action\":\"close\"},{\"asset\":\"ETH\",\"action\":\"moon\"}]}"}""", """{"text":"Sorry."}""");
        Assert.Equal((2, DecisionAction.Close), (host.Calls.Count, Assert.Single(decision.Value.Items).Action));
    }

    [Fact]
    public async Task A_busy_endpoint_is_asked_again_as_it_says()
    {
        var (decision, host) = await AgentStage.AskAsync("""{"status":429,"retryAfter":1}""", """{"status":503}""", Buy);
        Assert.Single(decision.Value.Items);
        Assert.Equal(3, host.Calls.Count);
    }

    [Fact]
    public async Task A_model_that_refuses_a_schema_or_tools_is_called_without_from_then_on()
    {
        var (decision, host) = await AgentStage.AskAsync("""{"status":400,"message":"response_format json_schema is not supported"}""", """{"status":400,"message":"tools are not supported"}""", Buy);
        Assert.Single(decision.Value.Items);
        Assert.Contains("response_format", host.Calls[0]);
        Assert.DoesNotContain("response_format", host.Calls[1]);
        Assert.Contains("\"tools\"", host.Calls[1]);
        Assert.DoesNotContain("\"tools\"", host.Calls[2]);
    }

    [Fact]
    public async Task A_model_that_only_calls_tools_is_asked_for_its_last_word_and_then_held()
    {
        var (decision, host) = await AgentStage.AskAsync("""{"tools":[{"name":"get_open_interest","arguments":{"asset":"BTC"}}]}""");
        Assert.True(decision.Value.Items.IsEmpty);
        Assert.Contains("You have used what this decision may use", host.Calls[^1]);
        Assert.DoesNotContain("\"tools\":[", host.Calls[^1]);
        Assert.InRange(host.Calls.Count, 4, 6);
    }

    [Fact]
    public async Task A_spent_budget_asks_no_model_and_says_so_also_after_a_restart()
    {
        using var folder = new TempFolder();
        await using var host = await ScriptedModelHost.StartAsync("[{\"text\":{\"reasoning\":\"quiet\",\"decisions\":[]}}]", 0);
        string[] arguments =
        [
            "run", "--headless", "--json", "--speed", "max", "--data-dir", folder.File("d"), "--set", "Trading:Decider=agent", "--set", "Model:Name=scripted",
            "--set", $"Model:BaseUrl={host.Address}", "--set", "Model:DailyBudgetUsd=0.0025",
        ];

        // A call costs a tenth of a cent: the third one spends the day's budget.
        Assert.Equal(0, (await RezProcess.RunAsync(folder.Path, null, [.. arguments, "--cycles", "5"])).Code);
        Assert.Equal(3, host.Calls.Count);
        Assert.Equal(0, (await RezProcess.RunAsync(folder.Path, null, [.. arguments, "--cycles", "2"])).Code);
        Assert.Equal(3, host.Calls.Count);
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(folder.File("d"), "diary.db"), readOnly: true));
        Assert.Contains("daily budget is spent (0.003 of 0.0025 USD)", db.Cycles.OrderByDescending(c => c.Seq).First().Summary);
    }

    [Theory]
    [InlineData("""{"name":"withdraw_everything","arguments":{}}""", "there is no tool 'withdraw_everything'")]
    [InlineData("""{"name":"get_candles","arguments":"not json"}""", "no JSON object")]
    [InlineData("""{"name":"get_candles","arguments":{"asset":"DOGE","interval":"1h","bars":5}}""", "asset must be one of BTC, ETH")]
    [InlineData("""{"name":"get_candles","arguments":{"asset":"BTC","interval":"1h","bars":5000}}""", "bars from 1 to 100")]
    [InlineData("""{"name":"get_indicator","arguments":{"asset":"BTC","interval":"1h","indicator":"magic:7"}}""", "magic")]
    [InlineData("""{"name":"size_position","arguments":{"asset":"BTC","stop_loss":"low","risk_percent":1}}""", "stop_loss must be")]
    public async Task A_wrong_call_is_answered_with_what_would_be_right(string call, string words)
    {
        var (decision, host) = await AgentStage.AskAsync($"{{\"tools\":[{call}]}}", Buy);
        Assert.Single(decision.Value.Items);
        Assert.Contains(words, decision.Value.Record!.Turns[0].Tools[0].Result.Replace("\\u0027", "'", StringComparison.Ordinal));
        Assert.Equal(2, host.Calls.Count);
    }

    [Theory]
    [InlineData("""{"html":true}""")]
    [InlineData("""{"disconnect":true}""")]
    [InlineData("""{"status":401,"message":"bad key sk-planted-key-31415926"}""")]
    [InlineData("""{"status":500}""")]
    [InlineData("""{"stall":30}""")]
    [InlineData("""{"text":""}""")]
    [InlineData("""{"text":"Ich helfe dabei nicht."}""")]
    public async Task Whatever_goes_wrong_everything_is_held_and_no_key_is_told(string step)
    {
        var (decision, _) = await AgentStage.AskAsync(step);
        Assert.True(!decision.Ok || decision.Value.Items.IsEmpty);
        Assert.DoesNotContain(Key, decision.Ok ? JsonSerializer.Serialize(decision.Value) : decision.Rejection.Message);
    }

    [Fact]
    public async Task The_program_trades_with_a_scripted_model_and_its_capsule_tells_the_conversation()
    {
        using var folder = new TempFolder();
        await using var host = await ScriptedModelHost.StartAsync($"[{{\"tools\":[{{\"name\":\"get_funding_history\",\"arguments\":{{\"asset\":\"BTC\",\"hours\":5}}}}]}},{{\"text\":{{\"reasoning\":\"quiet\",\"decisions\":[]}}}}]", 0);
        var env = new Dictionary<string, string> { ["REZ__Model__ApiKey"] = Key };
        var run = await RezProcess.RunAsync(
            folder.Path, env, "run", "--headless", "--json", "--speed", "max", "--cycles", "3", "--data-dir", folder.File("d"),
            "--set", "Trading:Decider=agent", "--set", "Model:Name=scripted", "--set", $"Model:BaseUrl={host.Address}");
        Assert.True(run.Code == 0, run.Err);
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(folder.File("d"), "diary.db"), readOnly: true));
        var capsules = db.Events.Where(e => e.Type == "cycle.capsule").OrderBy(e => e.Seq).AsEnumerable().Select(e => System.Text.Encoding.UTF8.GetString(e.Payload)).ToArray();
        Assert.Equal(3, capsules.Length);
        Assert.Contains("get_funding_history", capsules[0]);
        Assert.Contains("payloadHash", capsules[0]);
        Assert.DoesNotContain(Key, string.Concat(capsules) + run.Err + run.Out);

        var without = await RezProcess.RunAsync(folder.Path, null, "run", "--headless", "--json", "--speed", "max", "--cycles", "1", "--data-dir", folder.File("e"), "--set", "Trading:Decider=agent");
        Assert.Equal(0, without.Code);
        Assert.Contains("Set Model:Name, and the key in REZ__Model__ApiKey", without.Err);
    }
}
