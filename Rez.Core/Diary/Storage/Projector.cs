using System.Text.Json;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Diary.Storage;

/// <summary>Totals over the whole diary.</summary>
public sealed record DiaryTotals
{
    public long Cycles { get; init; }

    public long FailedCycles { get; init; }

    public long Trades { get; init; }

    public long Wins { get; init; }

    public long Fills { get; init; }

    public decimal Volume { get; init; }

    public decimal FeesPaid { get; init; }

    public decimal FundingPaid { get; init; }

    public decimal NetPnl { get; init; }

    public long UnprotectedMs { get; init; }

    public decimal? FirstEquity { get; init; }

    public decimal? LastEquity { get; init; }

    public decimal PeakEquity { get; init; }

    /// <summary>Largest fall from a peak so far, as a fraction of it.</summary>
    public decimal MaxDrawdown { get; init; }

    public long EquityPoints { get; init; }
}

/// <summary>Folds facts into the read models: the same code while writing and on a rebuild.</summary>
internal sealed class Projector(ReadModel model)
{
    private readonly TradeFold _fold = new();
    private readonly Dictionary<string, (decimal? Stop, decimal? Target)> _levels = new(StringComparer.Ordinal);
    private DiaryTotals _totals = new();
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private bool _totalsChanged;
    private (string CycleId, long Seq)? _capsule;

    /// <summary>Goes on from stored read models.</summary>
    public void Restore(IEnumerable<PositionRow> positions, IEnumerable<OrderRow> openOrders, DiaryTotals totals)
    {
        var rows = positions.ToArray();
        _fold.Restore(
            rows.Select(ToLedger), totals.Trades,
            openOrders.Select(o => (new Cloid(o.Cloid), new KnownOrder(o.CycleId, o.Code, o.Size, o.FilledSize, o.Trigger is null ? null : Enum.Parse<TriggerKind>(o.Trigger)))));
        _totals = totals;
        foreach (var row in rows)
        {
            _levels[row.Asset] = (row.Stop, row.Target);
        }
    }

    public void Apply(DiaryFact fact, long seq, long atMs, string? cycleId)
    {
        switch (fact)
        {
            case FillBooked f:
                Book(f.Fill, seq);
                break;
            case FundingBooked f:
                _fold.Ledger.Book(f.Payment);
                _touched.Add(f.Payment.Asset);
                Total(_totals with { FundingPaid = _totals.FundingPaid + f.Payment.Usd });
                break;
            case OrderSending s:
                Sending(s, atMs, cycleId);
                break;
            case OrderOutcome o:
                Outcome(o);
                break;
            case CancelOutcome { Cloid: { } cloid, State: SendState.Confirmed } c:
                model.OrderStatus(cloid, "canceled", c.Oid, c.Detail);
                _fold.Ended(cloid);
                break;
            case ProtectionLevel l:
                _levels[l.Asset] = (l.Stop, l.Target);
                _touched.Add(l.Asset);
                break;
            case ProtectionRestored r:
                Total(_totals with { UnprotectedMs = _totals.UnprotectedMs + r.UnprotectedMs });
                break;
            case PositionAdopted a:
                _fold.Ledger.Adopt(a.Asset, a.SignedSize, a.EntryPrice, atMs);
                _touched.Add(a.Asset);
                break;
            case AccountSynced a:
                Equity(a, atMs);
                break;
            case CapsuleSealed:
                _capsule = cycleId is null ? null : (cycleId, seq);
                break;
            case CycleCompleted c:
                Completed(c, seq, atMs, cycleId!);
                break;
            case CycleFailed f:
                model.Cycle(new CycleRow
                {
                    Id = cycleId!, Number = f.Number, StartedMs = f.StartedMs, EndedMs = atMs, Status = "failed", Error = $"{f.Stage}: {f.Why}", Seq = seq,
                });
                Total(_totals with { FailedCycles = _totals.FailedCycles + 1 });
                break;
            case ControlChanged c:
                model.State("control", new ControlState(c.AutoTrading, c.Halted, c.Paused, c.By, c.Why, atMs)
                {
                    Reducing = c.Reducing ?? false, UntilMs = c.UntilMs, AcceptedMs = c.AcceptedMs ?? 0,
                });
                break;
            case SessionStarted s:
                model.State("session", s);
                break;
        }
    }

    /// <summary>Writes what is kept once a transaction, not once an event.</summary>
    public void EndBatch()
    {
        foreach (var asset in _touched)
        {
            Write(asset);
        }

        _touched.Clear();
        if (_totalsChanged)
        {
            model.State("totals", _totals);
            _totalsChanged = false;
        }
    }

