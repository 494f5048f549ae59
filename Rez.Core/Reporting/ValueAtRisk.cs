namespace Rez.Core.Reporting;

/// <summary>What the worst periods cost, from history.</summary>
public static class ValueAtRisk
{
    /// <summary>The return that a share <paramref name="cutoff"/> of periods fell below: a linearly interpolated percentile.</summary>
    public static double Of(ReadOnlySpan<double> returns, double cutoff = 0.05) => Percentile(ReturnMath.Observed(returns), cutoff);

    /// <summary>Mean of the returns at or below that (expected shortfall).</summary>
    public static double Conditional(ReadOnlySpan<double> returns, double cutoff = 0.05)
    {
        var observed = ReturnMath.Observed(returns);
        var limit = Percentile(observed, cutoff);
        var worst = observed.Where(r => r <= limit).ToArray();
        return worst.Length == 0 ? double.NaN : worst.Average();
    }

    /// <summary>Linearly between the two nearest ranks. NaN of nothing.</summary>
    public static double Percentile(ReadOnlySpan<double> values, double share)
    {
        if (values.IsEmpty)
        {
            return double.NaN;
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);
        var at = share * (sorted.Length - 1);
        var below = (int)Math.Floor(at);
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[^1];
    }
}
