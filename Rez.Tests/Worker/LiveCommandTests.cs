using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid.Signing;
using Rez.Tests.LocalVenue;
using Rez.Tests.Support;

namespace Rez.Tests.Worker;

/// <summary>The real program against the real <c>rez sim</c>: live and paper trading, doctor, backfill; and secrets that stay secret.</summary>
public sealed class LiveCommandTests : IDisposable
{
    private const string Key = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
    private const string Password = "plant-a-password-here-9137";
    private const string ModelKey = "sk-plant-a-model-key-77421";
    private const string Token = "plant-a-token-here-5521-and-longer";
    private static readonly string Account = AddressOf(Key);
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Killed_while_trading_live_it_reconciles_and_goes_on()
    {
        await using var sim = await PeerTests.SimProcess.StartAsync(_folder.Path, "--speed", "3000", "--cut", "0.02", "--faucet", "25000");
        var dir = _folder.File("live");
        foreach (var events in new[] { 60, 160, 260 })
        {
            await using var rez = RezProcess.Start(_folder.Path, Secrets(), Live(sim, dir, "--headless"));
            await UntilAsync(() => Events(dir) > events);
            await rez.KillAsync();
        }

        var last = await RezProcess.RunAsync(_folder.Path, Secrets(), Live(sim, dir, "--headless", "--json", "--cycles", "40"));
        Assert.True(last.Code == 0, last.Err);
        var summary = JsonDocument.Parse(last.Out).RootElement;
        Assert.True(summary.GetProperty("cycles").GetInt64() >= 40);
        Assert.Equal(0, (await RezProcess.RunAsync(_folder.Path, null, "diary", "verify", "--data-dir", dir)).Code);
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(dir, "diary.db"), readOnly: true));
        Assert.DoesNotContain(db.Events, e => e.Type == "position.drift-found");
        Assert.True(db.Events.Count(e => e.Type == "session.started") >= 4);
    }

    [Fact]
    public async Task Paper_trading_remembers_its_account_over_a_restart_and_refuses_another_world()
    {
        await using var sim = await PeerTests.SimProcess.StartAsync(_folder.Path, "--speed", "6000");
        var dir = _folder.File("paper");
        var arguments = (string[])["run", "--mode", "paper", "--headless", "--json", "--data-dir", dir, .. Local(sim)];
        var first = await RezProcess.RunAsync(_folder.Path, null, [.. arguments, "--cycles", "150"]);
        var second = await RezProcess.RunAsync(_folder.Path, null, [.. arguments, "--cycles", "20"]);
        Assert.True(first.Code == 0 && second.Code == 0, first.Err + second.Err);
        Assert.Equal(170, JsonDocument.Parse(second.Out).RootElement.GetProperty("cycles").GetInt64());
        using (var db = new RezDb(RezDb.Sqlite(Path.Combine(dir, "diary.db"), readOnly: true)))
        {
            Assert.DoesNotContain(db.Events, e => e.Type == "position.drift-found" || e.Type == "protection.missing");
            var equity = db.EquityPoints.OrderBy(e => e.Number).AsEnumerable().Select(e => e.Equity).ToArray();
            Assert.All(equity.Zip(equity.Skip(1)), p => Assert.InRange(p.Second / p.First, 0.95m, 1.05m));
        }

        var other = await RezProcess.RunAsync(_folder.Path, null, "run", "--headless", "--cycles", "1", "--data-dir", dir);
        Assert.Equal(11, other.Code);
    }

    [Fact]
    public async Task A_planted_secret_appears_nowhere()
    {
        await using var sim = await PeerTests.SimProcess.StartAsync(_folder.Path, "--speed", "600");
        var dir = _folder.File("secret");
        await using var rez = RezProcess.Start(_folder.Path, Secrets(), Live(sim, dir, "--port", "0", "--set", "Log:Level=debug"));
        var link = await rez.LinkAsync();
        var baseAddress = new Uri(link.GetLeftPart(UriPartial.Authority));
        await UntilAsync(() => Events(dir) > 12);
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = baseAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var said = new List<string>();
        foreach (var path in new[] { "/", "/healthz", "/api/status", "/api/positions", "/api/equity", "/api/cycles", "/api/fills", "/api/diary?after=0", "/openapi/v1.json", "/login", "/nowhere" })
        {
            using var reply = await http.GetAsync(path);
            said.Add(await reply.Content.ReadAsStringAsync() + reply.Headers);
        }

        foreach (var verb in (string[][])[["config", "print", "--json"], ["config", "check"], ["doctor", "--json", .. Local(sim)], ["diary", "export", "--data-dir", dir]])
        {
            var told = await RezProcess.RunAsync(_folder.Path, Secrets(), verb);
            said.Add(told.Out + told.Err);
        }

        // A key that is none, and an exception's way to the terminal.
        var bad = Secrets();
        bad["REZ__Hyperliquid__Key"] = Key + "00";
        var refused = await RezProcess.RunAsync(_folder.Path, bad, Live(sim, _folder.File("bad"), "--headless"));
        Assert.Equal(12, refused.Code);
        said.Add(refused.Out + refused.Err);
        await rez.KillAsync();
        said.Add(rez.Out + rez.Err);
        said.AddRange(Directory.GetFiles(dir, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("rez.lock", StringComparison.Ordinal)).Select(f => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(f))));
        var everything = string.Concat(said);
        Assert.True(everything.Length > 20_000);
        foreach (var secret in new[] { Key[2..], Key[2..34], Password, Token, ModelKey })
        {
            Assert.DoesNotContain(secret, everything, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Doctor_says_what_is_missing_and_when_nothing_is()
    {
        var missing = await RezProcess.RunAsync(_folder.Path, null, "doctor", "--set", "Hyperliquid:Url=http://127.0.0.1:9", "--set", "Hyperliquid:Network=local");
        Assert.Equal(1, missing.Code);
        Assert.Contains("MISSING account: Hyperliquid:Account is not set", missing.Out);
        Assert.Contains("MISSING key file", missing.Out);
        Assert.Contains("MISSING reachability", missing.Out);

        await using var sim = await PeerTests.SimProcess.StartAsync(_folder.Path);
        var file = _folder.File("key");
        File.WriteAllText(file, Key);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
        }

        var ready = await RezProcess.RunAsync(_folder.Path, null, ["doctor", .. Local(sim), "--set", $"Hyperliquid:Account={Account}", "--set", $"Hyperliquid:KeyFile={file}"]);
        Assert.True(ready.Code == 0, ready.Out);
        Assert.Contains("Ready for live trading.", ready.Out);
        Assert.Contains("ok      balance: 10000 USD", ready.Out);

        var mainnet = await RezProcess.RunAsync(_folder.Path, Secrets(), "run", "--mode", "live", "--headless", "--set", "Hyperliquid:Network=mainnet", "--set", $"Hyperliquid:Account={Account}");
        Assert.Equal(3, mainnet.Code);
        Assert.Contains("the words 'real money'", mainnet.Err);
    }

    [Fact]
    public async Task Backfill_fetches_what_is_missing_and_nothing_twice()
    {
        await using var sim = await PeerTests.SimProcess.StartAsync(_folder.Path, "--history-days", "5");
        var from = TimeProvider.System.GetUtcNow().AddDays(-2).ToString("yyyy-MM-ddTHH:00");
        var arguments = (string[])["backfill", "--assets", "BTC,SOL", "--interval", "5m", "--from", from, "--source", "hyperliquid", "--url", sim.Url, "--out", _folder.File("c"), "--json", "--set", "Hyperliquid:Network=local"];
        var first = await RezProcess.RunAsync(_folder.Path, null, arguments);
        Assert.True(first.Code == 0, first.Err);
        var rows = JsonDocument.Parse(first.Out).RootElement;
        Assert.True(rows[0].GetProperty("added").GetInt32() >= 576);
        Assert.Equal(0, rows[0].GetProperty("missing").GetInt32());
        var second = await RezProcess.RunAsync(_folder.Path, null, arguments);
        Assert.InRange(JsonDocument.Parse(second.Out).RootElement[0].GetProperty("added").GetInt32(), 0, 1);
        var imported = await RezProcess.RunAsync(_folder.Path, null, "import", Path.Combine(_folder.File("c"), "BTC-5m.csv.gz"), "--out", _folder.File("d"));
        Assert.True(imported.Code == 0, imported.Err);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.File("c"), "BTC-5m.csv.gz")), File.ReadAllBytes(Path.Combine(_folder.File("d"), "BTC-5m.csv.gz")));
        var played = await RezProcess.RunAsync(_folder.Path, null, "run", "--headless", "--json", "--speed", "max", "--candles", _folder.File("c"), "--set", "Demo:WarmUpDays=1", "--cycles", "50");
        Assert.True(played.Code == 0, played.Err);
    }

    public void Dispose() => _folder.Dispose();

    private static string[] Local(PeerTests.SimProcess sim) => ["--set", "Hyperliquid:Network=local", "--set", $"Hyperliquid:Url={sim.Url}"];

    private static string[] Live(PeerTests.SimProcess sim, string dir, params string[] more) =>
        ["run", "--mode", "live", "--data-dir", dir, "--set", $"Hyperliquid:Account={Account}", .. Local(sim), .. more];

    private static Dictionary<string, string> Secrets() => new(StringComparer.Ordinal)
    {
        ["REZ__Hyperliquid__Key"] = Key, ["REZ__Hyperliquid__KeyPassword"] = Password, ["REZ__Web__Password"] = Password, ["REZ__Web__ApiToken"] = Token, ["REZ__Model__ApiKey"] = ModelKey,
    };

    private static long Events(string dir)
    {
        var jsonl = Path.Combine(dir, "diary.jsonl");
        if (!File.Exists(jsonl))
        {
            return 0;
        }

        using var file = new FileStream(jsonl, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var text = new StreamReader(file);
        var lines = 0;
        while (text.ReadLine() is not null)
        {
            lines++;
        }

        return lines;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!holds())
        {
            await Task.Delay(30, patience.Token);
        }
    }

    private static string AddressOf(string key)
    {
        using var parsed = PrivateKey.Parse(key).Value;
        return new Secp256k1().AddressOf(parsed).Text;
    }
}
