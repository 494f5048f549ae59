using Rez.Core.Market;
using Rez.Core.Simulation;

namespace Rez.Core.Session;

/// <summary>
/// Brings live prices and published funding into a simulated venue, so that paper orders fill at what the market shows. Between two looks prices
/// jump: a stop that was passed fills at the newer price, as behind a gap.
/// </summary>
public sealed class PaperFeed(SimulatedVenue venue, Lock gate, IMarketData market, IReadOnlyList<string> assets, TimeProvider clock)
{
    private const long HourMs = 3_600_000;

    /// <summary>The venue's rates come a little past the hour.</summary>
    private const long FundingDelayMs = 30_000;
    private readonly Dictionary<string, long> _fundedTo = new(StringComparer.Ordinal);

    /// <summary>Why not all prices could be read, or null.</summary>
    public async ValueTask<Rejection?> RefreshAsync(CancellationToken cancel)
    {
        Rejection? trouble = null;
        foreach (var asset in assets)
        {
            var context = await market.ContextAsync(asset, cancel);
            if (!context.Ok)
            {
                trouble ??= context.Rejection;
                continue;
            }

            lock (gate)
            {
                venue.Quote(context.Value);
            }

            await FundAsync(asset, cancel);
        }

        return trouble;
    }

    private async ValueTask FundAsync(string asset, CancellationToken cancel)
    {
        var nowMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var hour = (nowMs - FundingDelayMs) / HourMs * HourMs;
        if (!_fundedTo.TryGetValue(asset, out var from))
        {
            // The hours before this start were paid for, or missed, by the process before.
            _fundedTo[asset] = hour + 1;
            return;
        }

        if (hour < from)
        {
            return;
        }

        var rates = await market.FundingAsync(asset, from, nowMs, cancel);
        if (!rates.Ok || rates.Value.Count == 0)
        {
            // Not published yet: the next look asks again.
            return;
        }

        lock (gate)
        {
            foreach (var rate in rates.Value)
            {
                venue.Fund(asset, rate.TimeMs, (decimal)rate.Rate);
            }
        }

        _fundedTo[asset] = rates.Value[^1].TimeMs + HourMs / 2;
    }
}
