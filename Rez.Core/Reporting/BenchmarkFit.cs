namespace Rez.Core.Reporting;

/// <summary>Returns beside those of a benchmark, by least squares.</summary>
/// <param name="Alpha">Annualised intercept: (1 + a)^P − 1.</param>
/// <param name="Beta">Covariance over the benchmark's variance.</param>
/// <param name="Information">Mean over deviation of the difference, not annualised.</param>
public sealed record BenchmarkFit(double Alpha, double Beta, double Correlation, double Information)
{
    public static BenchmarkFit Of(ReadOnlySpan<double> returns, ReadOnlySpan<double> benchmark, double periodsPerYear)
    {
        var n = Math.Min(returns.Length, benchmark.Length);
        var (own, other) = (new List<double>(n), new List<double>(n));
        for (var i = 0; i < n; i++)
        {
            if (!double.IsNaN(returns[i]) && !double.IsNaN(benchmark[i]))
            {
                own.Add(returns[i]);
                other.Add(benchmark[i]);
            }
        }

        if (own.Count < 2)
        {
            return new BenchmarkFit(double.NaN, double.NaN, double.NaN, double.NaN);
        }

        var (meanOwn, meanOther) = (own.Average(), other.Average());
        var (covariance, variance, ownVariance) = (0d, 0d, 0d);
        for (var i = 0; i < own.Count; i++)
        {
            covariance += (own[i] - meanOwn) * (other[i] - meanOther);
            variance += (other[i] - meanOther) * (other[i] - meanOther);
            ownVariance += (own[i] - meanOwn) * (own[i] - meanOwn);
        }

        var beta = variance > 0 ? covariance / variance : double.NaN;
        var active = own.Zip(other, (a, b) => a - b).ToArray();
        var deviation = ReturnMath.Deviation(active);
        return new BenchmarkFit(
            Math.Pow(1 + meanOwn - (beta * meanOther), periodsPerYear) - 1, beta, variance > 0 && ownVariance > 0 ? covariance / Math.Sqrt(variance * ownVariance) : double.NaN,
            deviation > 0 ? active.Average() / deviation : double.NaN);
    }
}
