namespace Rez.Core.Market;

/// <summary>What the venue says of an asset now; each value with the time it was true.</summary>
/// <param name="Asset">Venue name.</param>
/// <param name="At">When the values were true (venue time).</param>
/// <param name="Mark">Mark price: drives margin, liquidation and triggers.</param>
/// <param name="Oracle">Oracle price: drives funding payments.</param>
/// <param name="Bid">Best bid.</param>
/// <param name="Ask">Best ask.</param>
/// <param name="FundingHourly">Current hourly funding rate as a fraction; longs pay when positive.</param>
/// <param name="OpenInterest">Open interest in base units.</param>
/// <param name="DayVolumeUsd">Traded notional of the last 24 hours, USD.</param>
public sealed record AssetContext(
    string Asset,
    DateTimeOffset At,
    decimal Mark,
    decimal Oracle,
    decimal Bid,
    decimal Ask,
    decimal FundingHourly,
    decimal OpenInterest,
    decimal DayVolumeUsd)
{
    /// <summary>All that can be said of an asset of which only the mark is known: what an exit is priced by where no book can be read.</summary>
    public static AssetContext OfMark(string asset, DateTimeOffset at, decimal mark) => new(asset, at, mark, mark, mark, mark, 0, 0, 0);

    public decimal Mid => (Bid + Ask) / 2m;

    /// <summary>Spread in basis points of the mid.</summary>
    public decimal SpreadBps => (Ask - Bid) / Mid * 10_000m;
}

/// <summary>A funding rate as recorded: the fraction paid at that time, for the period since the one before.</summary>
public readonly record struct FundingRate(long TimeMs, double Rate);
