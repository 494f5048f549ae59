using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>A level of the book.</summary>
/// <param name="Orders">How many orders, where the venue tells.</param>
public readonly record struct BookLevel(decimal Price, decimal Size, int? Orders);

/// <summary>At most 20 levels a side, best first.</summary>
public sealed record BookSnapshot(string Asset, long TimeMs, ImmutableArray<BookLevel> Bids, ImmutableArray<BookLevel> Asks);

/// <summary>Replies of <c>/info</c> about the market (protocol §1.1).</summary>
public static class MarketReplies
{
    /// <summary><c>meta</c>: instruments in the universe's order, delisted ones included, since the index is the asset id.</summary>
    public static Outcome<ImmutableArray<Instrument>> Meta(JsonElement reply) => WireReader.Read("meta", reply, r =>
    {
        var tables = r["marginTables"].Items().ToDictionary(
            t => t[0].Whole(),
            t => t[1]["marginTiers"].Items().Select(x => new MarginTier(x["lowerBound"].Number(), (int)x["maxLeverage"].Whole())).ToImmutableArray());
        return r["universe"].Items().Select((coin, index) => Coin(coin, index, tables)).ToImmutableArray();
    });

    /// <summary><c>l2Book</c>.</summary>
    public static Outcome<BookSnapshot> Book(JsonElement reply) => WireReader.Read("l2Book", reply, r =>
    {
        static ImmutableArray<BookLevel> Levels(WireReader side) =>
            [.. side.Items().Select(l => new BookLevel(l["px"].Number(), l["sz"].Number(), l.Has("n") ? (int)l["n"].Whole() : null))];
        return new BookSnapshot(r["coin"].Text(), r["time"].Whole(), Levels(r["levels"][0]), Levels(r["levels"][1]));
    });

    /// <summary><c>candleSnapshot</c>: closed bars only; the venue's last row is the one still forming.</summary>
    public static Outcome<ImmutableArray<Candle>> Candles(JsonElement reply, long nowMs) => WireReader.Read("candleSnapshot", reply, r => r.Items()
        .Where(c => c["T"].Whole() < nowMs)
        .Select(c => new Candle(
            c["t"].Whole(), (double)c["o"].Number(), (double)c["h"].Number(), (double)c["l"].Number(), (double)c["c"].Number(), (double)c["v"].Number()))
        .ToImmutableArray());

    /// <summary><c>fundingHistory</c>: hourly rates as recorded, at the venue's own times.</summary>
    public static Outcome<ImmutableArray<FundingRate>> Funding(JsonElement reply) => WireReader.Read("fundingHistory", reply, r => r.Items()
        .Select(f => new FundingRate(f["time"].Whole(), (double)f["fundingRate"].Number())).ToImmutableArray());

    private static Instrument Coin(WireReader coin, int index, Dictionary<long, ImmutableArray<MarginTier>> tables)
    {
        var most = (int)coin["maxLeverage"].Whole();

        // A table id below 50 stands for itself: one tier of that leverage.
        var tiers = coin.Has("marginTableId") && tables.TryGetValue(coin["marginTableId"].Whole(), out var table) ? table : [new MarginTier(0, most)];
        var mode = coin.Has("marginMode") ? coin["marginMode"].Text() : null;
        return new Instrument
        {
            Asset = coin["name"].Text(),
            AssetId = index,
            SizeDecimals = (int)coin["szDecimals"].Whole(),
            Tiers = tiers,
            OnlyIsolated = mode is "strictIsolated" or "noCross" || (coin.Has("onlyIsolated") && coin["onlyIsolated"].Truth()),
            IsDelisted = coin.Has("isDelisted") && coin["isDelisted"].Truth(),
        };
    }
}
