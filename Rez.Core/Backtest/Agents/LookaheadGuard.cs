using Rez.Core.Agent;
using Rez.Core.Market;

namespace Rez.Core.Backtest.Agents;

/// <summary>Something later than the moment of a decision was about to reach it: a bug, and the end of the run.</summary>
public sealed class LookaheadException(string message) : Exception(message);

/// <summary>A market that gives out nothing later than now, whatever is behind it.</summary>
public sealed class GuardedMarket(IMarketData market, TimeProvider clock) : IMarketData
{
    public Interval BaseInterval => market.BaseInterval;

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask<Outcome<IReadOnlyList<Instrument>>> InstrumentsAsync(CancellationToken cancel) => market.InstrumentsAsync(cancel);

    public async ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var read = await market.CandlesAsync(asset, interval, fromMs, toMs, cancel);
        if (read.Ok && read.Value.Count > 0)
        {
            Check($"the {interval} candle of {asset}", interval.NextOpen(read.Value[^1].OpenTimeMs));
        }

        return read;
    }

    public async ValueTask<Outcome<AssetContext>> ContextAsync(string asset, CancellationToken cancel)
    {
        var read = await market.ContextAsync(asset, cancel);
        if (read.Ok)
        {
            Check($"the price of {asset}", read.Value.At.ToUnixTimeMilliseconds());
        }

        return read;
    }

    public async ValueTask<Outcome<BookSnapshot>> BookAsync(string asset, CancellationToken cancel)
    {
        var read = await market.BookAsync(asset, cancel);
        if (read.Ok)
        {
            Check($"the book of {asset}", read.Value.TimeMs);
        }

        return read;
    }

    public async ValueTask<Outcome<IReadOnlyList<FundingRate>>> FundingAsync(string asset, long fromMs, long toMs, CancellationToken cancel)
    {
        var read = await market.FundingAsync(asset, fromMs, toMs, cancel);
        if (read.Ok && read.Value.Count > 0)
        {
            Check($"the funding of {asset}", read.Value[^1].TimeMs);
        }

        return read;
    }

    private void Check(string what, long timeMs)
    {
        if (timeMs > NowMs)
        {
            throw new LookaheadException($"{what} of {DateTimeOffset.FromUnixTimeMilliseconds(timeMs):yyyy-MM-dd HH:mm:ss} is later than {clock.GetUtcNow():yyyy-MM-dd HH:mm:ss}, the moment of the decision.");
        }
    }
}

/// <summary>Lets a context pass only when nothing in it is later than its own moment.</summary>
public sealed class GuardedDecider(IDecider inner) : IDecider
{
    public string Name => inner.Name;

    public bool WantsBackground => inner.WantsBackground;

    public ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var atMs = context.At.ToUnixTimeMilliseconds();
        foreach (var (what, timeMs) in Times(context))
        {
            if (timeMs > atMs)
            {
                throw new LookaheadException($"{what} of {DateTimeOffset.FromUnixTimeMilliseconds(timeMs):yyyy-MM-dd HH:mm:ss} is later than {context.At:yyyy-MM-dd HH:mm:ss}, the moment of the decision.");
            }
        }

        return inner.DecideAsync(context, cancel);
    }

    private static IEnumerable<(string What, long TimeMs)> Times(DecisionContext context)
    {
        yield return ("The account", context.Account.At.ToUnixTimeMilliseconds());
        foreach (var asset in context.Assets)
        {
            var name = asset.Instrument.Asset;
            yield return ($"The price of {name}", asset.Context.At.ToUnixTimeMilliseconds());
            foreach (var bars in asset.Sheet.Intervals)
            {
                yield return ($"The {bars.Interval} bar of {name}", bars.Interval.NextOpen(bars.BarOpenMs));
            }

            foreach (var rate in asset.Background?.Funding ?? [])
            {
                yield return ($"The funding of {name}", rate.TimeMs);
            }
        }

        foreach (var decision in context.Past.Decisions)
        {
            yield return ("A past decision", decision.AtMs);
            yield return ("The outcome of a past decision", decision.Outcome?.ClosedMs ?? 0);
        }

        foreach (var trade in context.Past.Yesterday)
        {
            yield return ("A past trade", trade.ClosedMs);
        }

        foreach (var fill in context.Past.Fills)
        {
            yield return ("A past fill", fill.TimeMs);
        }
    }
}
