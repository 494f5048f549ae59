using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Market;

namespace Rez.Core.Cycle;

/// <summary>
/// What is told of assets beside their indicators, for deciders that want it: funding as recorded, how open interest and volume have changed. Open interest is remembered
/// from cycle to cycle, so its change begins anew with the process.
/// </summary>
public sealed class Backgrounds(IMarketData market, CycleSettings settings)
{
    private const int FundingHours = 24;
    private const int VolumeBars = 20;
    private static readonly TimeSpan OpenInterestSpan = TimeSpan.FromHours(24);
    private readonly Dictionary<string, Queue<(DateTimeOffset At, decimal OpenInterest)>> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long HourMs, ImmutableArray<FundingRate> Rates)> _funding = new(StringComparer.Ordinal);

    public async ValueTask<AssetBackground> OfAsync(AssetMarket asset, DateTimeOffset at, CandleStore candles, CancellationToken cancel)
    {
        var name = asset.Instrument.Asset;
        var (change, hours) = OpenInterest(name, at, asset.Context.OpenInterest);
        return new AssetBackground(await FundingAsync(name, at, cancel), change, hours, VolumeRatio(candles.Series(name, settings.CycleInterval)));
    }

    /// <summary>Volume of the newest closed bar over the mean of the twenty before it; null while there are not as many.</summary>
    internal static double? VolumeRatio(CandleSeries? series)
    {
        if (series is null || series.Count <= VolumeBars)
        {
            return null;
        }

        var bars = series.Newest(VolumeBars + 1);
        var mean = 0d;
        foreach (ref readonly var bar in bars[..^1])
        {
            mean += bar.Volume / VolumeBars;
        }

        return mean > 0 ? bars[^1].Volume / mean : null;
    }

    private (decimal? ChangePercent, decimal Hours) OpenInterest(string asset, DateTimeOffset at, decimal now)
    {
        if (!_seen.TryGetValue(asset, out var seen))
        {
            _seen.Add(asset, seen = new Queue<(DateTimeOffset, decimal)>());
        }

        while (seen.Count > 0 && at - seen.Peek().At > OpenInterestSpan)
        {
            seen.Dequeue();
        }

        seen.Enqueue((at, now));
        var (since, before) = seen.Peek();
        return before > 0 && at > since ? ((now - before) / before * 100, (decimal)(at - since).TotalHours) : (null, 0);
    }

    /// <summary>Rates come once an hour, so they are read once an hour. What can't be read is left out, and asked for again next time.</summary>
    private async ValueTask<ImmutableArray<FundingRate>> FundingAsync(string asset, DateTimeOffset at, CancellationToken cancel)
    {
        var now = at.ToUnixTimeMilliseconds();
        var hour = Interval.H1.OpenOf(now);
        if (_funding.TryGetValue(asset, out var known) && known.HourMs == hour)
        {
            return known.Rates;
        }

        var read = await market.FundingAsync(asset, now - (FundingHours * 3_600_000L), now, cancel);
        if (!read.Ok)
        {
            return [];
        }

        _funding[asset] = (hour, [.. read.Value]);
        return _funding[asset].Rates;
    }
}
