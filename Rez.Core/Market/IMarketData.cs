namespace Rez.Core.Market;

/// <summary>Reads the market. A failed read is a value; it never comes back as an empty list.</summary>
public interface IMarketData
{
    /// <summary>Shortest interval it serves; larger ones are built from it.</summary>
    Interval BaseInterval { get; }

    ValueTask<Outcome<IReadOnlyList<Instrument>>> InstrumentsAsync(CancellationToken cancel);

    /// <summary>Closed candles with open times in [fromMs, toMs), oldest first.</summary>
    ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel);

    ValueTask<Outcome<AssetContext>> ContextAsync(string asset, CancellationToken cancel);

    /// <summary>What is known of an asset without asking anybody; null when that is nothing fresh.</summary>
    AssetContext? Glimpse(string asset) => null;

    /// <summary>The book now, best levels first; each side has at least one.</summary>
    ValueTask<Outcome<BookSnapshot>> BookAsync(string asset, CancellationToken cancel);

    /// <summary>Assets in which the venue takes no new positions now.</summary>
    ValueTask<Outcome<IReadOnlyCollection<string>>> CappedAssetsAsync(CancellationToken cancel) => new(new Outcome<IReadOnlyCollection<string>>([]));

    /// <summary>Funding rates with times in [fromMs, toMs), oldest first.</summary>
    ValueTask<Outcome<IReadOnlyList<FundingRate>>> FundingAsync(string asset, long fromMs, long toMs, CancellationToken cancel);
}
