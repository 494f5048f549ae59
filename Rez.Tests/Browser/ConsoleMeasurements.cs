using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Tests.Support;

namespace Rez.Tests.Browser;

/// <summary>
/// Figures of docs/benchmarks.md that need a browser: how soon a change is seen by ten clients, what a client costs, how the chart pans, how a million events page. They assert no time; they run when
/// REZ_MEASURE is set, and print.
/// </summary>
public sealed class ConsoleMeasurements(Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>
{
    private const string Token = "a-configured-token-of-30-chars";
    private const int Clients = 10;

    /// <summary>Notes when the switch's words change, by the machine's clock.</summary>
    private const string Observe = """
        () => {
          window.__seen = [];
          let last = null;
          const look = () => {
            const text = document.querySelector('.switch > span:last-child')?.textContent;
            if (text !== last) { last = text; window.__seen.push([text, performance.timeOrigin + performance.now()]); }
          };
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
          look();
        }
        """;

    private const string Pan = """
        async () => {
          const m = await import('/_content/Rez.Web/price-chart.js');
          const host = document.createElement('div');
          host.style.cssText = 'position:fixed;inset:0;z-index:99;background:#111';
          host.id = 'measured';
          document.body.append(host);
          const chart = m.create(host);
          const bars = []; let p = 100;
          for (let i = 0; i < 10000; i++) { const o = p; p += Math.sin(i / 7) + Math.cos(i / 91); bars.push({ time: 1700000000 + i * 60, open: o, high: Math.max(o, p) + 1, low: Math.min(o, p) - 1, close: p, volume: 10 + (i % 17) }); }
          chart.setCandles(bars, 2);
          chart.setMarkers(Array.from({ length: 500 }, (_, i) => ({ time: 1700000000 + i * 20 * 60, isEntry: i % 2 === 0, isLong: true, text: 'x' })));
          window.__frames = [];
          const tick = t => { window.__frames.push(t); if (!window.__done) requestAnimationFrame(tick); };
          requestAnimationFrame(tick);
        }
        """;

    [Fact]
    public async Task A_change_is_seen_by_ten_clients_and_a_client_costs()
    {
        Wanted();
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token }, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "60");
        var link = await rez.LinkAsync();
        using var api = new HttpClient { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var first = await chromium.PageAsync(1440, 1000);
        await first.GotoAsync(link.ToString());
        var cookies = await first.Context.CookiesAsync();
        var before = Resident(rez.Id);
        var pages = new List<IPage> { first };
        while (pages.Count < Clients)
        {
            var page = await chromium.PageAsync(1440, 1000);
            await page.Context.AddCookiesAsync(cookies.Select(c => new Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path }));
            await page.GotoAsync(link.GetLeftPart(UriPartial.Authority));
            pages.Add(page);
        }

        foreach (var page in pages)
        {
            await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
            await page.EvaluateAsync(Observe);
        }

        var delays = new List<double>();
        for (var i = 0; i < 40; i++)
        {
            var on = i % 2 == 1;
            var askedMs = (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
            (await api.PostAsync($"/api/control/auto-trading?on={(on ? "true" : "false")}", null)).EnsureSuccessStatusCode();
            var text = $"Auto-trading {(on ? "on" : "off")}";
            foreach (var page in pages)
            {
                await Assertions.Expect(page.Locator(".switch > span").Last).ToHaveTextAsync(text);
                delays.Add(await page.EvaluateAsync<double>("() => window.__seen.at(-1)[1]") - askedMs);
            }
        }

        var after = Resident(rez.Id);
        var minutes = int.Parse(Environment.GetEnvironmentVariable("REZ_MEASURE_MINUTES") ?? "3", CultureInfo.InvariantCulture);
        var memory = new List<double>();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(minutes);)
        {
            await first.WaitForTimeoutAsync(15_000);
            memory.Add(Resident(rez.Id));
        }

        delays.Sort();
        output.WriteLine($"asked → visible in {Clients} clients, POST and commit included: p50 {At(delays, 0.5):0} ms, p95 {At(delays, 0.95):0} ms, p99 {At(delays, 0.99):0} ms, max {delays[^1]:0} ms of {delays.Count}");
        output.WriteLine($"resident with one client {before:0} MB, with {Clients} {after:0} MB: {(after - before) / (Clients - 1):0.0} MB a client; over {minutes} min: {string.Join(' ', memory.Select(m => m.ToString("0", CultureInfo.InvariantCulture)))} MB");
    }

    [Fact]
    public async Task The_chart_pans()
    {
        Wanted();
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "1");
        var link = await rez.LinkAsync();
        var page = await chromium.PageAsync(1440, 900);
        await page.GotoAsync(link.ToString());
        await Assertions.Expect(page.Locator("main[data-live]")).ToBeVisibleAsync();
        await page.EvaluateAsync(Pan);
        await page.Mouse.MoveAsync(300, 400);
        await page.Mouse.DownAsync();
        for (var i = 0; i < 240; i++)
        {
            await page.Mouse.MoveAsync(300 + (i * 4), 400);
        }

        await page.Mouse.UpAsync();
        await page.EvaluateAsync("() => { window.__done = true; }");
        var frames = await page.EvaluateAsync<double[]>("() => window.__frames");
        var gaps = frames.Zip(frames.Skip(1), (a, b) => b - a).Order().ToList();
        output.WriteLine($"10,000 candles, 500 markers, panned: {frames.Length - 1} frames in {frames[^1] - frames[0]:0} ms, {1000 * (frames.Length - 1) / (frames[^1] - frames[0]):0.0} fps, p95 of a frame {At(gaps, 0.95):0.0} ms");
    }

    [Fact]
    public async Task A_million_events_page()
    {
        Wanted();
        using var folder = new TempFolder();
        var filling = Stopwatch.StartNew();
        using (var diary = DiaryStore.Open(folder.File("diary.db"), TimeProvider.System))
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                diary.Append(new MarketUnfit(i % 3 == 0 ? "BTC" : "ETH", $"event {i} of a million"), $"c-{i / 20:0000000}");
                if (i % 5_000 == 0)
                {
                    await diary.FlushAsync();
                }
            }

            await diary.FlushAsync();
        }

        output.WriteLine($"a million events written in {filling.Elapsed.TotalSeconds:0.0} s, {new FileInfo(folder.File("diary.db")).Length / 1_048_576} MB");
        await using var rez = RezProcess.Start(Repo.Root, new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token }, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "1");
        using var api = new HttpClient { BaseAddress = new Uri((await rez.LinkAsync()).GetLeftPart(UriPartial.Authority)) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        foreach (var path in new[] { "/diary", "/diary?before=500000", "/diary?type=market.unfit&before=1000", "/diary?cycle=c-0025000", "/diary?text=event%20999000%20of", "/api/diary?after=999000&count=1000", "/trades" })
        {
            await api.GetAsync(path);
            var watch = Stopwatch.StartNew();
            var text = await api.GetStringAsync(path);
            output.WriteLine($"{path}: {watch.Elapsed.TotalMilliseconds:0} ms, {text.Length / 1024} kB");
        }

        var streaming = Stopwatch.StartNew();
        var bytes = (await api.GetByteArrayAsync("/api/diary.jsonl")).LongLength;
        output.WriteLine($"/api/diary.jsonl: {bytes / 1_048_576} MB in {streaming.Elapsed.TotalSeconds:0.0} s");
    }

    private static void Wanted() => Assert.SkipUnless(Environment.GetEnvironmentVariable("REZ_MEASURE") is { Length: > 0 }, "a measurement: set REZ_MEASURE=1 to take it");

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)];

    private static double Resident(int id) => Process.GetProcessById(id).WorkingSet64 / 1_048_576.0;
}
