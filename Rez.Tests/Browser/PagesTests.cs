using System.Globalization;
using Microsoft.Playwright;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>Every page of a console whose demo has traded, at phone and desktop size: what it tells, that it stays within its width, and that nothing is in the browser's log.</summary>
public sealed class PagesTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(1440, 1000, "desktop")]
    [InlineData(390, 844, "phone")]
    public async Task Each_page_tells_what_it_is_for(int width, int height, string name)
    {
        using var folder = new TempFolder();

        // A record to show: a few days traded at once, then the console on the same diary.
        Assert.Equal(0, (await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--speed", "max", "--cycles", "1500", "--data-dir", folder.Path)).Code);
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "600");
        var link = await rez.LinkAsync();
        var page = await chromium.PageAsync(width, height);
        var faults = new List<string>();
        page.Console += (_, m) => { if (m.Type == "error") faults.Add($"{page.Url}: {m.Text}"); };
        page.PageError += (_, e) => faults.Add($"{page.Url}: {e}");
        page.Request += (_, r) => { if (!r.Url.StartsWith(link.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal) && !r.Url.StartsWith("data:", StringComparison.Ordinal)) faults.Add("foreign: " + r.Url); };
        await page.GotoAsync(link.ToString());

        async Task SeeAsync(string path, string shot, Func<Task> look)
        {
            await page.GotoAsync(new Uri(link, path).ToString());
            await look();
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"{shot}-{name}.png"), FullPage = true });
            Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, $"{path} scrolls sideways");
            faults.AddRange((await Accessibility.FaultsAsync(page)).Select(f => $"{path}: {f}"));
        }

        await SeeAsync("/", "first", async () => await Assertions.Expect(page.GetByLabel("Equity curve")).ToBeVisibleAsync());
        await SeeAsync("/agent", "agent-none", async () => await Assertions.Expect(page.GetByText("No model decides")).ToBeVisibleAsync());
        await SeeAsync("/markets/BTC?interval=15m&indicators=ema:20%20rsi:14", "market", async () =>
        {
            // Candles, a pane for RSI, and the lines of a position are drawn on canvases.
            await Assertions.Expect(page.Locator(".price-chart canvas").First).ToBeVisibleAsync();
            await Assertions.Expect(page.GetByLabel("Newest candles").Locator("tbody tr")).ToHaveCountAsync(10);
            await Assertions.Expect(page.GetByText("The chart can't be drawn")).ToHaveCountAsync(0);
        });
        await SeeAsync("/markets/ETH?indicators=moon", "market-fault", async () => await Assertions.Expect(page.GetByText("'moon' is not an indicator")).ToBeVisibleAsync());
        await SeeAsync("/trades", "trades", async () =>
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Trades" })).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("tbody tr").First).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator(".sums")).ToContainTextAsync("net =");
        });

        // Sorted by net: the first row is the best one, whatever came last.
        await SeeAsync("/trades?sort=net", "trades-net", async () =>
        {
            await Assertions.Expect(page.Locator("th[aria-sort=descending]")).ToContainTextAsync("Net");
            var nets = await page.Locator("tbody tr td:nth-child(4)").AllInnerTextsAsync();
            var numbers = nets.Select(n => decimal.Parse(n.Replace("−", "-", StringComparison.Ordinal).Replace("\u202f", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(numbers.OrderDescending(), numbers);
        });

        await SeeAsync("/trades?asset=BTC&direction=Short", "trades-filtered", async () =>
            Assert.All(await page.Locator("tbody tr").AllInnerTextsAsync(), row => Assert.Contains("BTC", row, StringComparison.Ordinal)));

        // Why was the last trade made? Two taps from anywhere.
        await page.GotoAsync(new Uri(link, "/trades").ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "why" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Asked, gated, done" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("stop and target live with it").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("position-size").First).ToBeVisibleAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"cycle-{name}.png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the cycle scrolls sideways");

        await SeeAsync("/record", "record", async () =>
        {
            await Assertions.Expect(page.GetByText("Profit factor").First).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator(".day").First).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator(".bars div").First).ToBeAttachedAsync();
        });
        await SeeAsync("/risk", "risk", async () =>
        {
            await Assertions.Expect(page.GetByText("notional of all positions")).ToBeVisibleAsync();
            await Assertions.Expect(page.GetByLabel("Safety")).ToContainTextAsync("State:");

            // Drawn, or said that it can't be: never an empty frame.
            await Assertions.Expect(page.Locator(".surface-chart canvas").Or(page.GetByText("The 3D view can't be drawn here")).First).ToBeVisibleAsync();
        });
        await SeeAsync("/diary?type=order.outcome", "diary", async () =>
        {
            await Assertions.Expect(page.Locator(".events li").First).ToContainTextAsync("order.outcome");
            Assert.All(await page.Locator(".events .type").AllInnerTextsAsync(), t => Assert.Equal("order.outcome", t));
        });
        await SeeAsync("/diary?text=EXIT_", "diary-text", async () => await Assertions.Expect(page.Locator(".events li").First).ToBeVisibleAsync());
        await SeeAsync("/system", "system", async () => await Assertions.Expect(page.GetByText("reads the exchange")).ToBeVisibleAsync());
        await SeeAsync("/access", "access", async () => await Assertions.Expect(page.GetByLabel("Audit")).ToContainTextAsync("login link for owner"));
        await SeeAsync("/account", "account", async () => await Assertions.Expect(page.GetByLabel("Your sessions")).ToContainTextAsync("this one"));
        await SeeAsync("/lab", "lab-none", async () => await Assertions.Expect(page.GetByText("None yet.")).ToBeVisibleAsync());
        await SeeAsync("/settings?filter=drawdown", "settings", async () =>
        {
            // A change is shown as a difference before it is made, and a mistake is told at once.
            await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
            await page.GetByLabel("Protection:MaxDrawdown").FillAsync("7");
            await page.GetByLabel("Protection:MaxDrawdown").PressAsync("Tab");
            await Assertions.Expect(page.GetByLabel("Changes").GetByRole(AriaRole.Alert)).ToContainTextAsync("expected");
            await page.GetByLabel("Protection:MaxDrawdown").FillAsync("0.31");
            await page.GetByLabel("Protection:MaxDrawdown").PressAsync("Tab");
            await Assertions.Expect(page.GetByLabel("Changes").Locator("ins")).ToHaveTextAsync("0.31");
            await Assertions.Expect(page.GetByLabel("Settings", new() { Exact = true }).GetByText("Protection:MaxDrawdown")).ToBeVisibleAsync();
            await Assertions.Expect(page.GetByText("Web:Password")).ToHaveCountAsync(0);
        });

        // By day: another palette, as readable.
        await SeeAsync("/theme/light?back=%2Frecord", "record-light", async () => await Assertions.Expect(page.Locator("html[data-theme=light]")).ToBeAttachedAsync());
        await SeeAsync("/", "first-light", async () => await Assertions.Expect(page.GetByLabel("Equity curve")).ToBeVisibleAsync());
        await SeeAsync("/risk", "risk-light", async () => await Assertions.Expect(page.GetByLabel("Safety")).ToBeVisibleAsync());
        await SeeAsync("/theme/dark?back=https%3A%2F%2Fexample.org", "first-again", async () => await Assertions.Expect(page.Locator("html[data-theme=dark]")).ToBeAttachedAsync());
        await SeeAsync("/cycles/c-none", "cycle-none", async () => await Assertions.Expect(page.GetByText("There is no cycle c-none")).ToBeVisibleAsync());
        Assert.True(faults.Count == 0, string.Join('\n', faults));

        // The narrowest phone and a wall; and stopping everything without a mouse.
        foreach (var other in width < 600 ? new[] { 360 } : [3840])
        {
            await page.SetViewportSizeAsync(other, height);
            foreach (var path in new[] { "/", "/markets/BTC", "/agent", "/trades", "/record", "/risk", "/diary", "/lab", "/settings", "/system", "/access", "/account" })
            {
                await page.GotoAsync(new Uri(link, path).ToString());
                Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= other, $"{path} scrolls sideways at {other} px");
            }
        }

        await page.GotoAsync(new Uri(link, "/").ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
        for (var i = 0; i < 12 && !await page.EvaluateAsync<bool>("document.activeElement?.textContent === 'Halt'"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).First).ToBeVisibleAsync();
    }
}
