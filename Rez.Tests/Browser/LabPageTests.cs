using Microsoft.Playwright;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>The lab: a backtest with its curve, a sweep as heatmap and surface, a mistake that is told.</summary>
public sealed class LabPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(1440, 1000, "desktop")]
    [InlineData(390, 844, "phone")]
    public async Task A_backtest_and_a_sweep_are_asked_for_followed_and_read(int width, int height, string name)
    {
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "60");
        var link = await rez.LinkAsync();
        var page = await chromium.PageAsync(width, height);
        var faults = new List<string>();
        page.Console += (_, m) => { if (m.Type == "error") faults.Add(m.Text); };
        page.PageError += (_, e) => faults.Add(e);
        page.Request += (_, r) => { if (!r.Url.StartsWith(link.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal) && !r.Url.StartsWith("data:", StringComparison.Ordinal) && !r.Url.StartsWith("blob:", StringComparison.Ordinal)) faults.Add("foreign: " + r.Url); };
        await page.GotoAsync(link.ToString());
        await page.GotoAsync(new Uri(link, "/lab").ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
        var ask = page.GetByLabel("Ask the lab");
        await ask.GetByLabel("Strategy").SelectOptionAsync("sma-cross");
        await ask.GetByLabel("Every").SelectOptionAsync("1h");
        await ask.GetByLabel("Days").FillAsync("7");
        await ask.GetByLabel("Parameters").FillAsync("fast=10 slow=30");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        var result = page.GetByLabel("Result");
        await Assertions.Expect(result).ToContainTextAsync("trades hash", new() { Timeout = 60_000 });
        await Assertions.Expect(result.Locator("svg").First).ToBeVisibleAsync();

        await ask.GetByLabel("Parameters").FillAsync("fast=5:15:5 slow=20:60:20");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Assertions.Expect(result).ToContainTextAsync("9 tried", new() { Timeout = 90_000 });
        await Assertions.Expect(page.Locator(".heat tbody td")).ToHaveCountAsync(9);

        // The surface where the browser can draw it, and words in its place where it can't: never nothing.
        await Assertions.Expect(page.Locator(".surface-chart canvas").Or(page.GetByText("The 3D view can't be drawn here")).First).ToBeVisibleAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"lab-{name}.png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "scrolls sideways");
        faults.AddRange(await Accessibility.FaultsAsync(page));

        await ask.GetByLabel("Parameters").FillAsync("moon=1");
        await ask.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("has no parameter 'moon'");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
