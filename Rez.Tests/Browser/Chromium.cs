using Microsoft.Playwright;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>Debian's Chromium, one for all browser tests; absent, the tests skip and say so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string Screenshots { get; } = Directory.CreateDirectory(System.IO.Path.Combine(Repo.Root, "artifacts", "screens")).FullName;

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Path))
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Path,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            });
        }
    }

    /// <summary>A fresh profile; a touch phone below 600 px.</summary>
    public async Task<IPage> PageAsync(int width, int height)
    {
        Assert.SkipUnless(_browser is not null, $"needs Chromium at {Path} (Debian: apt-get install chromium)");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            HasTouch = width < 600,
        });
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
