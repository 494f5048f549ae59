using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Trading;

namespace Rez.Tests.Support;

/// <summary>The parts of a live session, moved by hand: one cycle, one beat at a time, against the local exchange.</summary>
internal sealed class FaultStage : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Queue<Decision> _wishes = [];
    private VenueLink _link = null!;
    private PrivateKey _key = null!;
    private long _cycle;

    private FaultStage(LocalStage local) => Local = local;

    public LocalStage Local { get; }

    public RezOptions Options { get; private set; } = null!;

    public DiaryStore Diary { get; private set; } = null!;

    public TradingRig Rig { get; private set; } = null!;

    public HyperliquidExchange Exchange { get; private set; } = null!;

    public VenueStreams Streams => _link.Streams;

    public HyperliquidMarketData Market => _link.Market;

    public WireFaults Wire => Local.Wire;

    public string Folder => _folder.Path;

    public static async Task<FaultStage> OpenAsync(LocalExchangeOptions? options = null, Action<RezOptions>? change = null, double speed = 120)
    {
        var stage = new FaultStage(await LocalStage.StartAsync(speed, options: options)) { };
        stage.Options = stage.Local.Options(change);
        await stage.StartAsync();
        return stage;
    }

    /// <summary>Ends the process, as far as its memory goes, and starts another on the same diary.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>A cycle that wishes this.</summary>
    public async Task<string> CycleAsync(params DecisionItem[] items)
    {
        _wishes.Enqueue(new Decision("test", "as the test says", [.. items]));
        var at = Interval.M5.OpenOf(Local.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var result = await Rig.Cycle.RunAsync(++_cycle, DateTimeOffset.FromUnixTimeMilliseconds(at), CancellationToken.None);
        await Diary.FlushAsync();
        return result.Why ?? "completed";
    }

    public Task<string> OpenLongAsync(decimal usd = 3_000, decimal stop = 0.97m, decimal target = 1.06m, string asset = "BTC") => CycleAsync(Long(usd, stop, target, asset));

    public DecisionItem Long(decimal usd = 3_000, decimal stop = 0.97m, decimal target = 1.06m, string asset = "BTC")
    {
        var mark = Local.Exchange.With(Local.Account, v => v.Context(asset)!.Mark);
        return new DecisionItem
        {
            Asset = asset, Action = DecisionAction.OpenLong, SizeUsd = usd, Leverage = 3, StopLoss = mark * stop, TakeProfit = mark * target, Confidence = 90, Rationale = "test",
        };
    }

    public async Task BeatAsync()
    {
        await Rig.Sentinel.BeatAsync(CancellationToken.None);
        await Diary.FlushAsync();
    }

    public Position? Position(string asset = "BTC") => Local.Exchange.With(Local.Account, v => v.Account().Of(asset));

    public IReadOnlyList<OpenOrder> Orders() => Local.Exchange.With(Local.Account, v => v.OpenOrders());

    public T[] Facts<T>()
        where T : DiaryFact
    {
        using var db = new RezDb(RezDb.Sqlite(Diary.Path, readOnly: true));
        return [.. db.Events.OrderBy(e => e.Seq).AsEnumerable().Select(e => DiaryTypes.Read(e.Type, e.Version, e.Payload).Value).OfType<T>()];
    }

    /// <summary>Position = venue, one live stop set that covers it, no second entry, every send has its outcome.</summary>
    public async Task IsSoundAsync(int entries = 1)
    {
        Wire.Plan = (_, _) => Mishap.None;
        await BeatAsync();
        await BeatAsync();
        Assert.Null(Rig.Sentinel.LastTrouble);
        var (account, orders) = Local.Exchange.With(Local.Account, v => (v.Account(), v.OpenOrders()));
        Assert.Equal(account.Positions.Select(p => (p.Asset, p.SignedSize)), Rig.Books.Positions.Select(p => (p.Key, p.Value.SignedSize)));
        foreach (var position in account.Positions)
        {
            Assert.True(Protector.CoverageOf(position, orders).IsFull, $"{position.Asset} is naked");
            Assert.Single(orders, o => o.Asset == position.Asset && o.Trigger == TriggerKind.StopLoss);
        }

        Assert.DoesNotContain(orders, o => o.TriggerPrice is not null && account.Of(o.Asset) is null);
        Assert.Equal(entries, Facts<Core.Diary.Facts.OrderSending>().Count(s => s.Purpose == "entry"));
        var told = Facts<Core.Diary.Facts.OrderOutcome>().Where(o => o.State != SendState.Unresolved).SelectMany(o => o.Cloids).ToHashSet();
        Assert.All(Facts<Core.Diary.Facts.OrderSending>(), s => Assert.Contains(s.Request.Legs[0].Cloid, told));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Local.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        _link = await VenueLink.OpenAsync(
            Options.Hyperliquid, Interval.M5, () => new FaultyWire(Wire), TimeProvider.System, new SeededRandom(3), null, CancellationToken.None);
        Diary = DiaryStore.Open(Path.Combine(Folder, "diary.db"), _link.Clock);
        _key = PrivateKey.Parse(LocalStage.Key).Value;
        var nonces = NonceFile.Open(Path.Combine(Folder, "nonce"), _link.Clock).Value;
        var ports = LiveComposition.Live(Options, _link, new Secp256k1(), _key, nonces, TimeProvider.System, _ => { });
        Exchange = (HyperliquidExchange)ports.Exchange;
        var decider = new ScriptedDecider(_ => _wishes.Dequeue());
        var reading = DiaryReading.Of(Diary.Path);
        _cycle = Math.Max(_cycle, reading.LastCycleNumber);
        var now = _link.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var settings = LiveComposition.Settings(Options, null, "test");
        Diary.Append(new Core.Diary.Facts.SessionStarted("live", ports.World, "test", now));
        await Diary.FlushAsync();
        Rig = new TradingRig(
            new RigPorts(Exchange, _link.Market, Diary, decider, _link.Clock, TimeProvider.System, now - (4_000 * 300_000L), TimeSpan.FromSeconds(1), (_, _) => null, null),
            settings.Cycle, settings.Limits, reading);
    }

    private async Task StopAsync()
    {
        Rig.Desk.Turn.Dispose();
        await _link.DisposeAsync();
        Diary.Dispose();
        _key.Dispose();
    }
}
