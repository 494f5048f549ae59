namespace Rez.Core.Reporting;

/// <summary>Reward for variability, and how much of it may be luck.</summary>
public static class SharpeRatio
{
    private const double EulerMascheroni = 0.5772156649015329;

    /// <summary>Mean excess return over its sample standard deviation, times √P (Sharpe 1994, arithmetic). NaN with fewer than two returns or without any deviation.</summary>
    public static double Of(ReadOnlySpan<double> excess, double periodsPerYear)
    {
        var deviation = ReturnMath.Deviation(excess);
        return deviation > 1e-18 ? ReturnMath.Mean(excess) / deviation * Math.Sqrt(periodsPerYear) : double.NaN;
    }

    /// <summary>
    /// Probability that the true Sharpe ratio (of a period, not annualised) exceeds a benchmark, given length, skewness and kurtosis of the returns:
    /// Φ((SR − SR*) √(n − 1) / √(1 − γ₃ SR + (γ₄ − 1)/4 SR²)) (Bailey, López de Prado 2012).
    /// </summary>
    public static double Probabilistic(ReadOnlySpan<double> excess, double benchmark = 0)
    {
        var values = ReturnMath.Observed(excess);
        var sharpe = Of(values, 1);
        var variance = 1 - (Moments.Skewness(values) * sharpe) + ((Moments.Kurtosis(values) - 1) / 4 * sharpe * sharpe);
        return variance > 0 && values.Length > 2 ? NormalDistribution.Cumulative((sharpe - benchmark) * Math.Sqrt(values.Length - 1) / Math.Sqrt(variance)) : double.NaN;
    }

    /// <summary>
    /// The probabilistic ratio against what the best of so many trials would show by luck alone: benchmark √V · ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e)))
    /// (Bailey, López de Prado 2014).
    /// </summary>
    /// <param name="trials">How many variants were tried.</param>
    /// <param name="trialVariance">Variance of their Sharpe ratios, not annualised.</param>
    public static double Deflated(ReadOnlySpan<double> excess, int trials, double trialVariance)
    {
        if (trials < 2)
        {
            return Probabilistic(excess);
        }

        var luck = Math.Sqrt(trialVariance)
            * (((1 - EulerMascheroni) * NormalDistribution.Inverse(1 - (1d / trials))) + (EulerMascheroni * NormalDistribution.Inverse(1 - (1 / (trials * Math.E)))));
        return Probabilistic(excess, luck);
    }
}

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    /// <summary>Φ(x), to about 1e-7 (Abramowitz and Stegun 7.1.26 on erf).</summary>
    public static double Cumulative(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        var z = Math.Abs(x) / Math.Sqrt(2);
        var t = 1 / (1 + (0.3275911 * z));
        var erf = 1 - (((((((((1.061405429 * t) - 1.453152027) * t) + 1.421413741) * t) - 0.284496736) * t) + 0.254829592) * t * Math.Exp(-z * z));
        return x >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
    }

    /// <summary>Φ⁻¹(p) by bisection on <see cref="Cumulative"/>; ±∞ at the ends.</summary>
    public static double Inverse(double p)
    {
        if (p is <= 0 or >= 1)
        {
            return p <= 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        var (low, high) = (-10d, 10d);
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            if (Cumulative(middle) < p)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return (low + high) / 2;
    }
}
