using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Rez.Tests.Support;

namespace Rez.Tests.Web;

/// <summary>The HTTP API and the doors of the console, against the real program.</summary>
public sealed class ApiTests : IAsyncLifetime
{
    private const string Token = "a-configured-token-of-30-chars";
    private readonly TempFolder _folder = new();
    private RezProcess _rez = null!;
    private Uri _base = null!;
    private HttpClient _client = null!;
    private HttpClient _stranger = null!;

    public async ValueTask InitializeAsync()
    {
        _rez = RezProcess.Start(
            Repo.Root, new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token, ["REZ__Web__Password"] = "open sesame please" },
            "run", "--data-dir", _folder.Path, "--port", "0", "--speed", "20000");
        _base = new Uri((await _rez.LinkAsync()).GetLeftPart(UriPartial.Authority));
        _client = Client();
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        _stranger = Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _stranger.Dispose();
        await _rez.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_document_tells_every_endpoint_and_nothing_opens_without_a_login()
    {
        var document = await JsonAsync("/openapi/v1.json");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToArray();
        Assert.Equal(
            [
                "/api/access/audit", "/api/access/people", "/api/access/people/{name}/disabled", "/api/access/people/{name}/link", "/api/access/people/{name}/role", "/api/access/sessions", "/api/access/sessions/{id}", "/api/access/tokens", "/api/access/tokens/{name}", "/api/agent/conversations", "/api/agent/spent", "/api/control/auto-trading", "/api/control/cycle", "/api/control/flatten", "/api/control/halt", "/api/control/open", "/api/control/reduce", "/api/control/resume", "/api/cycles", "/api/cycles/{id}", "/api/diary", "/api/diary.jsonl",
                "/api/equity", "/api/equity.csv", "/api/events", "/api/fills", "/api/lab", "/api/lab/{id}", "/api/limits", "/api/positions", "/api/record", "/api/settings", "/api/settings/change", "/api/settings/check", "/api/settings/restart", "/api/settings/secret", "/api/settings/secret/test", "/api/status", "/api/trades", "/api/trades.csv", "/healthz", "/metrics",
            ],
            paths.Order());
        foreach (var path in new[] { "/openapi/v1.json", "/api/nothing" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await _stranger.GetAsync(path)).StatusCode);
        }

