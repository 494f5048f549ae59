using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Tests.Support;

/// <summary>Terse builders: name only what the test is about.</summary>
internal static class Some
{
    public const long Start = 1_735_689_600_000; // 2025-01-01 00:00 UTC

    public static Instrument Btc { get; } = DemoInstruments.Find("BTC")!.Instrument;

    public static Instrument Eth { get; } = DemoInstruments.Find("ETH")!.Instrument;

    public static Candle Candle(long openMs = Start, double open = 100, double? high = null, double? low = null, double? close = null, double volume = 1) =>
        new(openMs, open, high ?? Math.Max(open, close ?? open), low ?? Math.Min(open, close ?? open), close ?? open, volume);

    /// <summary>A venue with a fixed, exact cost model: no spread noise unless asked for.</summary>
    public static SimulationOptions Costs(decimal balance = 10_000m, decimal spreadBps = 0m, decimal depth = 1_000_000_000m) => new()
    {
        InitialBalance = balance, HalfSpreadBps = spreadBps, DepthUsdPerBp = depth, SlippageNoiseBps = 0m,
    };

    public static OrderLeg Leg(
        Side side, decimal size, decimal limit, string id = "a", TimeInForce tif = TimeInForce.Ioc, bool reduceOnly = false, decimal? trigger = null, TriggerKind? kind = null) => new()
    {
        Cloid = Id(id), Side = side, Size = size, LimitPrice = limit, TimeInForce = tif, ReduceOnly = reduceOnly, TriggerPrice = trigger, Trigger = kind,
    };

    public static Cloid Id(string text) => Cloid.For("test", "BTC", text);

    public static OrderRequest Order(params OrderLeg[] legs) => new("BTC", OrderGrouping.None, [.. legs]);

    /// <summary>Entry with stop and target in one action.</summary>
    public static OrderRequest Bracket(Side side, decimal size, decimal limit, decimal stop, decimal target, TimeInForce tif = TimeInForce.Ioc, string id = "b") =>
        new("BTC", OrderGrouping.NormalTpsl,
        [
            Leg(side, size, limit, id + "entry", tif),
            Leg(side.Opposite(), size, side == Side.Buy ? stop * 0.9m : stop * 1.1m, id + "stop", TimeInForce.Gtc, true, stop, TriggerKind.StopLoss),
            Leg(side.Opposite(), size, side == Side.Buy ? target * 0.9m : target * 1.1m, id + "target", TimeInForce.Gtc, true, target, TriggerKind.TakeProfit),
        ]);
}

/// <summary>A venue with BTC (and ETH), moved bar by bar.</summary>
internal sealed class VenueStage
{
    private readonly MarketStep _step = new(2);
    private long _nextMs = Some.Start;

    public VenueStage(SimulationOptions? options = null, ulong seed = 1, double price = 100_000)
    {
        Venue = new SimulatedVenue([Some.Btc, Some.Eth], options ?? Some.Costs(), seed);
        Bar(price);
    }

    public SimulatedVenue Venue { get; }

    public long NextMs => _nextMs;

    /// <summary>Plays one minute of BTC; ETH stands at 3,000.</summary>
    public void Bar(double open, double? high = null, double? low = null, double? close = null, double? funding = null, double premium = 0, int minutes = 1, Candle[]? finer = null)
    {
        _step.OpenMs = _nextMs;
        _step.CloseMs = _nextMs + (minutes * 60_000L);
        _step.Bars[0] = Some.Candle(_nextMs, open, high, low, close);
        _step.Bars[1] = Some.Candle(_nextMs, 3_000);
        _step.Finer[0] = finer ?? [];
        _step.Has[0] = _step.Has[1] = true;
        _step.Premium[0] = premium;
        _step.FundingDue[0] = funding ?? double.NaN;
        _step.FundingDue[1] = double.NaN;
        Venue.Advance(_step);
        _nextMs = _step.CloseMs;
    }

    public Position? Position => Venue.Account().Of("BTC");
}
