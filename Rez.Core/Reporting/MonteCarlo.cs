using Rez.Core.Market;

namespace Rez.Core.Reporting;

/// <summary>Percentiles of a figure over many resamplings.</summary>
public sealed record Band(double P5, double P25, double P50, double P75, double P95, double Worst, double Best)
{
    internal static Band Of(double[] values) => new(
        ValueAtRisk.Percentile(values, 0.05), ValueAtRisk.Percentile(values, 0.25), ValueAtRisk.Percentile(values, 0.5), ValueAtRisk.Percentile(values, 0.75), ValueAtRisk.Percentile(values, 0.95), values.Min(), values.Max());
}

/// <summary>What luck could have made of the same trades.</summary>
/// <param name="ShuffledDrawdown">Largest drawdown with the trades in another order: the end is the same, the way is not.</param>
/// <param name="BootstrapReturn">Total return with blocks of trades drawn with replacement.</param>
/// <param name="BootstrapDrawdown">Largest drawdown of those.</param>
/// <param name="LossProbability">Share of those that ended below where they began.</param>
public sealed record MonteCarlo(int Trades, int Runs, ulong Seed, int Block, Band ShuffledDrawdown, Band BootstrapReturn, Band BootstrapDrawdown, double LossProbability)
{
    /// <summary>Resamples the nets of closed trades as shares of the initial equity; blocks keep what follows on each other together. One seed, one result.</summary>
    public static MonteCarlo Of(IReadOnlyList<double> nets, double initialEquity, int runs, int block, ulong seed)
    {
        var random = new SeededRandom(seed);
        var (shuffled, returns, falls) = (new double[runs], new double[runs], new double[runs]);
        var order = nets.ToArray();
        var drawn = new double[nets.Count];
        for (var run = 0; run < runs; run++)
        {
            for (var i = order.Length - 1; i > 0; i--)
            {
                var j = (int)(random.NextDouble() * (i + 1));
                (order[i], order[j]) = (order[j], order[i]);
            }

            shuffled[run] = Drawdowns.Of(Equity(order, initialEquity)).Max;
            for (var i = 0; i < drawn.Length;)
            {
                var from = (int)(random.NextDouble() * nets.Count);
                for (var k = 0; k < block && i < drawn.Length; k++, i++)
                {
                    drawn[i] = nets[(from + k) % nets.Count];
                }
            }

            var equity = Equity(drawn, initialEquity);
            returns[run] = (equity[^1] / initialEquity) - 1;
            falls[run] = Drawdowns.Of(equity).Max;
        }

        return new MonteCarlo(nets.Count, runs, seed, block, Band.Of(shuffled), Band.Of(returns), Band.Of(falls), returns.Count(r => r < 0) / (double)runs);
    }

    private static double[] Equity(double[] nets, double initial)
    {
        var equity = new double[nets.Length + 1];
        equity[0] = initial;
        for (var i = 0; i < nets.Length; i++)
        {
            equity[i + 1] = equity[i] + nets[i];
        }

        return equity;
    }
}
