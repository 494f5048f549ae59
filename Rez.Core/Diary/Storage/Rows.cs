namespace Rez.Core.Diary.Storage;

/// <summary>A row of <c>events</c>: the diary itself. Everything else can be rebuilt from it.</summary>
public sealed class EventRow
{
    public long Seq { get; set; }

    public long AtMs { get; set; }

    public string? CycleId { get; set; }

    public required string Stream { get; set; }

    public required string Type { get; set; }

    public int Version { get; set; }

    /// <summary>UTF-8 JSON, the very bytes that were hashed.</summary>
    public required byte[] Payload { get; set; }

    public required byte[] PrevHash { get; set; }

    public required byte[] Hash { get; set; }
}

public sealed class CycleRow
{
    public required string Id { get; set; }

    public long Number { get; set; }

    public long StartedMs { get; set; }

    public long EndedMs { get; set; }

    /// <summary>completed or failed.</summary>
    public required string Status { get; set; }

    public string? Decider { get; set; }

    public string? Summary { get; set; }

    public decimal? Equity { get; set; }

    /// <summary>JSON array of the cycle's lines: asked, gated, done.</summary>
    public string? Lines { get; set; }

    /// <summary>JSON object of the stages' wall-clock milliseconds.</summary>
    public string? Stages { get; set; }

    public string? CapsuleHash { get; set; }

    public long? CapsuleSeq { get; set; }

    public string? Error { get; set; }

    /// <summary>Whether anything but holding was asked for.</summary>
    public bool Acted { get; set; }

    /// <summary>Sequence number of the event that ended the cycle.</summary>
    public long Seq { get; set; }
}

public sealed class OrderRow
{
    public required string Cloid { get; set; }

    public required string Asset { get; set; }

    /// <summary>entry, exit or protection.</summary>
    public required string Purpose { get; set; }

    /// <summary>Exit code of an exit.</summary>
    public string? Code { get; set; }

    public required string Side { get; set; }

    public decimal Size { get; set; }

    public decimal LimitPrice { get; set; }

    public decimal? TriggerPrice { get; set; }

    public string? Trigger { get; set; }

    public string? CycleId { get; set; }

    /// <summary>sending, resting, filled, waiting, live, rejected, unresolved or canceled.</summary>
    public required string Status { get; set; }

    public long SentMs { get; set; }

    public long? Oid { get; set; }

    public decimal FilledSize { get; set; }

    public string? Detail { get; set; }
}

public sealed class FillRow
{
    public long TimeMs { get; set; }

    public required string Asset { get; set; }

    public long Tid { get; set; }

    public long Oid { get; set; }

    public string? Cloid { get; set; }

    public required string Side { get; set; }

    public decimal Price { get; set; }

    public decimal Size { get; set; }

    public decimal Fee { get; set; }

    public decimal ClosedPnl { get; set; }

    public bool IsTaker { get; set; }

    public bool IsLiquidation { get; set; }

    public string? Trigger { get; set; }

    public string? CycleId { get; set; }

    public long Seq { get; set; }
}

/// <summary>An open position as the diary has it, with what the ledger needs to go on.</summary>
public sealed class PositionRow
{
    public required string Asset { get; set; }

    public decimal SignedSize { get; set; }

    public decimal AverageCost { get; set; }

    public decimal EntryValue { get; set; }

    public decimal EntrySize { get; set; }

    public decimal ExitValue { get; set; }

    public decimal ExitSize { get; set; }

    public decimal Gross { get; set; }

    public decimal Fees { get; set; }

    public decimal Funding { get; set; }

    public long OpenedMs { get; set; }

    public string? OpenCycleId { get; set; }

    public decimal? Stop { get; set; }

    public decimal? Target { get; set; }
}

public sealed class TradeRow
{
    public long Number { get; set; }

    public required string Asset { get; set; }

    public required string Direction { get; set; }

    public decimal Size { get; set; }

    public decimal EntryPrice { get; set; }

    public decimal ExitPrice { get; set; }

    public long OpenedMs { get; set; }

    public long ClosedMs { get; set; }

    public decimal GrossPnl { get; set; }

    public decimal Fees { get; set; }

    public decimal Funding { get; set; }

    public decimal Net { get; set; }

    public required string ExitCode { get; set; }

    public string? OpenCycleId { get; set; }

    public string? CloseCycleId { get; set; }
}

public sealed class EquityRow
{
    /// <summary>1, 2, 3, …: lets a chart take every n-th point.</summary>
    public long Number { get; set; }

    public long AtMs { get; set; }

    public decimal Equity { get; set; }

    public decimal Cash { get; set; }

    public decimal UnrealisedPnl { get; set; }

    public decimal? Benchmark { get; set; }
}

/// <summary>One value of the projected state: totals and the control switch.</summary>
public sealed class StateRow
{
    public required string Key { get; set; }

    public required string Value { get; set; }
}
