using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.LocalVenue;

/// <summary>The market in the venue's shapes (protocol §1.1); the socket writes the same ones.</summary>
internal sealed class MarketInfo(LocalExchange exchange)
{
    private const int BookLevels = 20;
    private const int FirstTableId = 51;

    private LocalMarket Market => exchange.Market;

    public void Meta(Utf8JsonWriter j)
    {
        var tables = Market.Instruments.Select(i => i.Tiers).Where(t => t.Length > 1).Distinct(TierComparer.Instance).ToList();
        j.WriteStartObject();
        j.WriteStartArray("universe"u8);
        foreach (var i in Market.Instruments)
        {
            j.WriteStartObject();
            j.WriteNumber("szDecimals"u8, i.SizeDecimals);
            j.WriteString("name"u8, i.Asset);
            j.WriteNumber("maxLeverage"u8, i.MaxLeverage);
            j.WriteNumber("marginTableId"u8, i.Tiers.Length > 1 ? FirstTableId + tables.FindIndex(t => TierComparer.Instance.Equals(t, i.Tiers)) : i.MaxLeverage);
            if (i.OnlyIsolated)
            {
                j.WriteBoolean("onlyIsolated"u8, true);
                j.WriteString("marginMode"u8, "noCross"u8);
            }

            if (i.IsDelisted)
            {
                j.WriteBoolean("isDelisted"u8, true);
            }

            j.WriteEndObject();
        }

        j.WriteEndArray();
        j.WriteStartArray("marginTables"u8);
        for (var t = 0; t < tables.Count; t++)
        {
            j.WriteStartArray();
            j.WriteNumberValue(FirstTableId + t);
            j.WriteStartObject();
            j.WriteString("description"u8, $"tiered {tables[t][0].MaxLeverage}x");
            j.WriteStartArray("marginTiers"u8);
            foreach (var tier in tables[t])
            {
                j.WriteStartObject();
                j.Number("lowerBound", tier.LowerBound);
                j.WriteNumber("maxLeverage"u8, tier.MaxLeverage);
                j.WriteEndObject();
            }

            j.WriteEndArray();
            j.WriteEndObject();
            j.WriteEndArray();
        }

        j.WriteEndArray();
        j.WriteNumber("collateralToken"u8, 0);
        j.WriteEndObject();
    }

    public void MetaAndContexts(Utf8JsonWriter j)
    {
        j.WriteStartArray();
        Meta(j);
        j.WriteStartArray();
        foreach (var i in Market.Instruments)
        {
            Context(j, i);
        }

        j.WriteEndArray();
        j.WriteEndArray();
    }

    public void Context(Utf8JsonWriter j, Instrument i)
    {
        var c = Market.House.Context(i.Asset);
        var (volume, usd, before) = Market.Day(i.AssetId);
        j.WriteStartObject();
        j.Number("funding", c?.FundingHourly ?? 0);
        j.Number("openInterest", c?.OpenInterest is { } oi ? decimal.Round(oi, 5) : 0);
        j.Number("prevDayPx", double.IsNaN(before) ? c?.Mark ?? 0 : Price(i, before));
        j.Number("dayNtlVlm", decimal.Round((decimal)usd, 6));
        j.NumberOrNull("premium", c is null ? null : decimal.Round((c.Mark - c.Oracle) / c.Oracle, 10));
        j.Number("oraclePx", c is null ? 0 : PriceRules.Price(i, c.Oracle, RoundTo.Nearest));
        j.Number("markPx", c?.Mark ?? 0);
        j.NumberOrNull("midPx", c is null ? null : decimal.Round(c.Mid, 8));
        j.WriteStartArray("impactPxs"u8);
        j.WriteStringValue(VenueJson.Text(c?.Bid ?? 0));
        j.WriteStringValue(VenueJson.Text(c?.Ask ?? 0));
        j.WriteEndArray();
        j.Number("dayBaseVlm", decimal.Round((decimal)volume, 5));
        j.WriteEndObject();
    }

    public void Mids(Utf8JsonWriter j)
    {
        j.WriteStartObject();
        foreach (var i in Market.Instruments)
        {
            if (Market.House.Context(i.Asset) is { } c)
            {
                j.Number(i.Asset, decimal.Round(c.Mid, 8));
            }
        }

        j.WriteEndObject();
    }

    /// <summary>Depth is linear in price, in steps of a tick or of the asked significant figures.</summary>
    public void Book(Utf8JsonWriter j, Instrument i, int? figures, int mantissa)
    {
        var c = Market.House.Context(i.Asset);
        j.WriteStartObject();
        j.WriteString("coin"u8, i.Asset);
        j.WriteNumber("time"u8, exchange.NowMs);
        j.WriteStartArray("levels"u8);
        foreach (var side in (Side[])[Side.Sell, Side.Buy])
        {
            // A seller meets the bids.
            j.WriteStartArray();
            foreach (var (price, size) in c is null ? [] : Levels(i, side == Side.Sell ? c.Bid : c.Ask, side, figures, mantissa))
            {
                Level(j, price, size);
            }

            j.WriteEndArray();
        }

        j.WriteEndArray();
        j.WriteEndObject();
    }

