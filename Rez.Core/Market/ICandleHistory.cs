namespace Rez.Core.Market;

/// <summary>Where candles of the past come from: a venue's own, or another one's.</summary>
public interface ICandleHistory
{
    /// <summary>For people: whose candles these are.</summary>
    string Name { get; }

    /// <summary>Closed candles with open times in [fromMs, toMs), oldest first; what does not exist is left out.</summary>
    ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel);
}
