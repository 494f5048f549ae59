using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Clients;

/// <summary>How one stream does, for whoever watches.</summary>
/// <param name="LastAt">When something came last, venue time.</param>
public readonly record struct StreamHealth(string Stream, DateTimeOffset? LastAt, long Frames);

/// <summary>
/// What the socket has told: newest prices with the time they came, closed candles, and whether the account's streams are unbroken. A stream that
/// broke is believed again only after it has been filled from REST.
/// </summary>
public sealed class VenueStreams(TimeProvider clock) : IFrameSink
{
    private const int KeptCandles = 200;
    private readonly ConcurrentDictionary<string, AssetContext> _contexts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (BestPrices Best, DateTimeOffset At)> _best = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), CandleRun> _candles = new();
    private readonly ConcurrentDictionary<string, StreamHealth> _health = new(StringComparer.Ordinal);
    private long _accountNews = 1;
    private long _fundingNews = 1;
    private volatile bool _connected;
    private volatile bool _followsFills;
    private volatile bool _followsFunding;

    /// <summary>Raised on the reader's thread when the account changed: a fill, an order, a notice.</summary>
    public event Action? AccountChanged;

    public event Action<VenueNotice>? Noticed;

    public event Action<string>? Troubled;

    public bool IsConnected => _connected;

    public IEnumerable<StreamHealth> Health => _health.Values.OrderBy(h => h.Stream, StringComparer.Ordinal);

    /// <summary>
    /// A number that grows when fills may have come. As long as it stands, and <see cref="FollowsFills"/>, nothing was filled since it was read.
    /// </summary>
    public long AccountNews => Interlocked.Read(ref _accountNews);

    public long FundingNews => Interlocked.Read(ref _fundingNews);

    /// <summary>Whether fills are followed without a break.</summary>
    public bool FollowsFills => _connected && _followsFills;

    public bool FollowsFunding => _connected && _followsFunding;

    /// <summary>The newest context with the best prices in it, when both came within that time.</summary>
    public AssetContext? Context(string asset, TimeSpan within)
    {
        var now = clock.GetUtcNow();
        return _connected && _contexts.TryGetValue(asset, out var context) && now - context.At <= within
            && _best.TryGetValue(asset, out var best) && now - best.At <= within && best.Best is { Bid: > 0, Ask: > 0 }
            ? context with { Bid = best.Best.Bid, Ask = best.Best.Ask }
            : null;
    }

    /// <summary>Closed candles with open times in the range, when they were all seen closing; else null.</summary>
    public IReadOnlyList<Candle>? Candles(string asset, Interval interval, long fromMs, long toMs)
    {
        if (!_connected || !_candles.TryGetValue((asset, interval.Name), out var run))
        {
            return null;
        }

        lock (run)
        {
            var found = run.Closed.Where(c => c.OpenTimeMs >= fromMs && c.OpenTimeMs < toMs).ToArray();
            return found.Length == (toMs - fromMs) / interval.Milliseconds ? found : null;
        }
    }

    /// <summary>Told by the socket: what came before a break must not be joined to what comes after.</summary>
    public void OnConnection(bool stands)
    {
        _followsFills = false;
        _followsFunding = false;
        if (!stands)
        {
            _candles.Clear();
        }

        _connected = stands;
        Interlocked.Increment(ref _accountNews);
        Interlocked.Increment(ref _fundingNews);
        AccountChanged?.Invoke();
    }

    public void OnBest(in BestPrices best)
    {
        var now = Seen("bbo");
        _best[best.Asset] = (best, now);
    }

    public void OnTrade(in MarketTrade trade) => Seen("trades");

    public void OnBook(BookSnapshot book) => Seen("l2Book");

    public void OnContext(AssetContext context)
    {
        var now = Seen("activeAssetCtx");
        _contexts[context.Asset] = context with { At = now };

        // A quiet book sends no news of its best prices: they are as true as the context that goes on coming.
        if (_best.TryGetValue(context.Asset, out var best))
        {
            _best[context.Asset] = (best.Best, now);
        }
    }

    public void OnCandle(in CandleFrame candle)
    {
        Seen("candle");
        var run = _candles.GetOrAdd((candle.Asset, candle.Interval), _ => new CandleRun());
        lock (run)
        {
            run.Take(candle.Candle);
        }
    }

    public void OnFills(ImmutableArray<Fill> fills, bool isSnapshot)
    {
        Seen("userFills");
        _followsFills |= isSnapshot;
        Interlocked.Increment(ref _accountNews);
        AccountChanged?.Invoke();
    }

    public void OnFundings(int count, bool isSnapshot)
    {
        Seen("userFundings");
        _followsFunding |= isSnapshot;
        Interlocked.Increment(ref _fundingNews);
    }

    public void OnOrders(ImmutableArray<OrderUpdate> orders)
    {
        Seen("orderUpdates");
        if (orders.Any(o => o.Status != "open"))
        {
            AccountChanged?.Invoke();
        }
    }

    public void OnNotice(VenueNotice notice)
    {
        Seen("userEvents");
        Interlocked.Increment(ref _accountNews);
        Noticed?.Invoke(notice);
        AccountChanged?.Invoke();
    }

    public void OnSubscribed(string type) => Seen("subscription");

    public void OnPong() => Seen("pong");

    public void OnTrouble(string words) => Troubled?.Invoke(words);

    private DateTimeOffset Seen(string stream)
    {
        var now = clock.GetUtcNow();
        _health.AddOrUpdate(stream, s => new StreamHealth(s, now, 1), (s, h) => new StreamHealth(s, now, h.Frames + 1));
        return now;
    }

    /// <summary>Candles of one asset and interval: closed ones in a row, and the one that forms.</summary>
    private sealed class CandleRun
    {
        private Candle? _forming;
        private bool _whole;

        public List<Candle> Closed { get; } = [];

        public void Take(in Candle candle)
        {
            if (_forming is { } before && candle.OpenTimeMs > before.OpenTimeMs)
            {
                // The first bar of a connection was joined in its middle: its extremes may be unknown.
                if (_whole)
                {
                    Closed.Add(before);
                    if (Closed.Count > KeptCandles)
                    {
                        Closed.RemoveAt(0);
                    }
                }

                _whole = true;
            }

            if (_forming is null || candle.OpenTimeMs >= _forming.Value.OpenTimeMs)
            {
                _forming = candle;
            }
        }
    }
}
