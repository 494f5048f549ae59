using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid;

/// <summary>Hyperliquid's own candles of the past: the newest 5,000 of an interval and no older.</summary>
public sealed class HyperliquidCandles(InfoClient info, TimeProvider clock) : ICandleHistory
{
    public string Name => "hyperliquid";

    public async ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var read = await info.CandlesAsync(asset, interval, fromMs, toMs, clock.GetUtcNow().ToUnixTimeMilliseconds(), cancel);
        return read.Ok ? new Outcome<IReadOnlyList<Candle>>([.. read.Value.Where(c => c.OpenTimeMs >= fromMs && c.OpenTimeMs < toMs)]) : read.Rejection;
    }
}
