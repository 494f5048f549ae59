using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>What a policy does about a position that the diary and the venue see differently.</summary>
public enum DriftPolicy
{
    /// <summary>Take over what the venue says; it is protected like any other position.</summary>
    Adopt,

    /// <summary>Close what is at the venue.</summary>
    Flatten,

    /// <summary>Take it over and open nothing more until a person resumes.</summary>
    Halt,
}

/// <summary>A difference between diary and venue.</summary>
public sealed record Drift(string Asset, decimal DiarySize, decimal VenueSize);

/// <summary>Where the books stand when a process starts.</summary>
public sealed record BooksStart(
    IReadOnlyList<LedgerPosition> Positions, long ClosedTrades, IReadOnlyList<(long TimeMs, string Asset, long Tid)> RecentFills,
    IReadOnlyList<(long TimeMs, string Asset)> RecentFunding, long SinceMs)
{
    public static readonly BooksStart Empty = new([], 0, [], [], 0);
}

/// <summary>
/// Books what the venue did into the diary, each fill and payment once, and compares positions. Fills are known by (time,
/// asset, trade id), payments by (time, asset).
/// </summary>
public sealed class VenueBooks
{
    private readonly IExchange _exchange;
    private readonly IDiary _diary;
    private readonly HashSet<(long, string, long)> _fills;
    private readonly HashSet<(long, string)> _funding;
    private readonly Queue<(long, string, long)> _fillOrder;
    private readonly Dictionary<string, long> _lastFillMs = new(StringComparer.Ordinal);
    private readonly TradeLedger _ledger;
    private long _fillsSinceMs;
    private long _fundingSinceMs;

    private readonly PortfolioHistory _history;
    private readonly Func<Cloid?, bool> _isOurs;

    /// <param name="isOurs">Whether an order was sent by this diary: what others did is told.</param>
    /// <param name="history">Told of openings and closed trades, for the account's protections.</param>
    public VenueBooks(IExchange exchange, IDiary diary, BooksStart start, Func<Cloid?, bool> isOurs, PortfolioHistory history)
    {
        _history = history;
        _isOurs = isOurs;
        _exchange = exchange;
        _diary = diary;
        _ledger = new TradeLedger(start.Positions, start.ClosedTrades);
        _fills = [.. start.RecentFills];
        _fillOrder = new Queue<(long, string, long)>(start.RecentFills);
        _funding = [.. start.RecentFunding];
        _fillsSinceMs = start.RecentFills.Count > 0 ? start.RecentFills.Max(f => f.TimeMs) : start.SinceMs;
        _fundingSinceMs = start.RecentFunding.Count > 0 ? start.RecentFunding.Max(f => f.TimeMs) : start.SinceMs;
    }

    /// <summary>Positions as the booked fills add up to.</summary>
    public IReadOnlyDictionary<string, LedgerPosition> Positions => _ledger.Positions;

    /// <summary>Time of the newest fill of an asset, or 0.</summary>
    public long LastFillMs(string asset) => _lastFillMs.GetValueOrDefault(asset);

    /// <summary>Reads fills and funding since the last time and books the new ones. A failed read books nothing and says so.</summary>
    public async ValueTask<Rejection?> BookAsync(CancellationToken cancel)
    {
        var fills = await _exchange.FillsSinceAsync(_fillsSinceMs, cancel);
        if (!fills.Ok)
        {
            return fills.Rejection;
        }

        // In the order in which they happened, whatever order they are told in: a process that dies in between goes on behind the newest it wrote down, and must not have left out an older one.
        foreach (var fill in InOrder(fills.Value))
        {
            if (_fills.Add((fill.TimeMs, fill.Asset, fill.Tid)))
            {
                Book(fill);
            }
        }

        var funding = await _exchange.FundingSinceAsync(_fundingSinceMs, cancel);
        if (!funding.Ok)
        {
            return funding.Rejection;
        }

        foreach (var payment in funding.Value.Count < 2 ? funding.Value : [.. funding.Value.OrderBy(p => p.TimeMs)])
        {
            if (_funding.Add((payment.TimeMs, payment.Asset)))
            {
                _diary.Append(new FundingBooked(payment));
                _ledger.Book(payment);
                _fundingSinceMs = Math.Max(_fundingSinceMs, payment.TimeMs);
            }
        }

        return null;
    }

