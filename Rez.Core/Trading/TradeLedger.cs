using System.Security.Cryptography;
using System.Text;

namespace Rez.Core.Trading;

/// <summary>Why a position was closed.</summary>
public static class ExitCodes
{
    public const string TakeProfit = "EXIT_TP";
    public const string StopLoss = "EXIT_SL";
    public const string Signal = "EXIT_SIGNAL";
    public const string Manual = "EXIT_MANUAL";

    /// <summary>A condition of the exit plan came true on a closed candle.</summary>
    public const string Plan = "EXIT_INVALIDATED";
    /// <summary>A stop that had been moved along with the market.</summary>
    public const string Trail = "EXIT_TRAIL";

    /// <summary>Held as long as it may be.</summary>
    public const string Time = "EXIT_TIME";

    /// <summary>The price came back to fair value, or the signal turned.</summary>
    public const string Fair = "EXIT_FAIR";

    public const string Risk = "EXIT_RISK";
    public const string Liquidated = "EXIT_LIQUIDATED";

    /// <summary>Auto-deleveraging: the venue closed it against a liquidation.</summary>
    public const string Deleveraged = "EXIT_ADL";

    /// <summary>Closed by an order the diary does not know (by hand, another program).</summary>
    public const string Foreign = "EXIT_FOREIGN";
}

/// <summary>A round trip: from flat to flat.</summary>
/// <param name="Number">1 for the first trade of the diary.</param>
/// <param name="Size">Base units entered in total.</param>
/// <param name="EntryPrice">Size-weighted average.</param>
/// <param name="ExitPrice">Size-weighted average.</param>
/// <param name="GrossPnl">USD, before fees and funding.</param>
/// <param name="Fees">USD paid on all its fills.</param>
/// <param name="Funding">USD paid while open; below zero received.</param>
public sealed record ClosedTrade(
    long Number,
    string Asset,
    Direction Direction,
    decimal Size,
    decimal EntryPrice,
    decimal ExitPrice,
    long OpenedMs,
    long ClosedMs,
    decimal GrossPnl,
    decimal Fees,
    decimal Funding,
    string ExitCode,
    string? OpenCycleId,
    string? CloseCycleId)
{
    public decimal Net => GrossPnl - Fees - Funding;
}

/// <summary>A position as the ledger has it: enough to go on after a restart.</summary>
public sealed record LedgerPosition
{
    public required string Asset { get; init; }

    /// <summary>Base units, signed.</summary>
    public decimal SignedSize { get; init; }

    /// <summary>Average price of what is still open: weighted on increases, unchanged on reductions, as the venue has it.</summary>
    public decimal AverageCost { get; init; }

    /// <summary>USD paid for all entries together.</summary>
    public decimal EntryValue { get; init; }

    public decimal EntrySize { get; init; }

    public decimal ExitValue { get; init; }

    public decimal ExitSize { get; init; }

    public decimal Gross { get; init; }

    public decimal Fees { get; init; }

    public decimal Funding { get; init; }

    public long OpenedMs { get; init; }

    public string? OpenCycleId { get; init; }

    /// <summary>Average price of all entries, reduced parts included: what a closed trade reports.</summary>
    public decimal EntryPrice => EntrySize == 0 ? 0 : EntryValue / EntrySize;

    public Direction Direction => SignedSize >= 0 ? Direction.Long : Direction.Short;
}

/// <summary>
/// Folds fills and funding into positions and round trips. Pure and deterministic: the same fills give the same trades, in
/// the diary's projection, in a backtest and after a rebuild.
/// </summary>
public sealed class TradeLedger
{
    private readonly SortedDictionary<string, LedgerPosition> _positions = new(StringComparer.Ordinal);

    public TradeLedger(IEnumerable<LedgerPosition>? positions = null, long closedTrades = 0)
    {
        foreach (var p in positions ?? [])
        {
            _positions.Add(p.Asset, p);
        }

        ClosedTrades = closedTrades;
    }

    public IReadOnlyDictionary<string, LedgerPosition> Positions => _positions;