    public void BestBidAsk(Utf8JsonWriter j, Instrument i, AssetContext c)
    {
        j.WriteStartObject();
        j.WriteString("coin"u8, i.Asset);
        j.WriteNumber("time"u8, exchange.NowMs);
        j.WriteStartArray("bbo"u8);
        Level(j, c.Bid, LevelSize(i, c.Bid, PriceRules.TickAt(i, c.Bid)));
        Level(j, c.Ask, LevelSize(i, c.Ask, PriceRules.TickAt(i, c.Ask)));
        j.WriteEndArray();
        j.WriteEndObject();
    }

    public void Candle(Utf8JsonWriter j, Instrument i, Interval interval, in Candle c)
    {
        j.WriteStartObject();
        j.WriteNumber("t"u8, c.OpenTimeMs);
        j.WriteNumber("T"u8, interval.NextOpen(c.OpenTimeMs) - 1);
        j.WriteString("s"u8, i.Asset);
        j.WriteString("i"u8, interval.Name);
        j.Number("o", Price(i, c.Open));
        j.Number("c", Price(i, c.Close));
        j.Number("h", Price(i, c.High));
        j.Number("l", Price(i, c.Low));
        j.Number("v", decimal.Round((decimal)c.Volume, 5));
        j.WriteNumber("n"u8, Market.TradesIn(interval));
        j.WriteEndObject();
    }

    public void Candles(Utf8JsonWriter j, Instrument i, Interval interval, IReadOnlyList<(Candle Bar, bool Closed)> bars)
    {
        j.WriteStartArray();
        foreach (var (bar, _) in bars)
        {
            Candle(j, i, interval, bar);
        }

        j.WriteEndArray();
    }

    /// <summary>The last price as a trade: a local market has no other traders to tell of.</summary>
    public void Trade(Utf8JsonWriter j, Instrument i, AssetContext c, long timeMs)
    {
        var isUp = (timeMs / 250 & 1) == 0;
        j.WriteStartObject();
        j.WriteString("coin"u8, i.Asset);
        j.WriteString("side"u8, isUp ? "B"u8 : "A"u8);
        j.Number("px", isUp ? c.Ask : c.Bid);
        j.Number("sz", LevelSize(i, c.Mark, PriceRules.TickAt(i, c.Mark)));
        j.WriteNumber("time"u8, timeMs);
        j.WriteString("hash"u8, NoHash);
        j.WriteNumber("tid"u8, timeMs);
        j.WriteStartArray("users"u8);
        j.WriteStringValue("0x0000000000000000000000000000000000000001"u8);
        j.WriteStringValue("0x0000000000000000000000000000000000000002"u8);
        j.WriteEndArray();
        j.WriteEndObject();
    }

    public static string NoHash { get; } = "0x" + new string('0', 64);

    private static decimal Price(Instrument i, double price) => PriceRules.Price(i, (decimal)price, RoundTo.Nearest);

    private IEnumerable<(decimal Price, decimal Size)> Levels(Instrument i, decimal best, Side side, int? figures, int mantissa)
    {
        var step = PriceRules.TickAt(i, best);
        if (figures is { } f)
        {
            var whole = (int)Math.Floor(Math.Log10((double)best)) + 1;
            step = Math.Max(step, (decimal)Math.Pow(10, whole - f) * mantissa);
        }

        var first = side == Side.Sell ? Math.Floor(best / step) * step : Math.Ceiling(best / step) * step;
        for (var n = 0; n < BookLevels; n++)
        {
            var price = first - (side == Side.Buy ? -n : n) * step;
            if (price > 0)
            {
                yield return (price, LevelSize(i, price, step));
            }
        }
    }

    private decimal LevelSize(Instrument i, decimal price, decimal step)
    {
        var size = exchange.Options.Simulation.DepthUsdPerBp * (step / price * 10_000m) / price;
        return Math.Max(PriceRules.Size(i, size), 1m / (decimal)Math.Pow(10, i.SizeDecimals));
    }

    private static void Level(Utf8JsonWriter j, decimal price, decimal size)
    {
        j.WriteStartObject();
        j.Number("px", price);
        j.Number("sz", size);
        j.WriteNumber("n"u8, 1);
        j.WriteEndObject();
    }

    private sealed class TierComparer : IEqualityComparer<ImmutableArray<MarginTier>>
    {
        public static readonly TierComparer Instance = new();

        public bool Equals(ImmutableArray<MarginTier> x, ImmutableArray<MarginTier> y) => x.AsSpan().SequenceEqual(y.AsSpan());

        public int GetHashCode(ImmutableArray<MarginTier> obj) => obj.Length;
    }
}
