namespace Rez.Core.Reporting;

/// <summary>Gains beyond a threshold over losses below it (Keating, Shadwick 2002).</summary>
public static class OmegaRatio
{
    /// <param name="requiredAnnual">Required return a year; its daily part is (1 + required)^(1/P) − 1.</param>
    /// <returns>NaN where nothing fell below, or a year's requirement of −100 % and less.</returns>
    public static double Of(ReadOnlySpan<double> excess, double requiredAnnual, double periodsPerYear)
    {
        if (requiredAnnual <= -1 || excess.Length < 2)
        {
            return double.NaN;
        }

        var threshold = Math.Pow(1 + requiredAnnual, 1 / periodsPerYear) - 1;
        var (gains, losses) = (0d, 0d);
        foreach (var r in excess)
        {
            if (double.IsNaN(r))
            {
                continue;
            }

            gains += Math.Max(r - threshold, 0);
            losses += Math.Max(threshold - r, 0);
        }

        return losses > 0 ? gains / losses : double.NaN;
    }
}
