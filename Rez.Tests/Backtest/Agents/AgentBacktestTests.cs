using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Agent.Model;
using Rez.Core.Backtest.Agents;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Tests.Support;
using Rez.Worker.Hosting;

namespace Rez.Tests.Backtest.Agents;

/// <summary>A model over history: asked only after its price was said, never told of what comes later, masked where wanted, and not paid twice.</summary>
public sealed class AgentBacktestTests
{
    private const string Script = """
        [{"tools":[{"name":"get_candles","arguments":{"asset":"BTC","interval":"1h","bars":3}}]},
         {"text":{"reasoning":"Up.","decisions":[{"asset":"BTC","action":"open_long","size_usd":1500,"leverage":2,"stop_loss":90000,"take_profit":120000,"confidence":80,"exit_plan":null,"rationale":"a test"}]}},
         {"text":{"reasoning":"Held.","decisions":[]}}]
        """;

    [Fact]
    public async Task Its_price_is_said_first_a_budget_ends_it_and_what_was_answered_is_never_paid_again()
    {
        using var folder = new TempFolder();
        await using var host = await ScriptedModelHost.StartAsync(Script, 0);
        string[] run =
        [
            "backtest", "--strategy", "agent", "--interval", "1h", "--to", "2025-01-02", "--json", "--set", "Model:Name=scripted", "--set", $"Model:BaseUrl={host.Address}", "--set", "Model:PromptUsdPerMillion=1",
            "--set", "Model:KnowledgeCutoff=2025-01-01", "--set", $"Storage:DataDir={folder.Path}",
        ];
        var quoted = await RezProcess.RunAsync(Repo.Root, null, run);
        Assert.Equal(2, quoted.Code);
        Assert.Contains("25 decisions", quoted.Err);
        Assert.Contains("likely", quoted.Err);
        Assert.Contains("Nothing was asked", quoted.Err);
        Assert.Empty(host.Calls);

        var cut = await RezProcess.RunAsync(Repo.Root, null, [.. run, "--budget", "0.01"]);
        Assert.Equal(1, cut.Code);
        Assert.Contains("is spent after", cut.Err);
        var asked = host.Calls.Count;
        Assert.InRange(asked, 3, 25);

        var whole = await RezProcess.RunAsync(Repo.Root, null, [.. run, "--yes"]);
        Assert.True(whole.Code == 0, whole.Err);
        Assert.InRange(host.Calls.Count, 26, 27);
        var again = await RezProcess.RunAsync(Repo.Root, null, [.. run, "--yes"]);
        Assert.Contains("asked 0 times", again.Err);
        static string Hash(string json) => JsonDocument.Parse(json).RootElement.GetProperty("tradesHash").GetString()!;
        Assert.Equal(Hash(whole.Out), Hash(again.Out));
        Assert.Equal(1, JsonDocument.Parse(whole.Out).RootElement.GetProperty("trades").GetInt32());
    }

