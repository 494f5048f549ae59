using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Agent;

/// <summary>What is paid, and how paying is avoided: prices, the gate before the call, the cache, the reflection's own budget.</summary>
public sealed class ModelSpendingTests
{
    private const string Hold = """{"text":"{\"reasoning\":\"quiet\",\"decisions\":[]}"}""";

    [Fact]
    public void Prices_are_by_model_and_cached_tokens_have_their_own()
    {
        var table = new PriceTable(PriceTable.Parse("gpt-5=1.25/0.125/10@2026-11-01, small=0.1/0.1/0.4@2026-10-01").Value, 2m, 4m);
        Assert.Equal(((400 * 1.25m) + (600 * 0.125m) + (200 * 10m)) / 1_000_000m, table.CostOf("GPT-5", new TokenUsage(1_000, 600, 200, 0, null)));
        Assert.Equal(((1_000 * 2m) + (200 * 4m)) / 1_000_000m, table.CostOf("unknown", new TokenUsage(1_000, 0, 200, 0, null)));
        Assert.Equal(0.5m, table.CostOf("gpt-5", new TokenUsage(1_000, 0, 200, 0, 0.5m)));
        Assert.Equal(new DateOnly(2026, 11, 1), table.Prices[0].Since);
    }

    [Theory]
    [InlineData("gpt-5=1/2@2026-11-01")]
    [InlineData("gpt-5=1/2/3")]
    [InlineData("gpt-5=1/2/x@2026-11-01")]
    [InlineData("=1/2/3@2026-11-01")]
    [InlineData("gpt-5=1/2/3@yesterday")]
    public void A_price_that_is_none_is_named(string text) => Assert.Contains(text, PriceTable.Parse(text).Rejection.Message);

    [Fact]
    public async Task Nothing_new_is_not_asked_about_until_something_moves_or_it_is_time()
    {
        var gate = new SkipGate(20m, 2);
        var context = AgentStage.Context();
        Assert.Null(gate.Why(context));
        Assert.Contains("not asked", gate.Why(context));
        Assert.Null(gate.Why(Moved(context, 1.0021m)));
        Assert.NotNull(gate.Why(Moved(context, 1.0021m)));
        Assert.NotNull(gate.Why(Moved(context, 1.0030m)));
        Assert.Null(gate.Why(Moved(context, 1.0021m)));
        Assert.Equal(3, gate.Skipped);
        Assert.Null(gate.Why(context with { Notes = ["a plan fired"] }));
        var position = new Position { Asset = "BTC", SignedSize = 1m, EntryPrice = 1m, MarkPrice = 1m, Leverage = 1, IsCross = true };
        Assert.Null(gate.Why(context with { Account = context.Account with { Positions = [position] } }));
        Assert.Null(new SkipGate(0, 2).Why(context));
        await Task.CompletedTask;
    }

    [Fact]
    public async Task The_same_question_is_paid_for_once_and_gives_the_same_decision()
    {
        using var folder = new TempFolder();
        var cache = new DecisionCache(folder.Path);
        const string Look = """{"tools":[{"name":"get_candles","arguments":{"asset":"BTC","interval":"5m","bars":2}}]}""";
        var (first, asked) = await AgentStage.AskAsync(s => s.Cache = cache, Look, Hold);
        Assert.Equal(2, asked.Calls.Count);
        var (second, again) = await AgentStage.AskAsync(s => s.Cache = cache, """{"status":500}""");
        Assert.Empty(again.Calls);
        Assert.True(second.Value.Record!.IsCached);
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(first.Value), System.Text.Json.JsonSerializer.Serialize(second.Value));

        // Another prompt, another temperature: other questions.
        var (_, other) = await AgentStage.AskAsync(s => (s.Cache, s.Prompts) = (cache, new FixedPrompts(PromptSet.BuiltIn with { Strategy = "Other." })), Hold);
        Assert.Single(other.Calls);
        var (_, warmer) = await AgentStage.AskAsync(s => (s.Cache, s.Options.Temperature) = (cache, 1m), Hold);
        Assert.Single(warmer.Calls);

