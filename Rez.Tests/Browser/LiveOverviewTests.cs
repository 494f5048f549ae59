using Microsoft.Playwright;
using Rez.Core.Hyperliquid.Signing;
using Rez.Tests.LocalVenue;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>The console of a live session, against <c>rez sim</c>.</summary>
public sealed class LiveOverviewTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(1440, 1000, "desktop")]
    [InlineData(390, 844, "phone")]
    public async Task A_live_session_says_that_it_is_one(int width, int height, string name)
    {
        var page = await chromium.PageAsync(width, height);
        var faults = new List<string>();
        page.Console += (_, m) => { if (m.Type == "error") faults.Add(m.Text); };
        using var folder = new TempFolder();
        await using var sim = await PeerTests.SimProcess.StartAsync(folder.Path, "--speed", "600");
        using var key = PrivateKey.Parse(LocalStage.Key).Value;
        await using var rez = RezProcess.Start(
            folder.Path, new Dictionary<string, string> { ["REZ__Hyperliquid__Key"] = LocalStage.Key }, "run", "--mode", "live", "--port", "0", "--data-dir", folder.File("d"),
            "--set", "Hyperliquid:Network=local", "--set", $"Hyperliquid:Url={sim.Url}", "--set", $"Hyperliquid:Account={new Secp256k1().AddressOf(key)}");
        await page.GotoAsync((await rez.LinkAsync()).ToString());
        await Assertions.Expect(page.Locator(".badge.live")).ToHaveTextAsync("LIVE");
        await Assertions.Expect(page.Locator(".badge.live")).ToHaveAttributeAsync("title", new System.Text.RegularExpressions.Regex("Real orders: hyperliquid/local account 0x"));
        await Assertions.Expect(page.GetByTestId("bar-equity")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^(9|10)\\D\\d{3}\\.\\d\\d USD$"));
        await Assertions.Expect(page.Locator(".cycle").First).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, $"live-{name}.png"), FullPage = true });
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, "the page scrolls sideways");
        Assert.Empty(faults);
    }
}
