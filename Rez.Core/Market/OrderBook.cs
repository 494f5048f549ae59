using System.Collections.Immutable;

namespace Rez.Core.Market;

/// <summary>A level of the book.</summary>
/// <param name="Size">Base units.</param>
/// <param name="Orders">How many orders, where the venue tells.</param>
public readonly record struct BookLevel(decimal Price, decimal Size, int? Orders);

/// <summary>At most 20 levels a side, best first.</summary>
public sealed record BookSnapshot(string Asset, long TimeMs, ImmutableArray<BookLevel> Bids, ImmutableArray<BookLevel> Asks)
{
    /// <summary>USD that a taker finds within so many basis points of the best price of a side; less than there is when the levels end before.</summary>
    public static decimal DepthUsd(ImmutableArray<BookLevel> side, decimal withinBps)
    {
        var depth = 0m;
        foreach (var level in side)
        {
            if (Math.Abs(level.Price - side[0].Price) > side[0].Price * withinBps / 10_000m)
            {
                break;
            }

            depth += level.Price * level.Size;
        }

        return depth;
    }
}
