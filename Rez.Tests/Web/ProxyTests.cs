using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rez.Tests.Support;

namespace Rez.Tests.Web;

/// <summary>Where a request comes from: told by a proxy that was named, and by nobody else. And whose page asks for a change.</summary>
public sealed class ProxyTests
{
    private const string Token = "a-configured-token-of-30-chars";

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.9")]
    [InlineData("10.0.0.1", "127.0.0.1")]
    [InlineData(null, "127.0.0.1")]
    public async Task Forwarded_addresses_are_believed_of_named_proxies_only(string? proxies, string seen)
    {
        using var folder = new TempFolder();
        var environment = new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token };
        if (proxies is not null)
        {
            environment["REZ__Web__TrustedProxies"] = proxies;
        }

        await using var rez = RezProcess.Start(Repo.Root, environment, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "600");
        using var api = new HttpClient { BaseAddress = new Uri((await rez.LinkAsync()).GetLeftPart(UriPartial.Authority)) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        api.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        (await api.PostAsync("/api/control/halt", null)).EnsureSuccessStatusCode();
        using var status = JsonDocument.Parse(await api.GetStringAsync("/api/status"));
        Assert.Equal($"token configured from {seen}", status.RootElement.GetProperty("controlBy").GetString());
    }

    [Fact]
    public async Task A_change_that_another_page_asks_for_with_somebodys_login_is_refused()
    {
        using var folder = new TempFolder();
        await using var rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", folder.Path, "--port", "0", "--speed", "600");
        var link = await rez.LinkAsync();
        using var browser = new HttpClient(new HttpClientHandler { UseCookies = true, AllowAutoRedirect = false }) { BaseAddress = new Uri(link.GetLeftPart(UriPartial.Authority)) };
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync(link)).StatusCode);
        foreach (var (header, value, expected) in new[]
                 {
                     ("Origin", "http://127.0.0.1:3000", HttpStatusCode.Forbidden), ("Origin", "null", HttpStatusCode.Forbidden), ("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden), ("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden),
                     ("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK), ("Origin", link.GetLeftPart(UriPartial.Authority), HttpStatusCode.OK),
                 })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/control/halt");
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal((value, expected), (value, (await browser.SendAsync(request)).StatusCode));
        }

        // The link opened once; a copy of it opens nothing.
        using var thief = new HttpClient(new HttpClientHandler { UseCookies = true, AllowAutoRedirect = false });
        Assert.Equal("/login?failed=link", (await thief.GetAsync(link)).Headers.Location?.ToString());

        // Left is left: the cookie of before opens nothing any more.
        var cookie = (await browser.GetAsync("/")).StatusCode;
        Assert.Equal(HttpStatusCode.OK, cookie);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.PostAsync("/logout", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/status")).StatusCode);
    }
}