        // A torn entry is no answer.
        foreach (var file in Directory.GetFiles(folder.Path, "*.json", SearchOption.AllDirectories))
        {
            await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))[..50], TestContext.Current.CancellationToken);
        }

        var (_, torn) = await AgentStage.AskAsync(s => s.Cache = cache, Hold);
        Assert.Single(torn.Calls);
    }

    [Fact]
    public async Task A_failed_conversation_is_not_kept()
    {
        using var folder = new TempFolder();
        await AgentStage.AskAsync(s => s.Cache = new DecisionCache(folder.Path), """{"status":401}""");
        Assert.Empty(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Yesterday_is_looked_back_at_once_a_day_and_told_from_then_on()
    {
        var trade = new PastTrade("BTC", Direction.Long, 95_000m, 94_000m, 1_500m, -42.5m, 1.2m, 0.1m, "EXIT_SL", Some.Start, Some.Start + 1, "c-0");
        AgentSetup? setup = null;
        var (decision, host) = await AgentStage.AskAsync(
            s =>
            {
                setup = s;
                s.Options.ReflectionUsd = 0.01m;
                s.Context = s.Context with { Past = Recall.Nothing with { Yesterday = [trade] } };
            },
            """{"text":"Stops were too near."}""", Hold);
        Assert.Equal("Stops were too near.", decision.Value.Reflected!.Reflection.Text);
        Assert.Contains("-42.5", host.Calls[0]);
        Assert.Contains("your_reflection", host.Calls[1]);
        Assert.Contains("Stops were too near.", host.Calls[1]);

        // Both calls count against the day's budget.
        Assert.Equal(0.002m, setup!.Costs.Today(setup.Context.At));
    }

    [Fact]
    public async Task Without_a_budget_trades_or_need_nothing_is_reflected_on()
    {
        var trade = new PastTrade("BTC", Direction.Long, 95_000m, 94_000m, 1_500m, -42.5m, 1.2m, 0.1m, "EXIT_SL", Some.Start, Some.Start + 1, "c-0");
        var (none, host) = await AgentStage.AskAsync(s => s.Context = s.Context with { Past = Recall.Nothing with { Yesterday = [trade] } }, Hold);
        Assert.Null(none.Value.Reflected);
        Assert.Single(host.Calls);
        var (done, once) = await AgentStage.AskAsync(
            s =>
            {
                s.Options.ReflectionUsd = 0.01m;
                var yesterday = DateOnly.FromDateTime(s.Context.At.UtcDateTime).AddDays(-1);
                s.Context = s.Context with { Past = Recall.Nothing with { Yesterday = [trade], Reflection = new Reflection(yesterday, "done") } };
            },
            Hold);
        Assert.Null(done.Value.Reflected);
        Assert.Single(once.Calls);
    }

    [Fact]
    public async Task Azure_gets_its_header_and_version_and_a_seed_is_sent_where_one_is_set()
    {
        var (decision, host) = await AgentStage.AskAsync(s => (s.Options.ApiVersion, s.Options.Seed, s.Path) = ("2025-04-01", 7, "/openai/deployments/gpt-5"), Hold);
        Assert.True(decision.Ok && decision.Value.Record!.Ended is null, decision.Ok ? decision.Value.Record!.Ended : decision.Rejection.Message);
        Assert.Contains("\"seed\":7", Assert.Single(host.Calls));
        var (query, headers) = host.Requests[0];
        Assert.Equal("?api-version=2025-04-01", query);
        Assert.Equal((AgentStage.Key, false), (headers["api-key"], headers.ContainsKey("Authorization")));
        var (_, plain) = await AgentStage.AskAsync(Hold);
        Assert.DoesNotContain("seed", plain.Calls[0]);
    }

    private static DecisionContext Moved(DecisionContext context, decimal factor) => context with
    {
        Assets = [context.Assets[0], context.Assets[1] with { Context = context.Assets[1].Context with { Mark = context.Assets[1].Context.Mark * factor } }],
    };
}
