using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid;

/// <summary>
/// The market as Hyperliquid tells it: the socket first, REST for what it has not told. Candles older than the venue keeps come from a fallback,
/// where there is one.
/// </summary>
public sealed class HyperliquidMarketData(InfoClient info, VenueStreams streams, TimeProvider clock, Interval baseInterval, ICandleHistory? fallback = null) : IMarketData, IDisposable
{
    /// <summary>The venue keeps no more bars than this of an interval.</summary>
    public const int KeptBars = 5_000;

    private static readonly TimeSpan PricesHoldFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ContextsHoldFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CappedHoldsFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InstrumentsHoldFor = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<string, AssetContext> _contexts = new(StringComparer.Ordinal);
    private DateTimeOffset _contextsAt = DateTimeOffset.MinValue;
    private DateTimeOffset _instrumentsAt = DateTimeOffset.MinValue;
    private IReadOnlyList<Instrument>? _instruments;
    private DateTimeOffset _cappedAt = DateTimeOffset.MinValue;
    private ImmutableArray<string> _capped = [];

    public Interval BaseInterval => baseInterval;

    /// <summary>Terms change while positions are open, so they are read anew each minute; the newest known ones stand while the venue is silent.</summary>
    public async ValueTask<Outcome<IReadOnlyList<Instrument>>> InstrumentsAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (_instruments is { } known && now - _instrumentsAt < InstrumentsHoldFor)
            {
                return new Outcome<IReadOnlyList<Instrument>>(known);
            }

            var read = await info.MetaAsync(cancel);
            if (!read.Ok)
            {
                return _instruments is { } old ? new Outcome<IReadOnlyList<Instrument>>(old) : read.Rejection;
            }

            _instrumentsAt = now;
            _instruments = Same(_instruments, read.Value) ? _instruments : read.Value;
            return new Outcome<IReadOnlyList<Instrument>>(_instruments!);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        if (streams.Candles(asset, interval, fromMs, toMs) is { } told)
        {
            return new Outcome<IReadOnlyList<Candle>>(told);
        }

        var nowMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var oldest = interval.OpenOf(nowMs) - ((KeptBars - 1) * interval.Milliseconds);
        var early = fromMs < oldest && fallback is not null ? await fallback.CandlesAsync(asset, interval, fromMs, Math.Min(oldest, toMs), cancel) : default;
        var read = await info.CandlesAsync(asset, interval, Math.Max(fromMs, oldest), toMs, nowMs, cancel);
        if (!read.Ok)
        {
            // Another venue's candles are better than none, where the settings say so.
            return fallback is null ? read.Rejection : await fallback.CandlesAsync(asset, interval, fromMs, toMs, cancel);
        }

        var late = read.Value.Where(c => c.OpenTimeMs >= fromMs && c.OpenTimeMs < toMs);
        return new Outcome<IReadOnlyList<Candle>>(early.Ok ? [.. early.Value, .. late] : [.. late]);
    }

    public AssetContext? Glimpse(string asset) => streams.Context(asset, PricesHoldFor);

    public async ValueTask<Outcome<AssetContext>> ContextAsync(string asset, CancellationToken cancel)
    {
        if (streams.Context(asset, PricesHoldFor) is { } told)
        {
            return told;
        }

        await _turn.WaitAsync(cancel);
        try
        {
            var now = clock.GetUtcNow();
            if (now - _contextsAt > ContextsHoldFor)
            {
                var read = await info.ContextsAsync(now, cancel);
                if (!read.Ok)
                {
                    return read.Rejection;
                }

                _contexts.Clear();
                foreach (var context in read.Value)
                {
                    _contexts[context.Asset] = context;
                }

                _contextsAt = now;
            }
        }
        finally
        {
            _turn.Release();
        }

        if (!_contexts.TryGetValue(asset, out var found))
        {
            return new Rejection("no-context", $"The venue quotes no price of {asset}: it is unknown, delisted, or its book is empty.");
        }

        // Impact prices are those of a large order: the book says what the best ones are.
        var book = await BookAsync(asset, cancel);
        return book.Ok ? found with { Bid = book.Value.Bids[0].Price, Ask = book.Value.Asks[0].Price } : book.Rejection;
    }

    public async ValueTask<Outcome<BookSnapshot>> BookAsync(string asset, CancellationToken cancel)
    {
        var book = await info.BookAsync(asset, cancel);
        return !book.Ok ? book.Rejection
            : book.Value.Bids.IsEmpty || book.Value.Asks.IsEmpty ? new Rejection("empty-book", $"The book of {asset} has an empty side.")
            : book;
    }

    public async ValueTask<Outcome<IReadOnlyCollection<string>>> CappedAssetsAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (now - _cappedAt > CappedHoldsFor)
        {
            var read = await info.CappedAssetsAsync(cancel);
            if (!read.Ok)
            {
                return read.Rejection;
            }

            (_capped, _cappedAt) = (read.Value, now);
        }

        return new Outcome<IReadOnlyCollection<string>>(_capped);
    }

    public async ValueTask<Outcome<IReadOnlyList<FundingRate>>> FundingAsync(string asset, long fromMs, long toMs, CancellationToken cancel)
    {
        var read = await info.FundingHistoryAsync(asset, fromMs, toMs, cancel);
        return read.Ok ? new Outcome<IReadOnlyList<FundingRate>>([.. read.Value.Where(f => f.TimeMs < toMs)]) : read.Rejection;
    }

    public void Dispose() => _turn.Dispose();

    /// <summary>The same list is kept while nothing changed, so that others can see by reference whether something did.</summary>
    private static bool Same(IReadOnlyList<Instrument>? old, IReadOnlyList<Instrument> now) =>
        old is not null && old.Count == now.Count && old.Zip(now).All(p => p.First with { Tiers = p.Second.Tiers } == p.Second && p.First.Tiers.SequenceEqual(p.Second.Tiers));
}
