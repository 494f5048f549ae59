using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rez.Tests.Support;

namespace Rez.Tests.Worker;

/// <summary>The commands as written in the README, through the real program.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_headless_run_prints_one_object_and_repeats_itself()
    {
        var first = await RunJsonAsync("--seed", "2", "--data-dir", _folder.File("a"));
        var second = await RunJsonAsync("--seed", "2", "--data-dir", _folder.File("b"), "--speed", "1000000");
        Assert.Equal(
            ["cycles", "trades", "events", "equityStart", "equityEnd", "feesPaid", "fundingPaid", "unprotectedMs", "elapsedMs", "diaryHead", "tradesHash"],
            first.EnumerateObject().Select(p => p.Name));
        Assert.Equal(first.GetProperty("tradesHash").GetString(), second.GetProperty("tradesHash").GetString());
        Assert.Equal(300, first.GetProperty("cycles").GetInt32());
        Assert.True(first.GetProperty("trades").GetInt32() > 0);
        Assert.Equal(0, first.GetProperty("unprotectedMs").GetInt64());

        // Console, API, CLI and diary.jsonl are folds of one diary: its head is the last line's hash.
        Assert.Contains(first.GetProperty("diaryHead").GetString()!, File.ReadLines(_folder.File("a", "diary.jsonl")).Last());
        var verify = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", _folder.File("a"));
        Assert.Equal((0, $"OK: {first.GetProperty("events")} events, head {first.GetProperty("diaryHead").GetString()}\n"), (verify.Code, verify.Out));
        var export = await RezProcess.RunAsync(Repo.Root, null, "diary", "export", "--data-dir", _folder.File("a"));
        Assert.Equal(File.ReadAllText(_folder.File("a", "diary.jsonl")), export.Out);
    }

    [Fact]
    public async Task Without_a_data_dir_a_headless_run_starts_afresh()
    {
        var env = new Dictionary<string, string> { ["REZ__Storage__DataDir"] = _folder.File("d") };
        var a = await RezProcess.RunAsync(Repo.Root, env, "run", "--headless", "--json", "--speed", "max", "--cycles", "5");
        var b = await RezProcess.RunAsync(Repo.Root, env, "run", "--headless", "--json", "--speed", "max", "--cycles", "5");
        Assert.Equal(5, JsonDocument.Parse(a.Out).RootElement.GetProperty("cycles").GetInt32());
        Assert.Equal(5, JsonDocument.Parse(b.Out).RootElement.GetProperty("cycles").GetInt32());
        Assert.Equal(2, Directory.GetDirectories(_folder.File("d", "runs")).Length);
    }

    [Fact]
    public async Task Verify_names_the_first_broken_event()
    {
        var dir = _folder.File("a");
        await RunJsonAsync("--data-dir", dir);
        Tamper(Path.Combine(dir, "diary.db"), "UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), '10000', '99999') AS BLOB) WHERE seq = 5");
        var verify = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", dir);
        Assert.Equal(1, verify.Code);
        Assert.Contains("BROKEN at 5", verify.Err);
        var json = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--json", "--data-dir", dir);
        Assert.Equal(5, JsonDocument.Parse(json.Out).RootElement.GetProperty("brokenSeq").GetInt64());
        Tamper(Path.Combine(dir, "diary.db"), "UPDATE events SET payload = replace(CAST(payload AS TEXT), 'a', 'b') WHERE seq = 3");
        Assert.Contains("BROKEN at 3", (await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", dir)).Err);
        Tamper(Path.Combine(dir, "diary.db"), "UPDATE events SET at_ms = 1 WHERE seq = (SELECT max(seq) FROM events)");
        var run = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--cycles", "1", "--data-dir", dir);
        Assert.Equal(9, run.Code);
        Assert.Contains("does not verify", run.Err);
    }

    [Fact]
    public async Task Rebuild_and_tail_read_a_diary()
    {
        var dir = _folder.File("a");
        await RunJsonAsync("--data-dir", dir);
        var rebuild = await RezProcess.RunAsync(Repo.Root, null, "diary", "rebuild", "--data-dir", dir);
        Assert.Equal(0, rebuild.Code);
        Assert.StartsWith("Rebuilt from", rebuild.Out);
        var tail = await RezProcess.RunAsync(Repo.Root, null, "diary", "tail", "-n", "3", "--data-dir", dir);
        Assert.Equal(File.ReadLines(Path.Combine(dir, "diary.jsonl")).TakeLast(3), tail.Out.TrimEnd().Split('\n'));
        var none = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", _folder.File("nowhere"));
        Assert.Equal(10, none.Code);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_recovers_reconciles_and_goes_on_as_if_nothing_had_been()
    {
        var whole = await RunJsonAsync("--data-dir", _folder.File("whole"), "--cycles", "900");
        var dir = _folder.File("killed");
        foreach (var events in new[] { 90, 700, 1_400 })
        {
            await using var rez = RezProcess.Start(Repo.Root, null, "run", "--headless", "--json", "--speed", "max", "--data-dir", dir);
            var jsonl = Path.Combine(dir, "diary.jsonl");
            await UntilAsync(() => File.Exists(jsonl) && LinesOf(jsonl) > events);
            await rez.KillAsync();
            Assert.Equal(0, (await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", dir)).Code);
        }

        // What the killed processes left and the next one adds is the story of an undisturbed run, trade by trade, up to the first cycle
        // that a kill cut in two (if one did): that cycle's remaining wishes are not carried out.
        var done = Cycles(dir);
        var resumed = await RunJsonAsync("--data-dir", dir, "--cycles", Math.Max(1, 900 - done).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(0, resumed.GetProperty("unprotectedMs").GetInt64());
        var cut = Query(dir, "SELECT coalesce(min(at_ms), 9e15) FROM events WHERE type = 'cycle.started' AND cycle_id NOT IN (SELECT id FROM cycles)", 1)[0];
        var last = double.Parse(cut, CultureInfo.InvariantCulture);
        var expected = Trades(_folder.File("whole"), last);
        var got = Trades(dir, last);
        var common = Math.Min(expected.Count, got.Count);
        Assert.True(common >= 3 || last < 9e14, $"only {common} trades to compare");
        Assert.Equal(expected.Take(common), got.Take(common));
        var verify = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", dir);
        Assert.Equal(0, verify.Code);
    }

    [Fact]
    public async Task Recorded_candles_trade_and_verify()
    {
        var candles = Shared.Path("data", "demo-binance-perp-6coins");
        var a = await RunJsonAsync("--candles", candles, "--data-dir", _folder.File("a"), "--cycles", "1200");
        var b = await RunJsonAsync("--candles", candles, "--data-dir", _folder.File("b"), "--cycles", "1200");
        Assert.True(a.GetProperty("trades").GetInt32() > 0);
        Assert.NotEqual(0, a.GetProperty("fundingPaid").GetDecimal());
        Assert.Equal(0, a.GetProperty("unprotectedMs").GetInt64());
        Assert.Equal(a.GetProperty("tradesHash").GetString(), b.GetProperty("tradesHash").GetString());
        Assert.Equal(0, (await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", _folder.File("a"))).Code);
    }

    [Theory]
    [InlineData("1735689600000,1,2,0.5,1.5,10\n1735689900000,1,2,0.5,1.5,10\n1735689900000,1,2,0.5,1.5,10", "line 3: 2025-01-01T00:05:00Z is there twice")]
    [InlineData("1735689600000,1,2,0.5,NaN,10\n1735689900000,1,2,0.5,1.5,10", "line 1: 2025-01-01T00:00:00Z: a value is not a finite number")]
    [InlineData("1735689600000,1,1,2,1.5,10\n1735689900000,1,2,0.5,1.5,10", "high 1 is below low 2")]
    [InlineData("hello", "expected 6 columns")]
    public async Task Candles_that_can_not_be_traded_are_refused_with_file_and_line(string rows, string message)
    {
        File.WriteAllText(_folder.File("BTC-5m.csv"), rows);
        var run = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--candles", _folder.Path, "--data-dir", _folder.File("d"));
        Assert.Equal(10, run.Code);
        Assert.Contains("BTC-5m.csv", run.Err);
        Assert.Contains(message, run.Err);
        Assert.False(Directory.Exists(_folder.File("d")));
    }

    [Fact]
    public async Task A_gap_is_traded_around_not_across()
    {
        using var market = new GapFolder(_folder.File("candles"));
        var result = await RunJsonAsync("--candles", market.Path, "--data-dir", _folder.File("d"), "--cycles", "400", "--set", "Demo:WarmUpDays=0");
        Assert.True(result.GetProperty("cycles").GetInt32() > 300);
        Assert.Contains("\"market.unfit\"", File.ReadAllText(_folder.File("d", "diary.jsonl")));
    }

    [Fact]
    public async Task Each_broken_environment_has_its_message_and_code()
    {
        // Port in use.
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var inUse = await RezProcess.RunAsync(Repo.Root, null, "run", "--port", port.ToString(), "--data-dir", _folder.File("p"));
        Assert.Equal(4, inUse.Code);
        Assert.Contains($"Port {port}", inUse.Err);

        // A data dir that can't be.
        File.WriteAllText(_folder.File("file"), "");
        var notWritable = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--cycles", "1", "--data-dir", _folder.File("file", "sub"));
        Assert.Equal(5, notWritable.Code);

        // Another rez on the same data dir.
        await using (var first = RezProcess.Start(Repo.Root, null, "run", "--port", "0", "--data-dir", _folder.File("shared")))
        {
            await first.LinkAsync();
            var locked = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--cycles", "1", "--data-dir", _folder.File("shared"));
            Assert.Equal(7, locked.Code);
            Assert.Contains("Another rez runs", locked.Err);
        }

        // A damaged database.
        Directory.CreateDirectory(_folder.File("corrupt"));
        File.WriteAllText(_folder.File("corrupt", "diary.db"), new string('x', 10_000));
        var corrupt = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--cycles", "1", "--data-dir", _folder.File("corrupt"));
        Assert.Equal(8, corrupt.Code);
        Assert.Equal(10_000, new FileInfo(_folder.File("corrupt", "diary.db")).Length);

        // A database damaged in the middle.
        await RunJsonAsync("--data-dir", _folder.File("hurt"), "--cycles", "200");
        Scramble(_folder.File("hurt", "diary.db"));
        var hurt = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--cycles", "1", "--data-dir", _folder.File("hurt"));
        Assert.True(hurt.Code is 8 or 9, $"{hurt.Code}: {hurt.Err}");
        Assert.DoesNotContain("   at ", hurt.Err);
        var verified = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", _folder.File("hurt"));
        Assert.True(verified.Code is 8 or 1, $"{verified.Code}: {verified.Err}");

        // Another seed on an old diary.
        await RunJsonAsync("--data-dir", _folder.File("w"), "--seed", "2", "--cycles", "2");
        var other = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--cycles", "2", "--seed", "3", "--data-dir", _folder.File("w"));
        Assert.Equal(11, other.Code);
        Assert.Contains("another market", other.Err);

        // Words that make no sense.
        Assert.Equal(2, (await RezProcess.RunAsync(Repo.Root, null, "run", "--hedless")).Code);
        Assert.Equal(2, (await RezProcess.RunAsync(Repo.Root, null, "run", "--cycles", "0")).Code);
        Assert.Equal(10, (await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--candles", _folder.File("none"))).Code);
    }

    [Fact]
    public async Task A_disk_that_fills_up_ends_trading_with_its_own_code_and_loses_nothing()
    {
        var mount = _folder.File("small");
        Directory.CreateDirectory(mount);
        using var folder = SmallDisk.Mount(mount, "6m");
        Assert.SkipUnless(folder is not null, "needs the right to mount a small file system (root)");
        var run = await RezProcess.RunAsync(Repo.Root, null, "run", "--headless", "--speed", "max", "--data-dir", Path.Combine(mount, "d"));
        Assert.Equal(6, run.Code);
        Assert.Contains("is full", run.Err);
        var verify = await RezProcess.RunAsync(Repo.Root, null, "diary", "verify", "--data-dir", Path.Combine(mount, "d"));
        Assert.True(verify.Code == 0, verify.Err);
    }

    [Fact]
    public async Task Configuration_layers_print_with_their_sources_and_faults_come_all_at_once()
    {
        File.WriteAllText(_folder.File("appsettings.json"), File.ReadAllText(Path.Combine(Repo.Root, "appsettings.json")));
        File.WriteAllText(_folder.File("appsettings.test.json"), "{ \"Risk\": { \"MaxLeverage\": 2, } }");
        File.WriteAllText(_folder.File(".env"), "# comment\nREZ__Web__Password='a long secret word'\nREZ__Risk__MinRewardRisk=2\n");
        var env = new Dictionary<string, string> { ["REZ_ENVIRONMENT"] = "test", ["REZ__Web__Port"] = "9999" };
        var print = await RezProcess.RunAsync(_folder.Path, env, "config", "print", "--json", "--set", "Demo:Seed=77");
        Assert.Equal(0, print.Code);
        var values = JsonDocument.Parse(print.Out).RootElement.EnumerateArray().ToDictionary(e => e.GetProperty("key").GetString()!, e => (e.GetProperty("value").GetString(), e.GetProperty("source").GetString()));
        Assert.Equal(("2", "appsettings.test.json"), values["Risk:MaxLeverage"]);
        Assert.Equal(("2", ".env"), values["Risk:MinRewardRisk"]);
        Assert.Equal(("9999", "environment"), values["Web:Port"]);
        Assert.Equal(("77", "command line"), values["Demo:Seed"]);
        Assert.Equal(("10", "appsettings.json"), values["Risk:MaxEffectiveLeverage"]);
        Assert.Equal(("********", ".env"), values["Web:Password"]);
        Assert.DoesNotContain("secret", print.Out + print.Err);

        env["REZ__Risk__MaxLeverage"] = "lots";
        env["REZ__Riks__MaxLeverage"] = "3";
        var check = await RezProcess.RunAsync(_folder.Path, env, "config", "check");
        Assert.Equal(3, check.Code);
        Assert.Contains("2 fault(s)", check.Err);
        Assert.Contains("Risk:MaxLeverage = lots  [environment]", check.Err);
        Assert.Contains("did you mean Risk:MaxLeverage?", check.Err);

        File.WriteAllText(_folder.File("appsettings.json"), "{ \"Risk\": { \"MaxLeverage\" 3 } }");
        var broken = await RezProcess.RunAsync(_folder.Path, null, "config", "check");
        Assert.Equal(3, broken.Code);
        Assert.Contains("appsettings.json: expected well-formed JSON: line 1", broken.Err);
    }

    [Fact]
    public async Task Indicators_compute_on_any_candle_file_row_by_row()
    {
        var rsi = await RezProcess.RunAsync(
            Repo.Root, null, "indicators", "--input", Shared.Path("data", "indicators-skender", "quotes", "default.csv"), "--indicator", "rsi:14", "--output", "csv");
        Assert.Equal(0, rsi.Code);
        var lines = rsi.Out.TrimEnd().Split('\n');
        Assert.Equal((503, "ts_ms,rsi", "1483401600000,"), (lines.Length, lines[0], lines[1]));
        Assert.Equal(42.07732356600684, double.Parse(lines[^1].Split(',')[1]), 1e-9);
        var macd = await RezProcess.RunAsync(
            Repo.Root, null, "indicators", "--input", Shared.Path("data", "demo-binance-perp-6coins", "BTC-5m.csv.gz"), "--indicator", "macd:12,26,9");
        Assert.Equal("ts_ms,macd,signal,histogram", macd.Out[..macd.Out.IndexOf('\n')]);
        Assert.Equal(8_353, macd.Out.TrimEnd().Split('\n').Length);
        var list = await RezProcess.RunAsync(Repo.Root, null, "indicators", "list");
        Assert.Equal(27, list.Out.TrimEnd().Split('\n').Length);
        Assert.Equal(2, (await RezProcess.RunAsync(Repo.Root, null, "indicators", "--input", "x", "--indicator", "nope")).Code);
        Assert.Equal(10, (await RezProcess.RunAsync(Repo.Root, null, "indicators", "--input", "nowhere.csv", "--indicator", "rsi")).Code);
    }

    [Fact]
    public async Task A_planted_secret_appears_nowhere()
    {
        const string Secret = "planted-secret-5f1e";
        var env = new Dictionary<string, string> { ["REZ__Web__Password"] = Secret, ["REZ__Web__ApiToken"] = Secret + "-token", ["REZ__Log__Level"] = "debug" };
        var run = await RezProcess.RunAsync(Repo.Root, env, "run", "--headless", "--json", "--speed", "max", "--cycles", "50", "--data-dir", _folder.File("d"));
        Assert.Equal(0, run.Code);
        Assert.DoesNotContain(Secret, run.Out + run.Err);
        foreach (var file in Directory.GetFiles(_folder.File("d"), "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("rez.lock", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(Secret, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        }
    }

    private async Task<JsonElement> RunJsonAsync(params string[] arguments)
    {
        string[] all = ["run", "--headless", "--json", .. arguments];
        all = arguments.Contains("--speed") ? all : [.. all, "--speed", "max"];
        all = arguments.Contains("--cycles") ? all : [.. all, "--cycles", "300"];
        var run = await RezProcess.RunAsync(Repo.Root, null, all);
        Assert.True(run.Code == 0, run.Err);
        return JsonDocument.Parse(run.Out).RootElement.Clone();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < deadline, "waited for a minute");
            await Task.Yield();
        }
    }

    private static int LinesOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var lines = 0;
        while (reader.ReadLine() is not null)
        {
            lines++;
        }

        return lines;
    }

    private static int Cycles(string dir) => int.Parse(Query(dir, "SELECT count(*) FROM cycles", 1)[0]);

    private static List<string> Trades(string dir, double closedBeforeMs) => Query(
        dir,
        FormattableString.Invariant($"SELECT number, asset, direction, size, entry_price, exit_price, opened_ms, closed_ms, net, exit_code FROM trades WHERE closed_ms < {closedBeforeMs} ORDER BY number"),
        10);

    private static List<string> Query(string dir, string sql, int columns)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(dir, "diary.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(' ', Enumerable.Range(0, columns).Select(i => reader.GetValue(i))));
        }

        return rows;
    }

    /// <summary>Overwrites the pages behind the first ones, as a failing disk might.</summary>
    private static void Scramble(string path)
    {
        SqliteConnection.ClearAllPools();
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=false"))
        {
            connection.Open();
            using var checkpoint = connection.CreateCommand();
            checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            checkpoint.ExecuteNonQuery();
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var junk = new byte[file.Length - (64 * 4_096)];
        Array.Fill(junk, (byte)0xa5);
        file.Position = 64 * 4_096;
        file.Write(junk);
    }

    private static void Tamper(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    /// <summary>Two days of generated 5-minute bars of BTC with an hour missing.</summary>
    private sealed class GapFolder : IDisposable
    {
        public GapFolder(string path)
        {
            Path = Directory.CreateDirectory(path).FullName;
            var market = new Rez.Core.Market.GeneratedMarket(1, [Rez.Core.Market.DemoInstruments.Known[0]], Some.Start);
            var step = new Rez.Core.Market.MarketStep(1);
            var store = new Rez.Core.Market.CandleStore(Rez.Core.Market.Interval.M1);
            for (var i = 0; i < 2 * 1_440; i++)
            {
                market.TryNext(step);
                store.Append("BTC", step.Bars[0]);
            }

            var bars = store.Series("BTC", Rez.Core.Market.Interval.M5)!.AsSpan().ToArray().Where((_, i) => i is < 200 or >= 212);
            File.WriteAllLines(System.IO.Path.Combine(Path, "BTC-5m.csv"), bars.Select(b => FormattableString.Invariant($"{b.OpenTimeMs},{b.Open},{b.High},{b.Low},{b.Close},{b.Volume}")));
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
