using Rez.Core.Trading;

namespace Rez.Core.Risk.Portfolio;

/// <summary>A closed trade as protections count it.</summary>
/// <param name="NetUsd">After fees and funding.</param>
/// <param name="IsStop">Closed by its stop or by a liquidation.</param>
public readonly record struct GuardTrade(long ClosedMs, string Asset, decimal NetUsd, bool IsStop);

/// <summary>An opening: from flat to a position.</summary>
public readonly record struct GuardEntry(long AtMs, string Asset);

/// <summary>
/// What protections count: trades, openings, equity at the beginning of days, its highest. Filled from the diary at a start and by the books from then on; nothing in it begins
/// anew with a process. Only a person's resume accepts what was: losses and the fall from the peak then count from there.
/// </summary>
public sealed class PortfolioHistory
{
    private const long DayMs = 86_400_000;
    private const int KeptDays = 400;
    private readonly Lock _gate = new();
    private readonly List<GuardTrade> _trades = [];
    private readonly Dictionary<string, long> _lastStop = new(StringComparer.Ordinal);
    private readonly List<GuardEntry> _entries = [];
    private readonly List<(long Day, decimal Equity)> _firstOfDay = [];

    /// <summary>When a person last accepted what had happened; 0 for never.</summary>
    public long AcceptedMs { get; private set; }

    /// <summary>Highest equity since then.</summary>
    public decimal PeakEquity { get; private set; }

    /// <summary>Newest equity.</summary>
    public decimal Equity { get; private set; }

    public void NoteTrade(GuardTrade trade)
    {
        lock (_gate)
        {
            // Kept in the order of closing: the books may learn of two of them the other way round.
            var at = _trades.Count;
            while (at > 0 && _trades[at - 1].ClosedMs > trade.ClosedMs)
            {
                at--;
            }

            _trades.Insert(at, trade);
            if (trade.IsStop)
            {
                _lastStop[trade.Asset] = Math.Max(trade.ClosedMs, _lastStop.GetValueOrDefault(trade.Asset));
            }

            while (_trades.Count > 0 && trade.ClosedMs - _trades[0].ClosedMs > KeptDays * DayMs)
            {
                _trades.RemoveAt(0);
            }
        }
    }

    public void NoteEntry(GuardEntry entry)
    {
        lock (_gate)
        {
            _entries.Add(entry);
            while (_entries.Count > 0 && entry.AtMs - _entries[0].AtMs > 2 * DayMs)
            {
                _entries.RemoveAt(0);
            }
        }
    }

    public void NoteEquity(long atMs, decimal equity)
    {
        lock (_gate)
        {
            if (_firstOfDay.Count == 0 || _firstOfDay[^1].Day < atMs / DayMs)
            {
                _firstOfDay.Add((atMs / DayMs, equity));
            }

            Equity = equity;
            if (atMs >= AcceptedMs)
            {
                PeakEquity = Math.Max(PeakEquity, equity);
            }
        }
    }

    /// <summary>A person takes what has happened as given.</summary>
    public void Accept(long atMs)
    {
        lock (_gate)
        {
            AcceptedMs = atMs;
            PeakEquity = Equity;
        }
    }

    /// <summary>Takes up a peak known from before a restart.</summary>
    public void Restore(long acceptedMs, decimal peak)
    {
        lock (_gate)
        {
            AcceptedMs = acceptedMs;
            PeakEquity = Math.Max(PeakEquity, peak);
        }
    }

    /// <summary>Net of trades closed in [fromMs, toMs), USD.</summary>
    public decimal Net(long fromMs, long toMs)
    {
        lock (_gate)
        {
            var net = 0m;
            for (var i = _trades.Count - 1; i >= 0 && _trades[i].ClosedMs >= fromMs; i--)
            {
                net += _trades[i].ClosedMs < toMs ? _trades[i].NetUsd : 0;
            }

            return net;
        }
    }

    /// <summary>Losing trades in a row up to now, accepted ones left out, and when the last one closed.</summary>
    public (int Count, long LastMs) LosingStreak()
    {
        lock (_gate)
        {
            var count = 0;
            for (var i = _trades.Count - 1; i >= 0 && _trades[i].NetUsd < 0 && _trades[i].ClosedMs >= AcceptedMs; i--)
            {
                count++;
            }

            return (count, count == 0 ? 0 : _trades[^1].ClosedMs);
        }
    }

    /// <summary>When a stop-loss last closed the asset, or null.</summary>
    public long? LastStopMs(string asset)
    {
        lock (_gate)
        {
            return _lastStop.TryGetValue(asset, out var ms) ? ms : null;
        }
    }

    /// <summary>Openings since a moment; of one asset, or of all.</summary>
    public (int Count, long LastMs) Entries(long sinceMs, string? asset = null)
    {
        lock (_gate)
        {
            var (count, last) = (0, 0L);
            foreach (var entry in _entries)
            {
                if (entry.AtMs > sinceMs && (asset is null || entry.Asset == asset))
                {
                    (count, last) = (count + 1, Math.Max(last, entry.AtMs));
                }
            }

            return (count, last);
        }
    }

    /// <summary>Equity at the first look on or after a day's beginning; null while there was none.</summary>
    public decimal? EquityAt(long dayStartMs)
    {
        lock (_gate)
        {
            decimal? found = null;
            for (var i = _firstOfDay.Count - 1; i >= 0 && _firstOfDay[i].Day >= dayStartMs / DayMs; i--)
            {
                found = _firstOfDay[i].Equity;
            }

            return found;
        }
    }

    /// <summary>Time of the first trade that is known, or null.</summary>
    public long? FirstTradeMs()
    {
        lock (_gate)
        {
            return _trades.Count == 0 ? null : _trades[0].ClosedMs;
        }
    }
}
