using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Rez.Tests.Support;

namespace Rez.Tests.Web;

/// <summary>Settings changed under the running program, through the API: checked, told to the diary, taken up at the next cycle or at a start, and undone when a start can't use them.</summary>
public sealed class SettingsChangeTests : IAsyncLifetime
{
    private const string Token = "a-configured-token-of-30-chars";
    private const string Planted = "sk-planted-key-0123456789";
    private readonly TempFolder _folder = new();
    private RezProcess _rez = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _rez = RezProcess.Start(Repo.Root, new Dictionary<string, string> { ["REZ__Web__ApiToken"] = Token }, "run", "--data-dir", _folder.Path, "--port", "0", "--speed", "3000");
        _client = new HttpClient { BaseAddress = new Uri((await _rez.LinkAsync()).GetLeftPart(UriPartial.Authority)), Timeout = TimeSpan.FromSeconds(30) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _rez.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_limit_is_in_force_from_the_next_cycle_on_and_outlives_a_start()
    {
        var before = (await SettingAsync("Risk:MaxLeverage")).GetProperty("value").GetString();
        using var changed = await ChangeAsync(new { key = "Risk:MaxLeverage", before, after = "2" }, new { key = "Trading:CycleInterval", before = "5m", after = "15m" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal(["NextCycle", "NextStart"], (await JsonAsync(changed)).EnumerateArray().Select(d => Effect(d)));

        // What a cycle was judged by is in its capsule.
        var seen = await UntilAsync(async () =>
        {
            var newest = (await JsonAsync("/api/cycles?count=1")).EnumerateArray().FirstOrDefault();
            if (newest.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            var capsule = (await JsonAsync($"/api/cycles/{newest.GetProperty("id").GetString()}")).GetProperty("capsule");
            return capsule.ValueKind == JsonValueKind.Object && capsule.GetProperty("terms").GetProperty("limits").GetProperty("maxLeverage").GetInt32() == 2;
        });
        Assert.True(seen, "no cycle was judged by the new limit");
        Assert.Equal(("2", "2"), Both(await SettingAsync("Risk:MaxLeverage")));
        Assert.Equal(("5m", "15m"), Both(await SettingAsync("Trading:CycleInterval")));
        var told = (await JsonAsync("/api/access/audit")).GetProperty("changes").EnumerateArray().First(c => c.GetProperty("what").GetString() == "Risk:MaxLeverage");
        Assert.Equal((before, "token configured from 127.0.0.1"), (told.GetProperty("before").GetString(), told.GetProperty("who").GetString()));

        using var restart = await _client.PostAsync("/api/settings/restart", null);
        Assert.Equal(HttpStatusCode.Accepted, restart.StatusCode);
        Assert.True(await UntilAsync(async () => Both(await SettingAsync("Trading:CycleInterval")) == ("15m", "15m")), "the start did not take it");
        Assert.Equal(("2", "2"), Both(await SettingAsync("Risk:MaxLeverage")));

        // Back to what the files say.
        using var undone = await ChangeAsync(new { key = "Risk:MaxLeverage", before = "2", after = (string?)null });
        Assert.Equal(before, (await SettingAsync("Risk:MaxLeverage")).GetProperty("wanted").GetString());
    }

    [Fact]
    public async Task A_change_that_can_not_be_is_refused_with_a_sentence_and_nothing_is_changed()
    {
        (string Key, string? Before, string After, HttpStatusCode Status, string Words)[] cases =
        [
            ("Risk:MaxLeverage", null, "900", HttpStatusCode.BadRequest, "expected"),
            ("Risk:MaxLeverage", "77", "3", HttpStatusCode.Conflict, "changed meanwhile"),
            ("Risk:MaxLevrage", null, "3", HttpStatusCode.NotFound, "no setting"),
            ("Web:Port", null, "1", HttpStatusCode.BadRequest, "not from here"),
            ("Storage:DataDir", null, "/", HttpStatusCode.BadRequest, "not from here"),
            ("Demo:Speed", null, "1", HttpStatusCode.Conflict, "command line"),
            ("Model:ApiKey", null, "x", HttpStatusCode.BadRequest, "set by itself"),
            ("Risk:WarnMaintenanceUse", null, "0.99", HttpStatusCode.BadRequest, "Risk:MaxMaintenanceUse"),
            ("Trading:Assets", null, "BTC <script>", HttpStatusCode.BadRequest, "generated market"),
        ];
        foreach (var (key, before, after, status, words) in cases)
        {
            using var answer = await ChangeAsync(new { key, before, after }, new { key = "Risk:MinConfidence", before = (string?)null, after = "61" });
            Assert.Equal((key, status), (key, answer.StatusCode));
            Assert.Contains(words, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.False(File.Exists(_folder.File("settings.json")));
        }
    }

    [Fact]
    public async Task Of_two_people_who_change_one_setting_at_once_one_is_told_of_the_other()
    {
        var before = (await SettingAsync("Risk:MaxLeverage")).GetProperty("value").GetString();
        var answers = await Task.WhenAll(Enumerable.Range(2, 2).Select(n => ChangeAsync(new { key = "Risk:MaxLeverage", before, after = n.ToString(System.Globalization.CultureInfo.InvariantCulture) })));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], answers.Select(a => a.StatusCode).Order());
    }

    [Fact]
    public async Task A_secret_is_set_and_never_read_back()
    {
        using var set = await _client.PostAsJsonAsync("/api/settings/secret", new { key = "Model:ApiKey", value = Planted });
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        Assert.Equal("set", (await SettingAsync("Model:ApiKey")).GetProperty("wanted").GetString());
        using var pinned = await _client.PostAsJsonAsync("/api/settings/secret", new { key = "Web:ApiToken", value = "another" });
        Assert.Equal(HttpStatusCode.Conflict, pinned.StatusCode);
        using var tested = await _client.PostAsync("/api/settings/secret/test?key=Hyperliquid:Key", null);
        Assert.Equal(HttpStatusCode.BadRequest, tested.StatusCode);
        var shown = await _client.GetStringAsync("/settings") + await _client.GetStringAsync("/api/settings") + await File.ReadAllTextAsync(_folder.File("diary.jsonl")) + _rez.Out + _rez.Err
            + string.Concat(Directory.EnumerateFiles(_folder.File("logs")).Select(ReadShared)) + await set.Content.ReadAsStringAsync() + await tested.Content.ReadAsStringAsync();
        Assert.DoesNotContain(Planted, shown);
        Assert.Contains("Model:ApiKey", await File.ReadAllTextAsync(_folder.File("diary.jsonl")));
        Assert.Contains(Planted, await File.ReadAllTextAsync(_folder.File("secrets.json")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File("secrets.json")));
        }
    }

    [Fact]
    public async Task A_start_that_can_not_use_the_settings_goes_back_to_those_before_and_says_why()
    {
        using var changed = await ChangeAsync(new { key = "Demo:Seed", before = (string?)null, after = "99" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var restart = await _client.PostAsync("/api/settings/restart", null);
        Assert.True(await UntilAsync(async () => Both(await SettingAsync("Demo:Seed")) == ("2", "2")), "it did not come back");
        Assert.Contains("holds a diary of another market", await _client.GetStringAsync("/settings"));
        Assert.Equal("Trading", (await JsonAsync("/api/status")).GetProperty("phase").GetString());
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_and_the_rest_goes_on()
    {
        using var large = await _client.PostAsync("/api/settings/change", new StringContent("[" + new string(' ', 400_000) + "]", null, "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        using var garbage = await _client.PostAsync("/api/settings/change", new StringContent("{\"a\":", null, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, garbage.StatusCode);
        Assert.Equal("ok", (await JsonAsync("/healthz")).GetProperty("status").GetString());
    }

    private static string Effect(JsonElement diff) => diff.GetProperty("effect") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : ((Core.Configuration.SettingEffect)diff.GetProperty("effect").GetInt32()).ToString();

    private static (string? Value, string? Wanted) Both(JsonElement setting) => (setting.GetProperty("value").GetString(), setting.GetProperty("wanted").GetString());

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private Task<HttpResponseMessage> ChangeAsync(params object[] wishes) => _client.PostAsJsonAsync("/api/settings/change", wishes);

    private async Task<JsonElement> SettingAsync(string key) => (await JsonAsync("/api/settings")).EnumerateArray().First(s => s.GetProperty("key").GetString() == key);

    private async Task<JsonElement> JsonAsync(string path) => JsonDocument.Parse(await _client.GetStringAsync(path)).RootElement.Clone();

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();

    /// <summary>Asks again until it is so; the program may be between an end and a start.</summary>
    private static async Task<bool> UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!patience.IsCancellationRequested)
        {
            try
            {
                if (await holds())
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // Not up yet: asked again, within the same patience.
                await Task.Yield();
            }
        }

        return false;
    }
}
