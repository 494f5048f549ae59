using System.Globalization;
using System.Text;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Torture.Parsers;

/// <summary>Well-formed replies and frames of the local exchange: an account with a position, its stop, fills and funding.</summary>
internal sealed class OwnSeeds
{
    private const string Account = "0x00000000000000000000000000000000000000a1";
    private const long DayMs = 86_400_000;
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private readonly LocalExchange _exchange;
    private readonly SimulatedClock _clock = new(Start);

    public OwnSeeds()
    {
        var assets = new[] { "BTC", "ETH" }.Select(a => DemoInstruments.Find(a)!).ToArray();
        _exchange = new LocalExchange(new GeneratedMarket(2, assets, Start.ToUnixTimeMilliseconds() - (DayMs / 4)), new LocalExchangeOptions { WeightPerMinute = 1e12 }, _clock, _clock);

        // An account that has just been made sees its first prices with the next bar.
        _exchange.Credit(Account, 10_000m);
        _clock.MoveTo(Start.AddMinutes(1));
        _exchange.Tick();
        Trade();
        _clock.MoveTo(Start.AddHours(2));
        _exchange.Tick();
    }

    /// <summary>Answers to a type of information.</summary>
    public byte[] Info(string type, string more = "")
    {
        var request = Request(type, more);
        return _exchange.Info(Encoding.UTF8.GetBytes(request), "fuzz") is { Status: 200 } reply ? reply.Body.ToArray() : throw new InvalidOperationException($"Invariant: the local exchange does not answer {request}.");
    }

    public static string Request(string type, string more = "") => $"{{\"type\":\"{type}\",\"user\":\"{Account}\"{(more.Length > 0 ? "," + more : string.Empty)}}}";

    public static string Candles(int hours) => string.Create(
        CultureInfo.InvariantCulture, $"\"req\":{{\"coin\":\"BTC\",\"interval\":\"5m\",\"startTime\":{Start.ToUnixTimeMilliseconds() - (hours * 3_600_000L)},\"endTime\":{Start.ToUnixTimeMilliseconds()}}}");

    /// <summary>An exchange of one's own to send requests to.</summary>
    public LocalExchange Exchange => _exchange;

    /// <summary>Frames of every subscription that Rez makes, first ones and later ones.</summary>
    public IReadOnlyList<byte[]> Frames()
    {
        var frames = new List<byte[]>();
        var connection = _exchange.Connect("fuzz", frame => frames.Add(frame.ToArray()));
        foreach (var subscription in Subscriptions)
        {
            connection.Receive(Encoding.UTF8.GetBytes(subscription));
        }

        Trade();
        for (var minute = 1; minute <= 3; minute++)
        {
            _clock.MoveTo(_clock.GetUtcNow().AddMinutes(1));
            _exchange.Tick();
        }

        connection.Receive("{\"method\":\"ping\"}"u8);
        _exchange.Disconnect(connection);
        return [.. frames.Where(f => f.Length < 20_000).DistinctBy(f => (f.Length, Encoding.UTF8.GetString(f, 0, Math.Min(f.Length, 40)))).Take(80)];
    }

    public static IEnumerable<string> Subscriptions =>
        new[]
        {
            "\"type\":\"bbo\",\"coin\":\"BTC\"", "\"type\":\"trades\",\"coin\":\"BTC\"", "\"type\":\"l2Book\",\"coin\":\"BTC\"", "\"type\":\"candle\",\"coin\":\"BTC\",\"interval\":\"1m\"", "\"type\":\"activeAssetCtx\",\"coin\":\"BTC\"",
            $"\"type\":\"userFills\",\"user\":\"{Account}\"", $"\"type\":\"userFundings\",\"user\":\"{Account}\"", $"\"type\":\"orderUpdates\",\"user\":\"{Account}\"", $"\"type\":\"userEvents\",\"user\":\"{Account}\"",
            $"\"type\":\"clearinghouseState\",\"user\":\"{Account}\"", $"\"type\":\"openOrders\",\"user\":\"{Account}\"",
        }.Select(s => $"{{\"method\":\"subscribe\",\"subscription\":{{{s}}}}}");

    /// <summary>A position with a stop and a target, and an order that rests.</summary>
    private void Trade() => _exchange.With(Account, venue =>
    {
        var mark = venue.Context("BTC")!.Mark;
        var instrument = DemoInstruments.Find("BTC")!.Instrument;
        decimal At(decimal times) => PriceRules.Price(instrument, mark * times, RoundTo.Nearest);
        OrderLeg Leg(string name, Side side, decimal times) => new() { Cloid = Cloid.For($"fuzz-{venue.NowMs}", "BTC", name), Side = side, Size = 0.01m, LimitPrice = At(times) };
        venue.Place(new OrderRequest("BTC", OrderGrouping.NormalTpsl,
        [
            Leg("entry", Side.Buy, 1.02m) with { TimeInForce = TimeInForce.Ioc },
            Leg("stop", Side.Sell, 0.9m) with { ReduceOnly = true, TriggerPrice = At(0.95m), Trigger = TriggerKind.StopLoss },
            Leg("target", Side.Sell, 1.05m) with { ReduceOnly = true, TriggerPrice = At(1.08m), Trigger = TriggerKind.TakeProfit },
        ]));
        return venue.Place(new OrderRequest("BTC", OrderGrouping.None, [Leg("rest", Side.Buy, 0.8m)]));
    });
}
