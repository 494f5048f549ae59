using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>Replies of <c>/info</c> about the market (protocol §1.1).</summary>
public static class MarketReplies
{
    /// <summary><c>meta</c>: instruments in the universe's order, delisted ones included, since the index is the asset id.</summary>
    public static Outcome<ImmutableArray<Instrument>> Meta(JsonElement reply) => WireReader.Read("meta", reply, r =>
    {
        var tables = new Dictionary<long, ImmutableArray<MarginTier>>();
        foreach (var t in r["marginTables"].Items())
        {
            if (!tables.TryAdd(t[0].Whole(), [.. t[1]["marginTiers"].Items().Select(x => new MarginTier(x["lowerBound"].Number(), x["maxLeverage"].Count()))]))
            {
                throw t.Wrong("is there twice");
            }
        }

        return r["universe"].Items().Select((coin, index) => Coin(coin, index, tables)).ToImmutableArray();
    });

    /// <summary><c>metaAndAssetCtxs</c>: contexts of every coin that has prices. Without a book the best prices are the impact ones, or the mid.</summary>
    public static Outcome<ImmutableArray<AssetContext>> Contexts(JsonElement reply, DateTimeOffset at) => WireReader.Read("metaAndAssetCtxs", reply, r =>
    {
        var coins = r[0]["universe"].Items().ToArray();
        return r[1].Items().Select((ctx, i) => Context(i < coins.Length ? coins[i]["name"].Text() : throw ctx.Wrong("stands for no coin of the universe"), ctx, at)).OfType<AssetContext>().ToImmutableArray();
    });

    /// <summary>One context; null for a coin without a book, such as a delisted one.</summary>
    internal static AssetContext? Context(string coin, WireReader ctx, DateTimeOffset at)
    {
        if (!ctx.Has("midPx") || ctx["markPx"].Number() <= 0)
        {
            return null;
        }

        var mid = ctx["midPx"].Number();
        var impact = ctx.Has("impactPxs") ? ctx["impactPxs"] : (WireReader?)null;
        return new AssetContext(
            coin, at, ctx["markPx"].Number(), ctx["oraclePx"].Number(), impact is { } b ? b[0].Number() : mid, impact is { } a ? a[1].Number() : mid,
            ctx["funding"].Number(), ctx["openInterest"].Number(), ctx["dayNtlVlm"].Number());
    }

    /// <summary><c>l2Book</c>.</summary>
    public static Outcome<BookSnapshot> Book(JsonElement reply) => WireReader.Read("l2Book", reply, r =>
    {
        static ImmutableArray<BookLevel> Levels(WireReader side) =>
            [.. side.Items().Select(l => new BookLevel(l["px"].Number(), l["sz"].Number(), l.Has("n") ? l["n"].Count() : null))];
        return new BookSnapshot(r["coin"].Text(), r["time"].Time(), Levels(r["levels"][0]), Levels(r["levels"][1]));
    });

    /// <summary><c>candleSnapshot</c>: closed bars only; the venue's last row is the one still forming.</summary>
    public static Outcome<ImmutableArray<Candle>> Candles(JsonElement reply, long nowMs) => WireReader.Read("candleSnapshot", reply, r => r.Items()
        .Where(c => c["T"].Whole() < nowMs)
        .Select(c => new Candle(
            c["t"].Time(), (double)c["o"].Number(), (double)c["h"].Number(), (double)c["l"].Number(), (double)c["c"].Number(), (double)c["v"].Number()))
        .ToImmutableArray());

    /// <summary><c>fundingHistory</c>: hourly rates as recorded, at the venue's own times.</summary>
    public static Outcome<ImmutableArray<FundingRate>> Funding(JsonElement reply) => WireReader.Read("fundingHistory", reply, r => r.Items()
        .Select(f => new FundingRate(f["time"].Time(), (double)f["fundingRate"].Number())).ToImmutableArray());

    private static Instrument Coin(WireReader coin, int index, Dictionary<long, ImmutableArray<MarginTier>> tables)
    {
        var most = coin["maxLeverage"].Count();

        // A table id below 50 stands for itself: one tier of that leverage.
        var tiers = coin.Has("marginTableId") && tables.TryGetValue(coin["marginTableId"].Whole(), out var table) ? table : [new MarginTier(0, most)];
        var mode = coin.Has("marginMode") ? coin["marginMode"].Text() : null;
        return new Instrument
        {
            Asset = coin["name"].Text(),
            AssetId = index,
            SizeDecimals = coin["szDecimals"].Count(),
            Tiers = tiers,
            OnlyIsolated = mode is "strictIsolated" or "noCross" || (coin.Has("onlyIsolated") && coin["onlyIsolated"].Truth()),
            IsDelisted = coin.Has("isDelisted") && coin["isDelisted"].Truth(),
        };
    }
}
