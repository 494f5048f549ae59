using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>A person opens a position on a phone: sized from the risk, checked by the gate, with its stop live.</summary>
public sealed partial class TradeByHandTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task A_position_is_sized_checked_and_opened_on_a_phone()
    {
        using var folder = new TempFolder();

        // The decider is off: what is opened here is a person's.
        Assert.Equal(0, (await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--speed", "max", "--cycles", "3", "--data-dir", folder.Path)).Code);
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "20");
        var link = await rez.LinkAsync();
        var page = await chromium.PageAsync(390, 844);
        var faults = new List<string>();
        page.Console += (_, m) => { if (m.Type == "error") faults.Add(m.Text); };
        await page.GotoAsync(link.ToString());
        await page.GotoAsync(new Uri(link, "/markets/ETH").ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
        var panel = page.GetByLabel("Trade by hand");
        var heading = await page.GetByRole(AriaRole.Heading, new() { Level = 2 }).First.InnerTextAsync();
        var mark = decimal.Parse(Regex.Replace(Mark().Match(heading).Groups["mark"].Value, @"\s", string.Empty), CultureInfo.InvariantCulture);

        await panel.GetByLabel("Stop", new() { Exact = true }).FillAsync((mark * 0.97m).ToString("0", CultureInfo.InvariantCulture));
        await panel.GetByLabel("Target").FillAsync((mark * 1.08m).ToString("0", CultureInfo.InvariantCulture));
        await panel.GetByLabel("Risk, % of equity").FillAsync("0.5");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Check" }).ClickAsync();
        await Assertions.Expect(panel.GetByText("USD are lost")).ToBeVisibleAsync();

        // Half a percent of equity at the stop, whatever the mark has done since.
        var size = decimal.Parse(await panel.GetByLabel("Size, USD").InputValueAsync(), CultureInfo.InvariantCulture);
        Assert.InRange(size, 50m / 0.05m, 50m / 0.015m);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, "by-hand-phone.png"), FullPage = true });
        await panel.GetByRole(AriaRole.Button, new() { Name = "Open long ETH" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Position").First).ToContainTextAsync("Opened by hand", new() { Timeout = 15_000 });
        await page.GotoAsync(link.GetLeftPart(UriPartial.Authority));
        await Assertions.Expect(page.GetByTestId("protection")).ToHaveTextAsync("all stops live");
        Assert.Empty(faults);
    }

    [GeneratedRegex(@"mark (?<mark>[\d\s.]+?),", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Mark();
}