    public long ClosedTrades { get; private set; }

    /// <summary>Books a fill.</summary>
    /// <param name="cycleId">Cycle whose order it belongs to, if known.</param>
    /// <param name="exitCode">Why it closes, if it does.</param>
    /// <returns>The trade it closed, or null.</returns>
    public ClosedTrade? Book(Fill fill, string? cycleId, string exitCode)
    {
        var p = _positions.GetValueOrDefault(fill.Asset);
        var sign = fill.Side.Sign();
        var held = p?.SignedSize ?? 0;
        var closing = Math.Sign(held) == -sign ? Math.Min(Math.Abs(held), fill.Size) : 0;
        var opening = fill.Size - closing;
        ClosedTrade? closed = null;
        if (closing > 0)
        {
            var share = closing / fill.Size;
            p = p! with
            {
                SignedSize = held + (closing * sign),
                ExitValue = p.ExitValue + (closing * fill.Price),
                ExitSize = p.ExitSize + closing,
                Gross = p.Gross + (closing * (fill.Price - p.AverageCost) * Math.Sign(held)),
                Fees = p.Fees + (fill.Fee * share),
            };
            if (p.SignedSize == 0)
            {
                closed = Close(p, Math.Sign(held), fill, exitCode, cycleId);
                p = null;
            }
        }

        if (opening > 0)
        {
            p ??= new LedgerPosition { Asset = fill.Asset, OpenedMs = fill.TimeMs, OpenCycleId = cycleId };
            var open = Math.Abs(p.SignedSize);
            p = p with
            {
                AverageCost = ((p.AverageCost * open) + (fill.Price * opening)) / (open + opening),
                SignedSize = p.SignedSize + (opening * sign),
                EntryValue = p.EntryValue + (opening * fill.Price),
                EntrySize = p.EntrySize + opening,
                Fees = p.Fees + (fill.Fee * opening / fill.Size),
            };
        }

        if (p is null)
        {
            _positions.Remove(fill.Asset);
        }
        else
        {
            _positions[fill.Asset] = p;
        }

        return closed;
    }

    public void Book(FundingPayment payment)
    {
        if (_positions.TryGetValue(payment.Asset, out var p))
        {
            _positions[payment.Asset] = p with { Funding = p.Funding + payment.Usd };
        }
    }

    /// <summary>Takes over what the venue says of an asset: its position becomes this one, or none when the size is zero.</summary>
    public void Adopt(string asset, decimal signedSize, decimal entryPrice, long openedMs)
    {
        if (signedSize == 0)
        {
            _positions.Remove(asset);
            return;
        }

        _positions[asset] = new LedgerPosition
        {
            Asset = asset,
            SignedSize = signedSize,
            AverageCost = entryPrice,
            EntryValue = Math.Abs(signedSize) * entryPrice,
            EntrySize = Math.Abs(signedSize),
            OpenedMs = openedMs,
        };
    }

    /// <summary>
    /// SHA-256 over all closed trades in order, one line each: the fingerprint that may not change when only speed does.
    /// </summary>
    public static string Hash(IEnumerable<ClosedTrade> trades)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var t in trades)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(
                $"{t.Asset}|{t.Direction}|{Plain(t.Size)}|{Plain(t.EntryPrice)}|{Plain(t.ExitPrice)}|{t.OpenedMs}|{t.ClosedMs}|{Plain(t.GrossPnl)}|{Plain(t.Fees)}|{Plain(t.Funding)}|{t.ExitCode}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Plain(decimal value) => decimal.Round(value, 10).ToString("0.##########");

    private ClosedTrade Close(LedgerPosition p, int sign, Fill fill, string exitCode, string? cycleId) => new(
        ++ClosedTrades,
        p.Asset,
        sign > 0 ? Direction.Long : Direction.Short,
        p.EntrySize,
        p.EntryPrice,
        p.ExitValue / p.ExitSize,
        p.OpenedMs,
        fill.TimeMs,
        p.Gross,
        p.Fees,
        p.Funding,
        exitCode,
        p.OpenCycleId,
        cycleId);
}
