using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Rez.Tests.Support;
using Rez.Worker.Hosting;

namespace Rez.Tests.Browser;

/// <summary>The console treated roughly: connections that end in the middle of an action, slow readers, words that would like to be markup.</summary>
public sealed class RoughTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Token = "a-configured-token-of-30-chars";
    private const string Evil = "<img src=x onerror='window.__evil=1'><script>window.__evil=2</script> [a](javascript:window.__evil=3) \u202egnp.exe ${7*7} {{7*7}}";

    [Fact]
    public async Task An_action_whose_connection_is_lost_is_done_once()
    {
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token }, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "30");
        var link = await rez.LinkAsync();
        using var api = Api(link);

        // The answer is never read: the client hangs up in the middle. Asked for again with the same id, it is the same order.
        var mark = await MarkAsync(api, "ETH");
        var order = new { id = "once", asset = "ETH", direction = "Long", sizeUsd = 500, leverage = 2, stopLoss = Math.Round(mark * 0.96m, 1), takeProfit = Math.Round(mark * 1.1m, 1) };
        using (var hangUp = new CancellationTokenSource())
        {
            var lost = api.PostAsJsonAsync("/api/control/open", order, hangUp.Token);
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => api.PostAsJsonAsync("/api/control/open", order)));
        Assert.All(answers, a => Assert.True(a.IsSuccessStatusCode));
        Assert.Single(await LinesAsync(folder, "\"control.manual-asked\""));

        // A page that asks for everything to be closed, and is gone before it hears that it was.
        var page = await chromium.PageAsync(390, 844);
        await page.GotoAsync(link.ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Flatten" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close everything" }).ClickAsync();
        await page.CloseAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await JsonAsync(api, "/api/positions", patience.Token)).GetArrayLength() > 0)
        {
            await Task.Yield();
        }

        Assert.Single(await LinesAsync(folder, "\"control.flatten-asked\""));
        Assert.Equal("Halted", (await JsonAsync(api, "/api/status")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Readers_that_do_not_read_hold_nobody_up()
    {
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token }, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "20000");
        var link = await rez.LinkAsync();
        using var api = Api(link);
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 40; i++)
        {
            // Headers are read, and then nothing ever again.
            open.Add(await api.GetAsync(i % 2 == 0 ? "/api/events?after=0" : "/api/diary.jsonl", HttpCompletionOption.ResponseHeadersRead));
        }

        var before = (await JsonAsync(api, "/api/status")).GetProperty("cycles").GetInt64();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await JsonAsync(api, "/api/status", patience.Token)).GetProperty("cycles").GetInt64() < before + 200)
        {
            await Task.Yield();
        }

        open.ForEach(o => o.Dispose());
        Assert.Equal("ok", (await JsonAsync(api, "/healthz")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Words_of_a_model_are_shown_as_words_on_every_page()
    {
        var page = await chromium.PageAsync(390, 844);
        var faults = new List<string>();
        page.Console += (_, m) => { if (m.Type == "error") faults.Add(m.Text); };
        using var folder = new TempFolder();
        var decision = JsonSerializer.Serialize(new
        {
            reasoning = Evil,
            decisions = new object[]
            {
                new { asset = "BTC", action = "open_long", size_usd = 1500, leverage = 2, stop_loss = 90000, take_profit = 120000, confidence = 80, exit_plan = (string?)null, rationale = Evil },
                new { asset = "BTC", action = "open_short", size_usd = 1500, leverage = 2, stop_loss = 99000, take_profit = 80000, confidence = 80, exit_plan = (string?)null, rationale = Evil },
                new { asset = Evil, action = "open_long", size_usd = 10, leverage = 2, stop_loss = 1, take_profit = 3, confidence = 80, exit_plan = (string?)null, rationale = Evil },
            },
        });
        await using var host = await ScriptedModelHost.StartAsync($$"""[{"text":{{decision}}},{"text":{{decision}}}]""", 0);
        await using var rez = RezProcess.Start(
            Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "5", "--set", "Trading:Decider=agent", "--set", "Model:Name=scripted", "--set", $"Model:BaseUrl={host.Address}");
        var link = await rez.LinkAsync();
        await page.GotoAsync(link.ToString());
        var decided = string.Empty;
        foreach (var path in new[] { "/agent", "/", "/risk", "/trades", "/diary?text=onerror", "/settings?filter=%3Cimg%20src%3Dx%20onerror%3D'window.__evil%3D4'%3E", "/diary?cycle=%3Cscript%3Ewindow.__evil%3D5%3C%2Fscript%3E", "/cycles/%3Cscript%3E", "/markets/%3Cimg%20src=x%3E" })
        {
            await page.GotoAsync(new Uri(link, path).ToString());
            await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
            if (path is "/agent")
            {
                await Assertions.Expect(page.GetByText("onerror").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
                await Assertions.Expect(page.GetByLabel("Newest decisions").GetByRole(AriaRole.Link).First).ToBeVisibleAsync(new() { Timeout = 30_000 });
                decided = (await page.GetByLabel("Newest decisions").GetByRole(AriaRole.Link).First.GetAttributeAsync("href"))!;
            }

            await HarmlessAsync(path);
        }

        await page.GotoAsync(new Uri(link, "/" + decided).ToString());
        await Assertions.Expect(page.GetByText("onerror").First).ToBeVisibleAsync();
        await HarmlessAsync(decided);
        Assert.Empty(faults);

        async Task HarmlessAsync(string path)
        {
            Assert.True(await page.EvaluateAsync<bool>("() => window.__evil === undefined && !document.querySelector('img[src=\"x\"], a[href^=\"javascript:\"], main script')"), path);
            Assert.True(await page.EvaluateAsync<bool>("() => getComputedStyle(document.getElementById('blazor-error-ui')).display === 'none'"), $"{path} stumbled");
        }
    }

    private static HttpClient Api(Uri link)
    {
        var api = new HttpClient { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return api;
    }

    private static async Task<decimal> MarkAsync(HttpClient api, string asset)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var newest = (await JsonAsync(api, "/api/cycles?count=1", patience.Token)).EnumerateArray().FirstOrDefault();
            if (newest.ValueKind == JsonValueKind.Object)
            {
                var capsule = (await JsonAsync(api, $"/api/cycles/{newest.GetProperty("id").GetString()}", patience.Token)).GetProperty("capsule");
                return capsule.GetProperty("markets").EnumerateArray().First(a => a.GetProperty("instrument").GetProperty("asset").GetString() == asset).GetProperty("context").GetProperty("mark").GetDecimal();
            }
        }
    }

    private static async Task<string[]> LinesAsync(TempFolder folder, string type) => [.. (await File.ReadAllLinesAsync(folder.File("diary.jsonl"))).Where(l => l.Contains(type, StringComparison.Ordinal))];

    private static async Task<JsonElement> JsonAsync(HttpClient api, string path, CancellationToken cancel = default) => JsonDocument.Parse(await api.GetStringAsync(path, cancel)).RootElement.Clone();
}
