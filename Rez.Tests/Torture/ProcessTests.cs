using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;
using Rez.Tests.LocalVenue;
using Rez.Tests.Support;

namespace Rez.Tests.Torture;

/// <summary>
/// The real programs: <c>rez</c> trading live on <c>rez sim</c> through a proxy that cuts, both killed at random, a disk that fills. Looked at from outside: at the venue, and in the diary.
/// <c>REZ_KILLS</c> says how many kills; <c>scripts/test</c> makes a hundred.
/// </summary>
public sealed class ProcessTests : IDisposable
{
    private const string Key = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";

    /// <summary>Cycles that may end before a position that was seen naked is covered: one may have begun before.</summary>
    private const int MostCycles = 2;
    private static readonly string Account = AddressOf(Key);
    private readonly TempFolder _folder = new();
    private readonly ITestOutputHelper _told;

    public ProcessTests(ITestOutputHelper told) => _told = told;

    private string Dir => _folder.File("live");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_at_random_nothing_is_lost_naked_or_done_twice()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("REZ_KILLS"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 6;
        var (random, simPort) = (new SeededRandom(8), FreePort());
        var sim = await StartSimAsync(simPort);
        await using var proxy = new CutProxy(simPort, share: 0.3, seed: 8);
        var rez = StartRez(proxy.Port);
        var recoveries = new List<double>();
        await using var observer = new VenueObserver(simPort, Account, () => Count("cycle.completed"));
        try
        {
            await UntilAsync(() => Count("cycle.completed") > 3, () => rez);
            for (var kill = 1; kill <= kills; kill++)
            {
                // Some life between two deaths: until so many events more.
                var (from, more) = (Count(null), random.Next(80));
                await UntilAsync(() => Count(null) >= from + more, () => rez);
                for (var cuts = random.Next(4); cuts > 0; cuts--)
                {
                    var seen = Count(null);
                    await UntilAsync(() => Count(null) > seen, () => rez);
                    proxy.CutAll();
                }

                var dies = random.Next(10);
                if (dies < 4)
                {
                    await sim.DisposeAsync();
                    sim = await StartSimAsync(simPort);
                }

                if (dies > 2)
                {
                    await rez.KillAsync();
                    await rez.DisposeAsync();
                    var (before, killed) = (Count(null), TimeProvider.System.GetTimestamp());
                    rez = StartRez(proxy.Port);

                    // Its first cycle begins when orders, fills and positions agree and every position is covered.
                    await UntilAsync(() => CountAfter(before, "cycle.started") > 0, () => rez);
                    recoveries.Add(TimeProvider.System.GetElapsedTime(killed).TotalSeconds);
                }
            }

            proxy.IsOn = false;
            var calm = Count("cycle.completed");
            await UntilAsync(() => Count("cycle.completed") > calm + 8, () => rez);
            await rez.StopAsync();
            await LookAsync(observer);
        }
        finally
        {
            await rez.DisposeAsync();
            await sim.DisposeAsync();
        }

        recoveries.Sort();
        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"{kills} kills, {proxy.Cuts} connections cut, {observer.Looks} looks at the venue ({observer.LooksWithPosition} with a position), {Count("fill.booked")} fills, {Count("cycle.completed")} cycles, naked {observer.Found.Count} times, longest {observer.Found.Select(n => n.For.TotalSeconds).DefaultIfEmpty(0).Max():0.00} s; from kill to protected and trading p50 {recoveries[recoveries.Count / 2]:0.00}, longest {recoveries[^1]:0.00} s");
        _told.WriteLine(words);
        if (Environment.GetEnvironmentVariable("REZ_KILLS_TOLD") is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, words + "\n", TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_disk_that_fills_ends_trading_in_order_and_stops_stay_at_the_venue()
    {
        Directory.CreateDirectory(Dir);
        using var disk = SmallDisk.Mount(Dir, "32m");
        Assert.SkipUnless(disk is not null, "needs the right to mount a small file system");
        var simPort = FreePort();
        await using var sim = await StartSimAsync(simPort);
        await using var observer = new VenueObserver(simPort, Account, () => Count("cycle.completed"));
        await using (var rez = StartRez(simPort))
        {
            await UntilAsync(() => Count("fill.booked") > 4, () => rez);
            await FillAsync(Path.Combine(Dir, "ballast"));
            var code = await rez.WaitAsync(TimeSpan.FromMinutes(2));
            Assert.True(code is not 0, $"{code}: {rez.Err}");
            Assert.Contains("Trading has stopped", rez.Err, StringComparison.Ordinal);
        }

        // Nobody trades: whatever is open is covered at the venue.
        Assert.DoesNotContain(observer.Found, n => n.Cycles > MostCycles);
        File.Delete(Path.Combine(Dir, "ballast"));
        await using var again = StartRez(simPort);
        var before = Count("cycle.completed");
        await UntilAsync(() => Count("cycle.completed") > before + 5, () => again);
        await again.StopAsync();
        await LookAsync(observer);
    }

    /// <summary>What is promised, after an orderly end.</summary>
    private async Task LookAsync(VenueObserver observer)
    {
        var verified = await RezProcess.RunAsync(_folder.Path, null, "diary", "verify", "--data-dir", Dir);
        Assert.True(verified.Code == 0, verified.Out + verified.Err);
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(Dir, "diary.db"), readOnly: true));

