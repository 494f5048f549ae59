namespace Rez.Core.Reporting;

/// <summary>Shape of a distribution: population moments.</summary>
public static class Moments
{
    /// <summary>m₃ / m₂^1.5; 0 for a symmetric one. NaN where nothing deviates.</summary>
    public static double Skewness(ReadOnlySpan<double> values) => Central(values, 3) / Math.Pow(Central(values, 2), 1.5);

    /// <summary>m₄ / m₂²; 3 for a normal one. NaN where nothing deviates.</summary>
    public static double Kurtosis(ReadOnlySpan<double> values) => Central(values, 4) / Math.Pow(Central(values, 2), 2);

    /// <summary>The 95th percentile over the 5th, both without sign (empyrical's definition).</summary>
    public static double TailRatio(ReadOnlySpan<double> values)
    {
        var observed = ReturnMath.Observed(values);
        return observed.Length == 0 ? double.NaN : Math.Abs(ValueAtRisk.Percentile(observed, 0.95)) / Math.Abs(ValueAtRisk.Percentile(observed, 0.05));
    }

    private static double Central(ReadOnlySpan<double> values, int order)
    {
        var observed = ReturnMath.Observed(values);
        var mean = ReturnMath.Mean(observed);
        return observed.Length == 0 ? double.NaN : observed.Average(v => Math.Pow(v - mean, order));
    }
}
