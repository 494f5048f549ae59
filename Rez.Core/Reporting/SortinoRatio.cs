namespace Rez.Core.Reporting;

/// <summary>Reward for downside only.</summary>
public static class SortinoRatio
{
    /// <summary>√(mean(min(r − required, 0)²)) · √P, over all observed periods (empyrical's definition).</summary>
    public static double DownsideRisk(ReadOnlySpan<double> returns, double required, double periodsPerYear)
    {
        var observed = ReturnMath.Observed(returns);
        return observed.Length == 0 ? double.NaN : Math.Sqrt(observed.Average(r => Math.Pow(Math.Min(r - required, 0), 2))) * Math.Sqrt(periodsPerYear);
    }

    /// <summary>mean(r − required) · P over downside risk. Infinite where nothing fell short; NaN with fewer than two returns, or where neither rose nor fell.</summary>
    public static double Of(ReadOnlySpan<double> returns, double required, double periodsPerYear)
    {
        var observed = ReturnMath.Observed(returns);
        if (observed.Length < 2)
        {
            return double.NaN;
        }

        var excess = (ReturnMath.Mean(observed) - required) * periodsPerYear;
        var risk = DownsideRisk(observed, required, periodsPerYear);
        return risk > 0 ? excess / risk : excess > 0 ? double.PositiveInfinity : double.NaN;
    }
}