        foreach (var path in new[] { "/", "/_blazor/negotiate", "/_framework/blazor.web.js", "/_content/Rez.Web/rez.css" })
        {
            using var answer = await _stranger.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.Unauthorized or HttpStatusCode.MethodNotAllowed, $"{path}: {answer.StatusCode}");
        }

        using var wrong = Client();
        wrong.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token + "x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/api/status")).StatusCode);
    }

    [Fact]
    public async Task Status_cycles_equity_and_diary_tell_one_story()
    {
        JsonElement cycles;
        do
        {
            cycles = await JsonAsync("/api/cycles?count=3");
        }
        while (cycles.GetArrayLength() < 3);

        var id = cycles[0].GetProperty("id").GetString();
        var detail = await JsonAsync($"/api/cycles/{id}");
        Assert.Equal(id, detail.GetProperty("capsule").GetProperty("cycle").GetString());
        var capsule = System.Text.Encoding.UTF8.GetBytes(detail.GetProperty("capsule").GetRawText());
        Assert.Equal(detail.GetProperty("cycle").GetProperty("capsuleHash").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(capsule)));

        var status = await JsonAsync("/api/status");
        Assert.Equal("demo", status.GetProperty("mode").GetString());
        Assert.True(status.GetProperty("cycles").GetInt64() >= 3);
        Assert.True((await JsonAsync("/api/equity?points=10")).GetArrayLength() <= 12);

        var page = await JsonAsync("/api/diary?after=0&count=10");
        var previous = new string('0', 64);
        var seq = 0L;
        foreach (var e in page.GetProperty("events").EnumerateArray())
        {
            Assert.Equal(++seq, e.GetProperty("seq").GetInt64());
            Assert.Equal(previous, e.GetProperty("prev").GetString());
            previous = e.GetProperty("hash").GetString();
        }

        Assert.Equal(10, page.GetProperty("next").GetInt64());
    }

    [Fact]
    public async Task Trades_page_sort_and_export_the_same_rows()
    {
        JsonElement page;
        do
        {
            page = await JsonAsync("/api/trades?sort=net&count=5");
        }
        while (page.GetProperty("totals").GetProperty("trades").GetInt64() < 3);

        // No more are made while they are compared.
        using (await _client.PostAsync("/api/control/flatten", null))
        {
            page = await JsonAsync("/api/trades?sort=net&count=2");
        }

        var totals = page.GetProperty("totals");
        var nets = page.GetProperty("trades").EnumerateArray().Select(t => t.GetProperty("net").GetDecimal()).ToArray();
        Assert.Equal(nets.OrderDescending(), nets);
        Assert.Equal((totals.GetProperty("trades").GetInt64() + 1) / 2, page.GetProperty("pages").GetInt64());
        var second = await JsonAsync("/api/trades?sort=net&count=2&page=2");
        Assert.True(second.GetProperty("trades")[0].GetProperty("net").GetDecimal() <= nets[^1]);
        var asset = page.GetProperty("trades")[0].GetProperty("asset").GetString();
        Assert.All((await JsonAsync($"/api/trades?asset={asset}")).GetProperty("trades").EnumerateArray(), t => Assert.Equal(asset, t.GetProperty("asset").GetString()));

        var csv = (await _client.GetStringAsync("/api/trades.csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(totals.GetProperty("trades").GetInt64(), csv.Length - 1);
        Assert.Equal(totals.GetProperty("net").GetDouble(), csv.Skip(1).Sum(l => double.Parse(l.Split(',')[11], System.Globalization.CultureInfo.InvariantCulture)), 4);

        // The exports are what 'rez stats' reads.
        await File.WriteAllTextAsync(_folder.File("trades.csv"), string.Join('\n', csv));
        await File.WriteAllTextAsync(_folder.File("equity.csv"), await _client.GetStringAsync("/api/equity.csv"));
        var stats = await RezProcess.RunAsync(Repo.Root, null, "stats", "--equity", _folder.File("equity.csv"), "--trades", _folder.File("trades.csv"), "--json");
        Assert.True(stats.Code == 0, stats.Err);
        var record = (await JsonAsync("/api/record")).GetProperty("report");
        Assert.Equal(record.GetProperty("trades").GetProperty("trades").GetInt32(), JsonDocument.Parse(stats.Out).RootElement.GetProperty("trades").GetProperty("trades").GetInt32());
    }

    [Fact]
    public async Task A_position_is_opened_by_hand_once_an_id_and_reduced()
    {
        using (await _client.PostAsync("/api/control/auto-trading?on=false", null))
        using (await _client.PostAsync("/api/control/flatten", null))
        using (await _client.PostAsync("/api/control/resume", null))
        {
            Assert.Empty((await JsonAsync("/api/positions")).EnumerateArray());
        }

        async Task<(HttpStatusCode Code, JsonElement Body)> PostAsync(string path, object body)
        {
            using var answer = await _client.PostAsync(path, new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json"));
            return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone());
        }

        // A loss just before may keep the asset closed for some minutes: then it says so, and it is asked again.
        JsonElement opened;
        do
        {
            var cycles = await JsonAsync("/api/cycles?count=2");
            if (cycles.GetArrayLength() < 2)
            {
                opened = default;
                continue;
            }

            // The newest one may be running still.
            var mark = cycles[1].GetProperty("id").GetString() is { } id
                ? (await JsonAsync($"/api/cycles/{id}")).GetProperty("capsule").GetProperty("markets").EnumerateArray().First(m => m.GetProperty("instrument").GetProperty("asset").GetString() == "BTC").GetProperty("context").GetProperty("mark").GetDecimal()
                : 0;
            var order = new { id = Guid.NewGuid().ToString("N"), asset = "BTC", direction = "Long", sizeUsd = 1_000, leverage = 2, stopLoss = decimal.Round(mark * 0.95m), takeProfit = decimal.Round(mark * 1.12m) };
            var checkedFirst = await PostAsync("/api/control/open?check=true", order);
            Assert.Equal(HttpStatusCode.OK, checkedFirst.Code);
            Assert.False(checkedFirst.Body.GetProperty("isOpen").GetBoolean());
            opened = (await PostAsync("/api/control/open", order)).Body;
            Assert.Equal(opened.GetRawText(), (await PostAsync("/api/control/open", order)).Body.GetRawText());
        }
        while (opened.ValueKind != JsonValueKind.Object || !opened.GetProperty("isOpen").GetBoolean());

        Assert.Contains("stop and target live with it", opened.GetProperty("done").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/api/control/reduce?asset=BTC&share=2", new { })).Code);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("/api/control/reduce?asset=ETH&share=0.5", new { })).Code);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/api/control/open", new { id = "", asset = "BTC", direction = "Long", sizeUsd = 1, leverage = 1, stopLoss = 1, takeProfit = 2 })).Code);

        // At this speed hours pass in a second: the position may have ended by itself.
        Assert.Contains((await PostAsync("/api/control/reduce?asset=BTC&share=0.5", new { })).Code, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict });
    }

    [Fact]
    public async Task Events_stream_in_order_and_go_on_behind_the_last_one_that_was_had()
    {
        async Task<List<long>> ReadAsync(long? after, int count)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/events");
            if (after is { } id)
            {
                request.Headers.Add("Last-Event-ID", id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
            var ids = new List<long>();
            while (ids.Count < count && await lines.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal))
                {
                    ids.Add(long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture));
                }
            }

            return ids;
        }

        var first = await ReadAsync(0, 30);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => (long)i), first);
        Assert.Equal(Enumerable.Range(31, 20).Select(i => (long)i), await ReadAsync(30, 20));

        // Without a place to go on from, only what comes from now on.
        var live = await ReadAsync(null, 5);
        Assert.True(live[0] > 30 && live.Zip(live.Skip(1), (a, b) => b == a + 1).All(x => x), string.Join(',', live));
    }

    [Fact]
    public async Task Metrics_are_in_the_form_prometheus_reads_and_count_what_the_diary_tells()
    {
        string text;
        do
        {
            text = await _client.GetStringAsync("/metrics");
        }
        while (!text.Contains("rez_cycles_total{status=\"completed\"}", StringComparison.Ordinal));

        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Matches(@"^(# (HELP|TYPE) rez_\w+ .+|rez_\w+(\{\w+=""[^""]*""(,\w+=""[^""]*"")*\})? -?[\d.eE+-]+|rez_\w+ (NaN|[+-]Inf))$", line);
        }

        Assert.Contains("rez_equity_usd ", text);
        Assert.Contains("rez_stage_seconds_count{stage=\"secure\"}", text);
        Assert.Contains("rez_decisions_total{action=\"hold\"}", text);
    }

    [Fact]
    public async Task Halt_resume_and_flatten_may_be_asked_for_again_and_say_what_they_did()
    {
        foreach (var _ in new[] { 1, 2 })
        {
            using var halted = await _client.PostAsync("/api/control/halt", null);
            Assert.Equal(HttpStatusCode.OK, halted.StatusCode);
            Assert.Equal(("Halted", "token configured from 127.0.0.1"), (await JsonAsync("/api/status")) is var s ? (s.GetProperty("state").GetString(), s.GetProperty("controlBy").GetString()) : default);
        }

        using (await _client.PostAsync("/api/control/resume", null))
        {
            Assert.Equal("Active", (await JsonAsync("/api/status")).GetProperty("state").GetString());
        }

        foreach (var _ in new[] { 1, 2 })
        {
            using var flat = await _client.PostAsync("/api/control/flatten", null);
            Assert.True(JsonDocument.Parse(await flat.Content.ReadAsStringAsync()).RootElement.GetProperty("flat").GetBoolean());
        }

        Assert.Equal("Halted", (await JsonAsync("/api/status")).GetProperty("state").GetString());
        using var nobody = await _client.PostAsync("/api/control/flatten?asset=PEPE", null);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        Assert.Contains((await JsonAsync("/api/limits")).EnumerateArray(), l => l.GetProperty("name").GetString() == "notional of all positions" && l.GetProperty("limit").GetDecimal() > 0);
    }

    [Theory]
    [InlineData("/api/cycles/none", HttpStatusCode.NotFound)]
    [InlineData("/api/cycles?count=0", HttpStatusCode.BadRequest)]
    [InlineData("/api/cycles?count=x", HttpStatusCode.BadRequest)]
    [InlineData("/api/equity?points=1", HttpStatusCode.BadRequest)]
    [InlineData("/api/diary?after=-1", HttpStatusCode.BadRequest)]
    [InlineData("/api/diary?count=100000", HttpStatusCode.BadRequest)]
    public async Task Bad_requests_get_problem_details(string path, HttpStatusCode code)
    {
        using var answer = await _client.GetAsync(path);
        Assert.Equal(code, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task The_password_opens_and_a_wrong_one_does_not()
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = true }) { BaseAddress = _base };
        async Task<string?> LoginAsync(string password)
        {
            var page = await browser.GetStringAsync("/login");
            var token = System.Text.RegularExpressions.Regex.Match(page, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
            using var answer = await browser.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string> { ["password"] = password, ["__RequestVerificationToken"] = token }));
            return answer.Headers.Location?.ToString();
        }

        Assert.Equal("/login?failed=password", await LoginAsync("wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/status")).StatusCode);
        Assert.Equal("/", await LoginAsync("open sesame please"));
        using var status = await browser.GetAsync("/api/status");
        Assert.Equal(HttpStatusCode.OK, status.StatusCode);

        using var forged = await browser.PostAsync("/login", new FormUrlEncodedContent(new Dictionary<string, string> { ["password"] = "open sesame please" }));
        Assert.NotEqual("/", forged.Headers.Location?.ToString());
    }

    [Fact]
    public async Task A_token_made_while_it_runs_works_at_once()
    {
        var made = await RezProcess.RunAsync(Repo.Root, null, "access", "token", "script", "--data-dir", _folder.Path);
        using var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.Out.Trim());
        using var answer = await client.GetAsync("/api/status");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain(made.Out.Trim(), File.ReadAllText(_folder.File("access.db")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("access.db")));
        }

        var health = await RezProcess.RunAsync(Repo.Root, null, "health", "--port", _base.Port.ToString());
        Assert.Equal(0, health.Code);
    }

    [Fact]
    public async Task Pages_carry_headers_that_keep_them_to_themselves_and_no_secret()
    {
        using var answer = await _client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("default-src 'self'", string.Concat(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", string.Concat(answer.Headers.GetValues("X-Content-Type-Options")));
        var body = await answer.Content.ReadAsStringAsync() + await _client.GetStringAsync("/api/status") + await _client.GetStringAsync("/api/diary?count=500");
        Assert.DoesNotContain(Token, body);
        Assert.DoesNotContain("sesame", body + _rez.Err + _rez.Out);
    }

    private async Task<JsonElement> JsonAsync(string path) => JsonDocument.Parse(await _client.GetStringAsync(path)).RootElement.Clone();

    private HttpClient Client() => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _base };
}