    [Fact]
    public async Task Behind_a_mask_the_model_reads_no_name_and_no_date_and_its_answer_is_carried_back()
    {
        using var folder = new TempFolder();
        await using var host = await ScriptedModelHost.StartAsync(Script.Replace("BTC", "A1", StringComparison.Ordinal), 0);
        var run = await RezProcess.RunAsync(
            Repo.Root, null, "backtest", "--strategy", "agent", "--interval", "1h", "--to", "2025-01-01T06:00", "--yes", "--mask", "--json", "--set", "Model:Name=scripted", "--set", $"Model:BaseUrl={host.Address}",
            "--set", $"Storage:DataDir={folder.Path}");
        Assert.True(run.Code == 0, run.Err);
        Assert.Equal(1, JsonDocument.Parse(run.Out).RootElement.GetProperty("trades").GetInt32());
        Assert.True(host.Calls.Count >= 7, $"only {host.Calls.Count} calls");
        foreach (var call in host.Calls)
        {
            // The system message has an example of its own.
            var body = string.Concat(JsonDocument.Parse(call).RootElement.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("role").GetString() != "system").Select(m => m.GetRawText()));
            foreach (var word in new[] { "BTC", "ETH", "SOL", "2025-", "2024-" })
            {
                Assert.DoesNotContain(word, body, StringComparison.Ordinal);
            }

            // Nor a time of now in milliseconds.
            Assert.DoesNotMatch(@"\b17\d{11}\b", body);
            Assert.Contains("A1", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_later_than_now_does_not_come_through_the_guard()
    {
        var options = SessionStage.Options(o => o.Demo.Seed = 3);
        var source = SessionComposition.Market(options).Value;
        var world = new Rez.Core.Simulation.DemoWorld(source, options.Simulation, 1);
        for (var i = 0; i < 600; i++)
        {
            world.Step();
        }

        var behind = new Rez.Core.Simulation.SimulatedClock(world.Clock.GetUtcNow().AddMinutes(-5));
        var (early, now) = (new GuardedMarket(world.Market, behind), new GuardedMarket(world.Market, world.Clock));
        Assert.True((await now.CandlesAsync("BTC", Interval.M1, 0, long.MaxValue, CancellationToken.None)).Ok);
        Assert.True((await now.ContextAsync("BTC", CancellationToken.None)).Ok);
        await Assert.ThrowsAsync<LookaheadException>(async () => await early.CandlesAsync("BTC", Interval.M1, 0, long.MaxValue, CancellationToken.None));
        await Assert.ThrowsAsync<LookaheadException>(async () => await early.ContextAsync("BTC", CancellationToken.None));
        await Assert.ThrowsAsync<LookaheadException>(async () => await early.BookAsync("BTC", CancellationToken.None));

        // A context that holds something later ends there too.
        var account = new Rez.Core.Trading.AccountState(behind.GetUtcNow(), 1, 1, 0, 0, []);
        var view = new AssetView(Some.Btc, (await world.Market.ContextAsync("BTC", CancellationToken.None)).Value, new Rez.Core.Indicators.IndicatorSheet("BTC", []), null, null, null, null);
        var guarded = new GuardedDecider(new ScriptedDecider(_ => new Decision("d", string.Empty, [])));
        await Assert.ThrowsAsync<LookaheadException>(async () => await guarded.DecideAsync(new DecisionContext("c", behind.GetUtcNow(), account, [view]), CancellationToken.None));
        Assert.True((await guarded.DecideAsync(new DecisionContext("c", world.Clock.GetUtcNow(), account, [view]), CancellationToken.None)).Ok);
    }

    [Fact]
    public void A_mask_keeps_weekday_and_hour_and_knows_the_way_back()
    {
        var mask = new Mask(["BTC", "kBONK", "BTCDOM"], Some.Start);
        Assert.Equal(("A1", "kBONK", "DOGE"), (mask.Alias("BTC"), mask.Name("A2"), mask.Name("DOGE")));
        Assert.Equal("A1 and A3, but A2x", mask.Masked("BTC and BTCDOM, but A2x"));
        var at = DateTimeOffset.FromUnixTimeMilliseconds(Some.Start).AddHours(5);
        Assert.Equal((at.DayOfWeek, at.TimeOfDay, 2000), (mask.Masked(at).DayOfWeek, mask.Masked(at).TimeOfDay, mask.Masked(at).Year));
        Assert.Equal("c-0000012", Mask.MaskedCycle("c-0000012-20250101T0000"));
    }

    [Fact]
    public void A_quote_follows_tokens_and_prices_and_is_none_without_a_price()
    {
        var options = new ModelOptions { Name = "m", MaxTokens = 1_000, MaxCycleTokens = 21_000, PromptUsdPerMillion = 1m, CompletionUsdPerMillion = 10m };
        var quote = AgentQuote.Of(1_000, 8_000, options, PriceTable.Of(options));
        Assert.Equal((2_000, 5m, 13m, 30m), (quote.PromptTokens, quote.LeastUsd, quote.LikelyUsd, quote.MostUsd));
        Assert.Null(AgentQuote.Of(1_000, 8_000, new ModelOptions { Name = "m" }, PriceTable.Of(new ModelOptions())).LikelyUsd);
    }
}
