using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Rez.Tests.Support;
using Rez.Web.Hosting;

namespace Rez.Tests.Web;

/// <summary>Every route of the console and the API, walked by a stranger, a viewer, a trader and an admin.</summary>
public sealed partial class RolesTests : IAsyncLifetime
{
    private static readonly string[] Scopes = ["read", "trade", "admin"];
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, HttpClient> _clients = new(StringComparer.Ordinal);
    private RezProcess _rez = null!;
    private Uri _base = null!;

    public async ValueTask InitializeAsync()
    {
        _rez = RezProcess.Start(Repo.Root, null, "run", "--data-dir", _folder.Path, "--port", "0", "--speed", "20000");
        _base = new Uri((await _rez.LinkAsync()).GetLeftPart(UriPartial.Authority));
        _clients["nobody"] = Client(null);
        foreach (var scope in Scopes)
        {
            var made = await RezProcess.RunAsync(Repo.Root, null, "access", "token", scope + "er", "--scope", scope, "--days", "1", "--data-dir", _folder.Path);
            _clients[scope] = Client(made.Out.Trim());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        await _rez.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_operation_opens_to_its_role_and_no_other()
    {
        using var document = JsonDocument.Parse(await _clients["admin"].GetStringAsync("/openapi/v1.json"));
        var operations = (from path in document.RootElement.GetProperty("paths").EnumerateObject()
                          from method in path.Value.EnumerateObject()
                          select (Path: path.Name, Method: new HttpMethod(method.Name.ToUpperInvariant()))).ToArray();
        Assert.True(operations.Length > 30);
        foreach (var (path, method) in operations.Where(o => o.Path != "/healthz").OrderBy(o => o.Path == "/api/settings/restart"))
        {
            var need = NeedOf(path, method);
            // The last one ends the session: who may ask for it is seen by those who may not, and by its going away.
            foreach (var (who, client) in _clients)
            {
                using var request = new HttpRequestMessage(method, Fill(path));
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var expected = who == "nobody" ? HttpStatusCode.Unauthorized : Array.IndexOf(Scopes, who) < Array.IndexOf(Scopes, need) ? HttpStatusCode.Forbidden : (HttpStatusCode?)null;
                Assert.True(
                    expected is { } e ? answer.StatusCode == e : answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError),
                    $"{method} {path} as {who}: {(int)answer.StatusCode}, needs {need}");
            }
        }
    }

    [Fact]
    public async Task Every_page_opens_to_its_role_and_sends_a_stranger_to_the_login()
    {
        var pages = typeof(RezConsole).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>()).Select(r => r.Template).ToArray();
        Assert.True(pages.Length >= 11, string.Join(' ', pages));
        foreach (var page in pages)
        {
            var need = page is "/access" ? "admin" : "read";
            foreach (var (who, client) in _clients)
            {
                using var answer = await client.GetAsync(Fill(page));
                var mayNot = Array.IndexOf(Scopes, who) < Array.IndexOf(Scopes, need);
                Assert.True(
                    who == "nobody" ? answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location?.ToString() == "/login" : answer.StatusCode == (mayNot ? HttpStatusCode.Forbidden : HttpStatusCode.OK),
                    $"{page} as {who}: {(int)answer.StatusCode}");
            }
        }
    }

    private static string NeedOf(string path, HttpMethod method) =>
        path.StartsWith("/api/access/", StringComparison.Ordinal) ? "admin"
        : path.StartsWith("/api/settings/", StringComparison.Ordinal) && method != HttpMethod.Get ? "admin"
        : method == HttpMethod.Get ? "read"
        : "trade";

    private static string Fill(string path) => Placeholder().Replace(path, p => path.StartsWith("/api/lab/", StringComparison.Ordinal) || p.Value.EndsWith(":int}", StringComparison.Ordinal) ? "1" : "x");

    private HttpClient Client(string? token)
    {
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _base };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Placeholder();
}
