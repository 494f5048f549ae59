using System.Data.Common;
using System.Text.Json;
using Rez.Core.Trading;

namespace Rez.Core.Diary.Storage;

/// <summary>Writes read-model rows on the diary's own connection and transaction.</summary>
internal sealed class ReadModel(DbConnection connection) : IDisposable
{
    public static readonly string[] Tables = ["cycles", "orders", "fills", "positions", "trades", "equity_points", "state"];

    private readonly PreparedCommand _cycle = PreparedCommand.Upsert(connection, "cycles", 1,
        "id", "number", "started_ms", "ended_ms", "status", "decider", "summary", "equity", "lines", "stages", "capsule_hash", "capsule_seq", "error", "acted", "seq");

    private readonly PreparedCommand _order = PreparedCommand.Upsert(connection, "orders", 1,
        "cloid", "asset", "purpose", "code", "side", "size", "limit_price", "trigger_price", "trigger", "cycle_id", "status", "sent_ms", "oid", "filled_size", "detail");

    private readonly PreparedCommand _orderOutcome = new(connection, "UPDATE orders SET status = @1, oid = coalesce(@2, oid), detail = @3 WHERE cloid = @0", 4);

    private readonly PreparedCommand _orderFilled = new(connection, "UPDATE orders SET status = @1, filled_size = @2, oid = @3 WHERE cloid = @0", 4);

    private readonly PreparedCommand _fill = PreparedCommand.Upsert(connection, "fills", 3,
        "time_ms", "asset", "tid", "oid", "cloid", "side", "price", "size", "fee", "closed_pnl", "is_taker", "is_liquidation", "trigger", "cycle_id", "seq");

    private readonly PreparedCommand _position = PreparedCommand.Upsert(connection, "positions", 1,
        "asset", "signed_size", "average_cost", "entry_value", "entry_size", "exit_value", "exit_size", "gross", "fees", "funding", "opened_ms", "open_cycle_id", "stop", "target");

    private readonly PreparedCommand _flat = new(connection, "DELETE FROM positions WHERE asset = @0", 1);

    private readonly PreparedCommand _trade = PreparedCommand.Upsert(connection, "trades", 1,
        "number", "asset", "direction", "size", "entry_price", "exit_price", "opened_ms", "closed_ms", "gross_pnl", "fees", "funding", "net", "exit_code", "open_cycle_id", "close_cycle_id");

    private readonly PreparedCommand _equity = PreparedCommand.Upsert(connection, "equity_points", 1,
        "number", "at_ms", "equity", "cash", "unrealised_pnl", "benchmark");

    private readonly PreparedCommand _state = PreparedCommand.Upsert(connection, "state", 1, "key", "value");

    /// <summary>The transaction that the next writes belong to.</summary>
    public DbTransaction Transaction { get; set; } = null!;

    public void Cycle(CycleRow r) => _cycle.Run(
        Transaction, r.Id, r.Number, r.StartedMs, r.EndedMs, r.Status, r.Decider, r.Summary, r.Equity, r.Lines, r.Stages, r.CapsuleHash, r.CapsuleSeq, r.Error, r.Acted, r.Seq);

    public void Order(OrderRow r) => _order.Run(
        Transaction, r.Cloid, r.Asset, r.Purpose, r.Code, r.Side, r.Size, r.LimitPrice, r.TriggerPrice, r.Trigger, r.CycleId, r.Status, r.SentMs, r.Oid, r.FilledSize, r.Detail);

    public void OrderStatus(Cloid cloid, string status, long? oid, string? detail) => _orderOutcome.Run(Transaction, cloid.Value, status, oid, detail);

    public void OrderFilled(Cloid cloid, string status, decimal filled, long oid) => _orderFilled.Run(Transaction, cloid.Value, status, filled, oid);

    public void Fill(Fill f, string? cycleId, long seq) => _fill.Run(
        Transaction, f.TimeMs, f.Asset, f.Tid, f.Oid, f.Cloid?.Value, f.Side.ToString(), f.Price, f.Size, f.Fee, f.ClosedPnl, f.IsTaker, f.IsLiquidation, f.Trigger?.ToString(), cycleId, seq);

    public void Position(LedgerPosition p, decimal? stop, decimal? target) => _position.Run(
        Transaction, p.Asset, p.SignedSize, p.AverageCost, p.EntryValue, p.EntrySize, p.ExitValue, p.ExitSize, p.Gross, p.Fees, p.Funding, p.OpenedMs, p.OpenCycleId, stop, target);

    public void Flat(string asset) => _flat.Run(Transaction, asset);

    public void Trade(ClosedTrade t) => _trade.Run(
        Transaction, t.Number, t.Asset, t.Direction.ToString(), t.Size, t.EntryPrice, t.ExitPrice, t.OpenedMs, t.ClosedMs, t.GrossPnl, t.Fees, t.Funding, t.Net, t.ExitCode, t.OpenCycleId, t.CloseCycleId);

    public void Equity(EquityRow r) => _equity.Run(Transaction, r.Number, r.AtMs, r.Equity, r.Cash, r.UnrealisedPnl, r.Benchmark);

    public void State(string key, object value) => _state.Run(Transaction, key, JsonSerializer.Serialize(value, DiaryTypes.Json));

    public void Dispose()
    {
        foreach (var command in new[] { _cycle, _order, _orderOutcome, _orderFilled, _fill, _position, _flat, _trade, _equity, _state })
        {
            command.Dispose();
        }
    }
}