    internal static LedgerPosition ToLedger(PositionRow r) => new()
    {
        Asset = r.Asset,
        SignedSize = r.SignedSize,
        AverageCost = r.AverageCost,
        EntryValue = r.EntryValue,
        EntrySize = r.EntrySize,
        ExitValue = r.ExitValue,
        ExitSize = r.ExitSize,
        Gross = r.Gross,
        Fees = r.Fees,
        Funding = r.Funding,
        OpenedMs = r.OpenedMs,
        OpenCycleId = r.OpenCycleId,
    };

    private void Book(Fill fill, long seq)
    {
        var (known, isWhole, closed) = _fold.Book(fill);
        if (known is not null)
        {
            model.OrderFilled(fill.Cloid!.Value, isWhole ? "filled" : "partly-filled", known.Filled, fill.Oid);
        }

        model.Fill(fill, known?.CycleId, seq);
        Total(_totals with { Fills = _totals.Fills + 1, FeesPaid = _totals.FeesPaid + fill.Fee, Volume = _totals.Volume + (fill.Price * fill.Size) });
        if (closed is not null)
        {
            model.Trade(closed);
            _levels.Remove(fill.Asset);
            Total(_totals with { Trades = closed.Number, Wins = _totals.Wins + (closed.Net > 0 ? 1 : 0), NetPnl = _totals.NetPnl + closed.Net });
        }

        _touched.Add(fill.Asset);
    }

    private void Write(string asset)
    {
        if (_fold.Ledger.Positions.TryGetValue(asset, out var position))
        {
            var (stop, target) = _levels.GetValueOrDefault(asset);
            model.Position(position, stop, target);
        }
        else
        {
            model.Flat(asset);
        }
    }

    private void Sending(OrderSending s, long atMs, string? cycleId)
    {
        _fold.Sent(s, cycleId);
        foreach (var leg in s.Request.Legs)
        {
            model.Order(new OrderRow
            {
                Cloid = leg.Cloid.Value,
                Asset = s.Request.Asset,
                Purpose = leg.Trigger is null ? s.Purpose : "protection",
                Code = s.Code,
                Side = leg.Side.ToString(),
                Size = leg.Size,
                LimitPrice = leg.LimitPrice,
                TriggerPrice = leg.TriggerPrice,
                Trigger = leg.Trigger?.ToString(),
                CycleId = cycleId,
                Status = "sending",
                SentMs = atMs,
            });
        }
    }

    private void Outcome(OrderOutcome o)
    {
        for (var i = 0; i < o.Cloids.Length; i++)
        {
            var leg = i < o.Legs.Length ? o.Legs[i] : null;
            var status = o.State switch
            {
                SendState.Unresolved => "unresolved",
                SendState.Rejected => "rejected",
                _ => leg?.State switch
                {
                    LegState.Resting => "resting",
                    LegState.Filled => "filled",
                    LegState.WaitingForFill => "waiting",
                    LegState.WaitingForTrigger => "live",
                    _ => "rejected",
                },
            };
            model.OrderStatus(o.Cloids[i], status, leg?.Oid, leg?.Error ?? o.Detail);
            if (status == "rejected")
            {
                _fold.Ended(o.Cloids[i]);
            }
        }
    }

    private void Equity(AccountSynced a, long atMs)
    {
        var peak = Math.Max(_totals.PeakEquity, a.Equity);
        Total(_totals with
        {
            EquityPoints = _totals.EquityPoints + 1,
            FirstEquity = _totals.FirstEquity ?? a.Equity,
            LastEquity = a.Equity,
            PeakEquity = peak,
            MaxDrawdown = peak > 0 ? Math.Max(_totals.MaxDrawdown, (peak - a.Equity) / peak) : 0,
        });
        model.Equity(new EquityRow
        {
            Number = _totals.EquityPoints, AtMs = atMs, Equity = a.Equity, Cash = a.Cash, UnrealisedPnl = a.UnrealisedPnl, Benchmark = a.Benchmark,
        });
    }

    private void Completed(CycleCompleted c, long seq, long atMs, string cycleId)
    {
        model.Cycle(new CycleRow
        {
            Id = cycleId,
            Number = c.Number,
            StartedMs = c.StartedMs,
            EndedMs = atMs,
            Status = "completed",
            Decider = c.Decider,
            Summary = c.Summary,
            Equity = c.Equity,
            Lines = JsonSerializer.Serialize(c.Lines, DiaryTypes.Json),
            Stages = JsonSerializer.Serialize(c.Stages, DiaryTypes.Json),
            CapsuleHash = c.CapsuleHash,
            Acted = c.Lines.Any(l => l.Asked != CycleLine.Hold),
            CapsuleSeq = _capsule is { } capsule && capsule.CycleId == cycleId ? capsule.Seq : null,
            Seq = seq,
        });
        Total(_totals with { Cycles = _totals.Cycles + 1 });
    }

    private void Total(DiaryTotals totals)
    {
        _totals = totals;
        _totalsChanged = true;
    }
}
