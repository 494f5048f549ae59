using System.Collections.Immutable;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>Best bid and ask; a side without orders is zero.</summary>
public readonly record struct BestPrices(string Asset, long TimeMs, decimal Bid, decimal BidSize, decimal Ask, decimal AskSize);

/// <summary>A trade of the market; the side is the aggressor's.</summary>
public readonly record struct MarketTrade(string Asset, Side Side, decimal Price, decimal Size, long TimeMs, long Tid);

/// <summary>A candle as it forms; closed when a later one comes.</summary>
public readonly record struct CandleFrame(string Asset, string Interval, Candle Candle);

/// <summary>How one of the account's orders stands.</summary>
public sealed record OrderUpdate(string Asset, long Oid, Cloid? Cloid, string Status, decimal Size, decimal OriginalSize, long TimeMs);

/// <summary>Something the venue did to the account on its own: a liquidation, or an order it cancelled.</summary>
public sealed record VenueNotice(string Kind, string Words);

/// <summary>What a socket's frames turn into. Called on the reader's thread, in order.</summary>
public interface IFrameSink
{
    void OnBest(in BestPrices best);

    void OnTrade(in MarketTrade trade);

    void OnBook(BookSnapshot book);

    void OnCandle(in CandleFrame candle);

    void OnContext(AssetContext context);

    /// <param name="isSnapshot">The first message of a subscription: what is known of the past.</param>
    void OnFills(ImmutableArray<Fill> fills, bool isSnapshot);

    void OnFundings(int count, bool isSnapshot);

    void OnOrders(ImmutableArray<OrderUpdate> orders);

    void OnNotice(VenueNotice notice);

    void OnSubscribed(string type);

    void OnPong();

    /// <summary>A frame that could not be read, or that says error.</summary>
    void OnTrouble(string words);
}
