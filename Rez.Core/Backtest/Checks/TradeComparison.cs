using System.Collections.Immutable;
using Rez.Core.Trading;

namespace Rez.Core.Backtest.Checks;

/// <summary>A trade of a record beside the one of the backtest.</summary>
/// <param name="Recorded">Null where only the backtest has it.</param>
/// <param name="Tested">Null where only the record has it.</param>
public sealed record TradePair(ClosedTrade? Recorded, ClosedTrade? Tested)
{
    public bool IsMatched => Recorded is not null && Tested is not null;

    /// <summary>How much worse the record entered, basis points of the price; below zero for better.</summary>
    public double? EntrySlipBps => IsMatched ? Bps(Tested!.EntryPrice, Recorded!.EntryPrice, Recorded.Direction.Sign()) : null;

    public double? ExitSlipBps => IsMatched ? Bps(Tested!.ExitPrice, Recorded!.ExitPrice, -Recorded.Direction.Sign()) : null;

    public decimal? NetDifference => IsMatched ? Recorded!.Net - Tested!.Net : null;

    public bool IsSame => IsMatched && (Recorded!.Size, Recorded.EntryPrice, Recorded.ExitPrice, Recorded.OpenedMs, Recorded.ClosedMs, Recorded.ExitCode)
        == (Tested!.Size, Tested.EntryPrice, Tested.ExitPrice, Tested.OpenedMs, Tested.ClosedMs, Tested.ExitCode);

    private static double Bps(decimal tested, decimal recorded, int sign) => (double)((recorded - tested) / tested * 10_000m * sign);
}

/// <summary>A record of trades against a backtest over the same span, trade by trade.</summary>
public sealed record TradeComparison(ImmutableArray<TradePair> Pairs)
{
    public int Same => Pairs.Count(p => p.IsSame);

    public int Matched => Pairs.Count(p => p.IsMatched);

    public int OnlyRecorded => Pairs.Count(p => p.Tested is null);

    public int OnlyTested => Pairs.Count(p => p.Recorded is null);

    public decimal NetRecorded => Pairs.Sum(p => p.Recorded?.Net ?? 0);

    public decimal NetTested => Pairs.Sum(p => p.Tested?.Net ?? 0);

    /// <summary>Matches trades of one asset and direction whose openings are nearest, at most so far apart; each at most once.</summary>
    public static TradeComparison Of(IEnumerable<ClosedTrade> recorded, IEnumerable<ClosedTrade> tested, TimeSpan tolerance)
    {
        var left = tested.ToList();
        var pairs = new List<TradePair>();
        foreach (var trade in recorded.OrderBy(t => t.OpenedMs).ThenBy(t => t.Asset, StringComparer.Ordinal))
        {
            var nearest = left.Where(t => t.Asset == trade.Asset && t.Direction == trade.Direction && Math.Abs(t.OpenedMs - trade.OpenedMs) <= tolerance.TotalMilliseconds)
                .MinBy(t => (Math.Abs(t.OpenedMs - trade.OpenedMs), Math.Abs(t.ClosedMs - trade.ClosedMs)));
            if (nearest is not null)
            {
                left.Remove(nearest);
            }

            pairs.Add(new TradePair(trade, nearest));
        }

        pairs.AddRange(left.Select(t => new TradePair(null, t)));
        return new TradeComparison([.. pairs.OrderBy(p => (p.Recorded ?? p.Tested)!.OpenedMs)]);
    }
}