        // Nothing moves on a position that nobody trades but prices: both are read until they stand still.
        var (account, fills) = (await observer.AccountAsync(), await observer.FillsAsync());
        var lastBooked = db.Fills.Max(f => f.TimeMs);
        var booked = db.Fills.Select(f => new { f.TimeMs, f.Asset, f.Tid }).AsEnumerable().Select(f => (f.TimeMs, f.Asset, f.Tid)).ToArray();
        Assert.Equal(booked.Length, booked.Distinct().Count());
        Assert.Equal(fills.Where(f => f.TimeMs <= lastBooked).Select(f => (f.TimeMs, f.Asset, f.Tid)).Order(), booked.Order());
        var since = fills.Where(f => f.TimeMs > lastBooked).ToLookup(f => f.Asset);
        foreach (var position in db.Positions.AsEnumerable())
        {
            // A stop may have fired after the end.
            Assert.True(since[position.Asset].Any() || account!.Of(position.Asset)?.SignedSize == position.SignedSize, $"{position.Asset}: {position.SignedSize} in the diary, {account!.Of(position.Asset)?.SignedSize} at the venue");
        }

        // No order without its intention in the diary before it; no client id twice with other content.
        var sent = db.Events.Where(e => e.Type == "order.sending").OrderBy(e => e.Seq).AsEnumerable().Select(e => (Rez.Core.Diary.Facts.OrderSending)Rez.Core.Diary.DiaryTypes.Read(e.Type, e.Version, e.Payload).Value).ToArray();
        var legs = sent.SelectMany(s => s.Request.Legs).GroupBy(l => l.Cloid).ToDictionary(g => g.Key, g => g.Select(l => l.ToString()).Distinct().Count());
        Assert.All(legs, l => Assert.Equal(1, l.Value));
        Assert.All(fills.Where(f => f.Cloid is not null), f => Assert.True(legs.ContainsKey(f.Cloid!.Value), $"a fill by {f.Cloid}, which the diary never sent"));
        Assert.DoesNotContain(db.Events, e => e.Type == "position.drift-found");
        Assert.True(observer.LooksWithPosition > 0, "no position was ever seen");
        Assert.Empty(observer.Found.Where(n => n.Cycles > MostCycles).Select(n => $"{n.Asset} {n.Size} was naked for {n.For.TotalSeconds:0.0} s and {n.Cycles} cycles"));
    }

    private Task<PeerTests.SimProcess> StartSimAsync(int port) =>
        PeerTests.SimProcess.StartAsync(_folder.Path, "--port", port.ToString(CultureInfo.InvariantCulture), "--speed", "1500", "--faucet", "25000", "--data-dir", _folder.File("sim"));

    private RezProcess StartRez(int port) => RezProcess.Start(
        _folder.Path,
        new Dictionary<string, string> { ["REZ__Hyperliquid__Key"] = Key },
        "run", "--mode", "live", "--data-dir", Dir, "--port", "0", "--set", $"Hyperliquid:Account={Account}", "--set", "Hyperliquid:Network=local", "--set", $"Hyperliquid:Url=http://127.0.0.1:{port}", "--set", "Trading:Decider=pulse");

    private long Count(string? type) => CountAfter(0, type);

    private long CountAfter(long seq, string? type)
    {
        var path = Path.Combine(Dir, "diary.db");
        if (!File.Exists(path))
        {
            return 0;
        }

        using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
        db.Open();
        using var command = db.CreateCommand();
        command.CommandText = type is null ? "SELECT count(*) FROM events" : "SELECT count(*) FROM events WHERE seq > $seq AND type = $type";
        command.Parameters.AddWithValue("$seq", seq);
        command.Parameters.AddWithValue("$type", type ?? string.Empty);
        try
        {
            return (long)command.ExecuteScalar()!;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 1 or 5 or 10 or 13 or 14)
        {
            // Not made yet, locked, or its disk is full.
            return 0;
        }
    }

    private async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1);
        var block = new byte[64 * 1024];
        try
        {
            while (true)
            {
                await file.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            _told.WriteLine($"the disk is full after {file.Length >> 10} KiB");
        }
    }

    private static async Task UntilAsync(Func<bool> holds, Func<RezProcess> rez)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!holds())
        {
            Assert.False(rez().HasExited, rez().HasExited ? rez().Out + rez().Err : string.Empty);
            Assert.False(patience.IsCancellationRequested, rez().Out + rez().Err);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string AddressOf(string key)
    {
        using var parsed = PrivateKey.Parse(key).Value;
        return new Secp256k1().AddressOf(parsed).Text;
    }
}
