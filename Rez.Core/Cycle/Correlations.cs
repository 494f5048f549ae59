using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>How assets move together: Pearson's correlation of the returns of closed bars.</summary>
public static class Correlations
{
    private const int Bars = 200;
    private const int LeastBars = 50;

    /// <summary>Open positions that move with a new one: as one bet when both go the same way, or against each other when one is the mirror of the other.</summary>
    public static int CountWith(CandleStore candles, Interval interval, string asset, Direction direction, AccountState account, decimal threshold)
    {
        var count = 0;
        var own = candles.Series(asset, interval);
        foreach (var position in account.Positions)
        {
            if (position.Asset != asset && own is not null && candles.Series(position.Asset, interval) is { } other && Of(own, other) is { } r
                && r * direction.Sign() * position.Direction.Sign() >= (double)threshold)
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Correlation of the newest returns, from −1 to 1; null when there are too few bars, or one does not move.</summary>
    public static double? Of(CandleSeries a, CandleSeries b)
    {
        var n = Math.Min(Bars, Math.Min(a.Count, b.Count)) - 1;
        if (n < LeastBars || a.Last.OpenTimeMs != b.Last.OpenTimeMs)
        {
            return null;
        }

        var x = a.Newest(n + 1);
        var y = b.Newest(n + 1);
        double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        for (var i = 1; i <= n; i++)
        {
            var rx = (x[i].Close / x[i - 1].Close) - 1;
            var ry = (y[i].Close / y[i - 1].Close) - 1;
            sx += rx;
            sy += ry;
            sxx += rx * rx;
            syy += ry * ry;
            sxy += rx * ry;
        }

        var spread = Math.Sqrt(((n * sxx) - (sx * sx)) * ((n * syy) - (sy * sy)));
        return spread > 0 ? Math.Clamp(((n * sxy) - (sx * sy)) / spread, -1, 1) : null;
    }

    /// <summary>Standard deviation of a bar's return over the newest bars, or null when there are too few.</summary>
    public static decimal? Sigma(CandleSeries? series, int bars)
    {
        if (series is null || series.Count <= bars)
        {
            return null;
        }

        var newest = series.Newest(bars + 1);
        double sum = 0, squares = 0;
        for (var i = 1; i <= bars; i++)
        {
            var r = (newest[i].Close / newest[i - 1].Close) - 1;
            sum += r;
            squares += r * r;
        }

        var variance = (squares - (sum * sum / bars)) / (bars - 1);
        return PriceRules.FromDouble(Math.Sqrt(Math.Max(0, variance))) is { Ok: true, Value: > 0 } sigma ? sigma.Value : null;
    }
}