    private static IReadOnlyList<Fill> InOrder(IReadOnlyList<Fill> fills)
    {
        for (var i = 1; i < fills.Count; i++)
        {
            if (fills[i].TimeMs < fills[i - 1].TimeMs || (fills[i].TimeMs == fills[i - 1].TimeMs && fills[i].Tid < fills[i - 1].Tid && fills[i].Asset == fills[i - 1].Asset))
            {
                return [.. fills.OrderBy(f => f.TimeMs).ThenBy(f => f.Asset, StringComparer.Ordinal).ThenBy(f => f.Tid)];
            }
        }

        return fills;
    }

    /// <summary>Where the booked positions and the venue's differ.</summary>
    public IReadOnlyList<Drift> Compare(AccountState account)
    {
        var drifts = new List<Drift>();
        foreach (var position in account.Positions)
        {
            var booked = _ledger.Positions.GetValueOrDefault(position.Asset)?.SignedSize ?? 0;
            if (booked != position.SignedSize)
            {
                drifts.Add(new Drift(position.Asset, booked, position.SignedSize));
            }
        }

        foreach (var (asset, booked) in _ledger.Positions)
        {
            if (account.Of(asset) is null)
            {
                drifts.Add(new Drift(asset, booked.SignedSize, 0));
            }
        }

        return drifts;
    }

    /// <summary>Makes the books say what the venue says.</summary>
    public void Adopt(string asset, Position? venue)
    {
        _diary.Append(new PositionAdopted(asset, venue?.SignedSize ?? 0, venue?.EntryPrice ?? 0));
        _ledger.Adopt(asset, venue?.SignedSize ?? 0, venue?.EntryPrice ?? 0, _fillsSinceMs);
    }

    private void Book(Fill fill)
    {
        _diary.Append(new FillBooked(fill));
        if (!_isOurs(fill.Cloid))
        {
            var kind = fill.IsLiquidation ? "liquidation" : fill.IsDeleveraging ? "auto-deleveraging" : "foreign-fill";
            _diary.Append(new VenueActed(fill.Asset, kind, $"{fill.Side} {fill.Size} {fill.Asset} at {fill.Price}, by order {fill.Oid}, which is none of ours", fill.TimeMs));
        }

        var before = _ledger.Positions.GetValueOrDefault(fill.Asset)?.SignedSize ?? 0;
        if (_ledger.Book(fill, null, string.Empty) is { } closed)
        {
            _history.NoteTrade(new GuardTrade(closed.ClosedMs, closed.Asset, closed.Net, fill.Trigger == TriggerKind.StopLoss || fill.IsLiquidation));
        }

        if (_ledger.Positions.GetValueOrDefault(fill.Asset)?.SignedSize is { } after && Math.Sign(after) != Math.Sign(before))
        {
            _history.NoteEntry(new GuardEntry(fill.TimeMs, fill.Asset));
        }

        _lastFillMs[fill.Asset] = Math.Max(fill.TimeMs, _lastFillMs.GetValueOrDefault(fill.Asset));
        _fillsSinceMs = Math.Max(_fillsSinceMs, fill.TimeMs);

        // Only fills at or after the newest time can come again; a generous tail is kept all the same.
        _fillOrder.Enqueue((fill.TimeMs, fill.Asset, fill.Tid));
        while (_fillOrder.Count > 5_000)
        {
            _fills.Remove(_fillOrder.Dequeue());
        }
    }
}
