using Microsoft.Playwright;
using Rez.Tests.Support;
using Rez.Worker.Hosting;

namespace Rez.Tests.Browser;

/// <summary>The model's words as they come in, in a real browser.</summary>
public sealed class AgentPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(1440, 1000, "desktop")]
    [InlineData(390, 844, "phone")]
    public async Task A_cycle_of_several_turns_is_seen_word_by_word(int width, int height, string name)
    {
        var page = await chromium.PageAsync(width, height);
        var faults = new List<string>();
        page.Console += (_, m) => { if (m.Type == "error") faults.Add(m.Text); };
        page.PageError += (_, e) => faults.Add(e);
        using var folder = new TempFolder();
        await using var host = await ScriptedModelHost.StartAsync(
            """
            [{"tools":[{"name":"get_order_book","arguments":{"asset":"BTC","levels":3}},{"name":"get_indicator","arguments":{"asset":"BTC","interval":"1h","indicator":"rsi:14","values":5}}]},
             {"pieceMs":60,"text":{"reasoning":"The book is even on both sides and the hour's momentum says little, so there is no reason to pay fees on both ends of a trade now.","decisions":[{"asset":"BTC","action":"open_long","size_usd":1500,"leverage":2,"stop_loss":90000,"take_profit":120000,"confidence":80,"exit_plan":null,"rationale":"a test of the way to the exchange"}]}},
             {"text":{"reasoning":"Held.","decisions":[]}},
             {"text":{"reasoning":"Held again.","decisions":[]}},
             {"text":{"reasoning":"And again.","decisions":[]}}]
            """, 0);
        // The model keeps silent until somebody looks; a minute passes before it is asked again.
        var looking = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Gate = looking.Task;
        await using var rez = RezProcess.Start(
            Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "5", "--set", "Trading:Decider=agent", "--set", "Model:Name=scripted", "--set", $"Model:BaseUrl={host.Address}");
        var link = await rez.LinkAsync();
        await page.GotoAsync(link.ToString());
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Agent" })).ToBeVisibleAsync();

        // By its address: a click before the page listens would be lost.
        await page.GotoAsync(new Uri(link, "/agent").ToString());
        var talk = page.GetByTestId("talk").First;
        await Assertions.Expect(talk).ToContainTextAsync("The model is thinking", new() { Timeout = 60_000 });
        looking.SetResult();

        // Some of the words are there before all are.
        await Assertions.Expect(talk.Locator(".part.said pre")).ToContainTextAsync("The book is", new() { Timeout = 60_000 });
        Assert.DoesNotContain("decisions", await talk.Locator(".part.said pre").InnerTextAsync());
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"agent-running-{name}.png"), FullPage = true });
        await Assertions.Expect(talk.Locator(".part.called summary").First).ToHaveTextAsync("get_order_book");
        await Assertions.Expect(talk.Locator(".part.answered").First).ToContainTextAsync("bid_usd_10bps");
        await Assertions.Expect(talk.Locator(".part.said pre")).ToContainTextAsync("a test of the way", new() { Timeout = 60_000 });

        // What was asked, what the gate left, what was done; and what it cost.
        await Assertions.Expect(page.GetByLabel("Asked, gated, done").First).ToContainTextAsync("stop and target live with it", new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByLabel("Newest decisions").Locator("tbody tr").First).ToContainTextAsync("0.002 USD");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"agent-{name}.png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the page scrolls sideways");

        // What if: the same state with other words. Nothing is sent.
        var fills = page.GetByLabel("What if", new() { Exact = true });
        await fills.GetByLabel("What if…").FillAsync("you never trade <b>on Mondays</b>");
        await fills.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await Assertions.Expect(fills).ToContainTextAsync("Held.", new() { Timeout = 30_000 });
        await Assertions.Expect(fills.GetByLabel("Then and now").Locator("tbody tr").First).ToContainTextAsync("BTC");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"what-if-{name}.png"), FullPage = true });
        Assert.Contains("what-if scripted", await File.ReadAllTextAsync(folder.File("diary.jsonl")), StringComparison.Ordinal);

        // A cycle beside those that are due, which come each minute.
        await page.GetByRole(AriaRole.Button, new() { Name = "Run a cycle now" }).ClickAsync();
        await Assertions.Expect(page.GetByText("A cycle ran.")).ToBeVisibleAsync(new() { Timeout = 30_000 });

        await page.GetByLabel("Newest decisions").GetByRole(AriaRole.Link).Last.ClickAsync();
        var cycle = page.GetByLabel("What if", new() { Exact = true });
        await cycle.GetByRole(AriaRole.Button, new() { Name = "Replay bit for bit" }).ClickAsync();
        await Assertions.Expect(cycle).ToContainTextAsync("Identical: the same capsule", new() { Timeout = 30_000 });
        Assert.Empty(faults);
    }

    [Fact]
    public async Task Without_a_model_the_page_says_how_to_set_one()
    {
        var page = await chromium.PageAsync(1440, 900);
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0");
        var link = await rez.LinkAsync();
        await page.GotoAsync(link.ToString());
        await page.GotoAsync(new Uri(link, "/agent").ToString());
        await Assertions.Expect(page.GetByText("No model decides")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "settings page" })).ToBeVisibleAsync();
    }
}
