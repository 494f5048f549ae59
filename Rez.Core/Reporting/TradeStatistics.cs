using Rez.Core.Trading;

namespace Rez.Core.Reporting;

/// <summary>What closed trades add up to. Money in USD after fees and funding; a trade of exactly nothing is neither won nor lost.</summary>
/// <param name="ProfitFactor">Won over lost USD; infinite where nothing was lost, NaN without trades.</param>
/// <param name="Expectancy">Mean net of a trade.</param>
/// <param name="Sqn">System quality number: √n · mean / deviation of the nets (Tharp).</param>
/// <param name="Kelly">Share of capital that maximises growth: W − (1 − W) / (average win / average loss).</param>
/// <param name="HoldMinutes">Mean holding time.</param>
public sealed record TradeStatistics(
    int Trades, int Wins, int Losses, double WinRate, double Net, double Gross, double Fees, double Funding, double ProfitFactor, double Expectancy, double AverageWin, double AverageLoss, double Best, double Worst, double Sqn,
    double Kelly, int LongestWinStreak, int LongestLossStreak, double HoldMinutes, double MedianHoldMinutes, double LongestHoldMinutes)
{
    public static TradeStatistics Of(IReadOnlyCollection<ClosedTrade> trades)
    {
        var nets = trades.Select(t => (double)t.Net).ToArray();
        var wins = nets.Where(n => n > 0).ToArray();
        var losses = nets.Where(n => n < 0).ToArray();
        var (won, lost) = (wins.Sum(), -losses.Sum());
        var (averageWin, averageLoss) = (wins.Length > 0 ? wins.Average() : 0, losses.Length > 0 ? losses.Average() : 0);
        var rate = nets.Length > 0 ? wins.Length / (double)nets.Length : double.NaN;
        var holds = trades.Select(t => (t.ClosedMs - t.OpenedMs) / 60_000d).ToArray();
        var deviation = ReturnMath.Deviation(nets);
        return new TradeStatistics(
            nets.Length, wins.Length, losses.Length, rate, nets.Sum(), trades.Sum(t => (double)t.GrossPnl), trades.Sum(t => (double)t.Fees), trades.Sum(t => (double)t.Funding),
            lost > 0 ? won / lost : won > 0 ? double.PositiveInfinity : double.NaN, nets.Length > 0 ? nets.Average() : double.NaN, averageWin, averageLoss, nets.Length > 0 ? nets.Max() : double.NaN,
            nets.Length > 0 ? nets.Min() : double.NaN, deviation > 0 ? Math.Sqrt(nets.Length) * nets.Average() / deviation : double.NaN,
            averageLoss < 0 && averageWin > 0 ? rate - ((1 - rate) / (averageWin / -averageLoss)) : double.NaN, Streak(nets, n => n > 0), Streak(nets, n => n < 0), holds.Length > 0 ? holds.Average() : double.NaN,
            ValueAtRisk.Percentile(holds, 0.5), holds.Length > 0 ? holds.Max() : double.NaN);
    }

    private static int Streak(double[] nets, Func<double, bool> counts)
    {
        var (longest, now) = (0, 0);
        foreach (var net in nets)
        {
            now = counts(net) ? now + 1 : 0;
            longest = Math.Max(longest, now);
        }

        return longest;
    }
}
