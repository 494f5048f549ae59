namespace Rez.Core.Reporting;

/// <summary>Returns of a period, as fractions: 0.01 is one percent. NaN is a period that was not observed: it counts as time and not as a return.</summary>
public static class ReturnMath
{
    /// <summary>∏(1 + r) − 1.</summary>
    public static double Total(ReadOnlySpan<double> returns)
    {
        var growth = 1d;
        foreach (var r in returns)
        {
            growth *= double.IsNaN(r) ? 1 : 1 + r;
        }

        return growth - 1;
    }

    /// <summary>Compound annual growth: (∏(1 + r))^(P/N) − 1, N counting every period (empyrical's definition). NaN without periods.</summary>
    public static double Annual(ReadOnlySpan<double> returns, double periodsPerYear) => returns.Length == 0 ? double.NaN : Math.Pow(1 + Total(returns), periodsPerYear / returns.Length) - 1;

    /// <summary>Sample standard deviation times √P. NaN with fewer than two returns.</summary>
    public static double Volatility(ReadOnlySpan<double> returns, double periodsPerYear) => Deviation(returns) * Math.Sqrt(periodsPerYear);

    public static double Mean(ReadOnlySpan<double> values)
    {
        var (sum, n) = (0d, 0);
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                sum += value;
                n++;
            }
        }

        return n == 0 ? double.NaN : sum / n;
    }

    /// <summary>Sample standard deviation (n − 1).</summary>
    public static double Deviation(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var (squares, n) = (0d, 0);
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                squares += (value - mean) * (value - mean);
                n++;
            }
        }

        return n < 2 ? double.NaN : Math.Sqrt(squares / (n - 1));
    }

    /// <summary>Without the periods that were not observed.</summary>
    public static double[] Observed(ReadOnlySpan<double> values)
    {
        var kept = new List<double>(values.Length);
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                kept.Add(value);
            }
        }

        return [.. kept];
    }

    /// <summary>Each value over the one before it, less one.</summary>
    public static double[] FromEquity(ReadOnlySpan<double> equity)
    {
        var returns = new double[Math.Max(0, equity.Length - 1)];
        for (var i = 0; i < returns.Length; i++)
        {
            returns[i] = equity[i] > 0 ? (equity[i + 1] / equity[i]) - 1 : double.NaN;
        }

        return returns;
    }
}
