using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>People in the console: added, let in, held to their role, sent away while a page of theirs is open; one-time codes set up and asked for.</summary>
public sealed class AccessPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task A_viewer_is_added_sees_changes_nothing_and_is_sent_away_at_once()
    {
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "600");
        var link = await rez.LinkAsync();
        var admin = await chromium.PageAsync(1440, 1000);
        await admin.GotoAsync(link.ToString());
        await OpenAsync(admin, link, "/access");
        var people = admin.GetByLabel("People", new() { Exact = true });
        await people.GetByLabel("New person").FillAsync("anna");
        await people.GetByRole(AriaRole.Button, new() { Name = "Add" }).ClickAsync();
        var given = await admin.GetByTestId("given").InnerTextAsync();
        Assert.Matches("^http://.+/login/[0-9a-f]{64}$", given);

        var viewer = await chromium.PageAsync(390, 844);
        await viewer.GotoAsync(given);
        await Assertions.Expect(viewer.Locator("main[data-live]")).ToBeVisibleAsync();
        await Assertions.Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Halt" })).ToBeDisabledAsync();
        await Assertions.Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Flatten" })).ToBeDisabledAsync();
        await Assertions.Expect(viewer.GetByRole(AriaRole.Link, new() { Name = "Access" })).ToHaveCountAsync(0);
        await viewer.GotoAsync(new Uri(link, "/account").ToString());
        await Assertions.Expect(viewer.GetByText("viewer").First).ToBeVisibleAsync();
        await ShootAsync(viewer, "account-phone");
        await viewer.GotoAsync(new Uri(link, "/").ToString());
        await Assertions.Expect(viewer.Locator("main[data-live]")).ToBeVisibleAsync();

        // What a click can't do, a forged one can't either: the server asks again.
        await viewer.EvaluateAsync("document.querySelector('button.bad').disabled = false");
        await viewer.GetByRole(AriaRole.Button, new() { Name = "Flatten" }).ClickAsync();
        Assert.DoesNotContain("flatten-asked", await File.ReadAllTextAsync(folder.File("diary.jsonl")));

        await OpenAsync(admin, link, "/access");
        await admin.GetByLabel("Role of anna").SelectOptionAsync("trader");
        await Assertions.Expect(viewer).ToHaveURLAsync(new Regex("/login$"), new() { Timeout = 15_000 });
        await Assertions.Expect(admin.GetByLabel("Audit")).ToContainTextAsync("role of anna");
        await ShootAsync(admin, "access-desktop");
        var faults = await Accessibility.FaultsAsync(admin);
        Assert.True(faults.Length == 0, string.Join('\n', faults));
        await admin.SetViewportSizeAsync(390, 844);
        await ShootAsync(admin, "access-phone");
        Assert.True(await admin.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 390, "scrolls sideways");
    }

    [Fact]
    public async Task Codes_are_set_up_with_a_picture_and_asked_for_at_the_next_login()
    {
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "600");
        var link = await rez.LinkAsync();
        var page = await chromium.PageAsync(390, 844);
        await page.GotoAsync(link.ToString());
        await OpenAsync(page, link, "/account");
        await page.GetByLabel("New password").FillAsync("a long enough password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set it" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Password", new() { Exact = true }).First).ToContainTextAsync("set");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set up an authenticator app" }).ClickAsync();
        await Assertions.Expect(page.Locator(".qr svg")).ToBeVisibleAsync();
        var key = await page.Locator("code.key").InnerTextAsync();
        await ShootAsync(page, "codes-phone");
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(Totp.Of(key));
        await page.GetByRole(AriaRole.Button, new() { Name = "Turn codes on" }).ClickAsync();
        await Assertions.Expect(page.GetByText("asked for at each login")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/login$"));

        async Task LoginAsync(string code)
        {
            await page.GetByLabel("Password").FillAsync("a long enough password");
            await page.GetByLabel("Code of").FillAsync(code);
            await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        }

        await LoginAsync(string.Empty);
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("authenticator app");
        await ShootAsync(page, "login-phone");
        await LoginAsync(Totp.Of(key));
        await Assertions.Expect(page.GetByLabel("Equity curve")).ToBeVisibleAsync();
    }

    private static async Task OpenAsync(IPage page, Uri link, string path)
    {
        await page.GotoAsync(new Uri(link, path).ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
    }

    private static Task ShootAsync(IPage page, string name) => page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Chromium.Screenshots, name + ".png"), FullPage = true });
}
