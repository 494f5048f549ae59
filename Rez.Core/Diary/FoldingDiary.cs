using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Diary;

/// <summary>Equity at a cycle. Money in USD.</summary>
public readonly record struct EquityPoint(long AtMs, decimal Equity, decimal Exposure);

/// <summary>
/// A diary that folds what it is told into trades and equity and keeps nothing else: for backtests, whose every fact can be had again. Not for several threads.
/// </summary>
public sealed class FoldingDiary(TimeProvider clock) : IDiary
{
    private const int Kept = 500;
    private readonly TradeFold _fold = new();
    private readonly List<ClosedTrade> _trades = [];
    private readonly List<EquityPoint> _equity = [];
    private readonly SortedDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private readonly Queue<(string, CycleCompleted)> _recentCycles = new();
    private readonly Queue<Fill> _recentFills = new();
    private long _facts;

    public DiaryHead Head => new(_facts, string.Empty);

    public bool KeepsCapsules => false;

    public IReadOnlyList<ClosedTrade> Trades => _trades;

    public IReadOnlyList<EquityPoint> Equity => _equity;

    public IReadOnlyDictionary<string, LedgerPosition> Positions => _fold.Ledger.Positions;

    /// <summary>Newest cycles that did something, oldest first.</summary>
    public IEnumerable<(string CycleId, CycleCompleted Cycle)> RecentCycles => _recentCycles;

    /// <summary>Newest fills, oldest first.</summary>
    public IEnumerable<Fill> RecentFills => _recentFills;

    public long Cycles { get; private set; }

    public long FailedCycles { get; private set; }

    public string? FirstFailure { get; private set; }

    public decimal Fees { get; private set; }

    public decimal Funding { get; private set; }

    public decimal Volume { get; private set; }

    public long Fills { get; private set; }

    public long UnprotectedMs { get; private set; }

    /// <summary>Wishes that the gate refused, by what the story says of them.</summary>
    public IReadOnlyDictionary<string, long> Refusals => _refusals;

    public void Append(DiaryFact fact, string? cycleId = null)
    {
        _facts++;
        switch (fact)
        {
            case OrderSending sending:
                _fold.Sent(sending, cycleId);
                break;
            case OrderOutcome { State: SendState.Rejected } outcome:
                foreach (var cloid in outcome.Cloids)
                {
                    _fold.Ended(cloid);
                }

                break;
            case CancelOutcome { Cloid: { } cloid, State: SendState.Confirmed }:
                _fold.Ended(cloid);
                break;
            case FillBooked booked:
                Book(booked.Fill);
                break;
            case FundingBooked booked:
                _fold.Ledger.Book(booked.Payment);
                Funding += booked.Payment.Usd;
                break;
            case PositionAdopted adopted:
                _fold.Ledger.Adopt(adopted.Asset, adopted.SignedSize, adopted.EntryPrice, NowMs);
                break;
            case AccountSynced synced:
                _equity.Add(new EquityPoint(NowMs, synced.Equity, synced.Exposure));
                break;
            case ProtectionRestored restored:
                UnprotectedMs += restored.UnprotectedMs;
                break;
            case CycleCompleted completed:
                Cycles++;
                Note(completed, cycleId);
                break;
            case CycleFailed failed:
                FailedCycles++;
                FirstFailure ??= $"{failed.Stage}: {failed.Why}";
                break;
        }
    }

    /// <summary>A cycle that was passed over because it would have done nothing.</summary>
    internal void Pass(decimal equity, decimal exposure)
    {
        _equity.Add(new EquityPoint(NowMs, equity, exposure));
        Cycles++;
    }

    public Task FlushAsync() => Task.CompletedTask;

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static void Keep<T>(Queue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > Kept)
        {
            queue.Dequeue();
        }
    }

    private void Book(Fill fill)
    {
        Keep(_recentFills, fill);
        Fills++;
        Fees += fill.Fee;
        Volume += fill.Price * fill.Size;
        if (_fold.Book(fill).Closed is { } trade)
        {
            _trades.Add(trade);
        }
    }

    private void Note(CycleCompleted cycle, string? cycleId)
    {
        if (cycle.Lines.Any(l => l.Asked != CycleLine.Hold))
        {
            Keep(_recentCycles, (cycleId ?? string.Empty, cycle));
        }

        foreach (var line in cycle.Lines)
        {
            if (line.Gated.StartsWith("rejected (", StringComparison.Ordinal) && line.Gated.IndexOf(')', StringComparison.Ordinal) is > 10 and var end)
            {
                var code = line.Gated[10..end];
                _refusals[code] = _refusals.GetValueOrDefault(code) + 1;
            }
        }
    }
}
