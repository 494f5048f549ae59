using System.Collections.Immutable;

namespace Rez.Core.Reporting;

/// <summary>A fall from a high to its recovery, or to the end.</summary>
/// <param name="Depth">Share of the high that was lost at the deepest point, above zero.</param>
/// <param name="Start">Index of the high.</param>
/// <param name="Low">Index of the deepest point.</param>
/// <param name="End">Index at which the high was reached again; the last index when it was not.</param>
public sealed record Drawdown(double Depth, int Start, int Low, int End, bool IsRecovered)
{
    public int Length => End - Start;
}

/// <summary>How far and how long equity lay below its highest.</summary>
public sealed record Drawdowns(ImmutableArray<Drawdown> All, double Average, double Ulcer)
{
    public Drawdown? Deepest => All.IsEmpty ? null : All.MaxBy(d => d.Depth);

    public Drawdown? Longest => All.IsEmpty ? null : All.MaxBy(d => d.Length);

    /// <summary>Largest fall as a share, 0 without one.</summary>
    public double Max => Deepest?.Depth ?? 0;

    /// <summary>Of equity values, oldest first. The ulcer index is √(mean(d²)) of the falls at every point (Martin 1987), the average that of the falls' depths.</summary>
    public static Drawdowns Of(ReadOnlySpan<double> equity)
    {
        var found = ImmutableArray.CreateBuilder<Drawdown>();
        var squares = 0d;
        var (peak, peakAt, low, lowAt) = (double.NegativeInfinity, 0, double.PositiveInfinity, 0);
        for (var i = 0; i < equity.Length; i++)
        {
            var value = equity[i];
            if (value >= peak)
            {
                Add(found, peak, peakAt, low, lowAt, i, true);
                (peak, peakAt, low) = (value, i, value);
            }
            else if (value < low)
            {
                (low, lowAt) = (value, i);
            }

            var fall = peak > 0 ? (peak - value) / peak : 0;
            squares += fall * fall;
        }

        Add(found, peak, peakAt, low, lowAt, equity.Length - 1, false);
        return new Drawdowns(found.ToImmutable(), found.Count == 0 ? 0 : found.Average(d => d.Depth), equity.IsEmpty ? 0 : Math.Sqrt(squares / equity.Length));
    }

    /// <summary>Of returns, from 1 before the first.</summary>
    public static Drawdowns OfReturns(ReadOnlySpan<double> returns)
    {
        var equity = new double[returns.Length + 1];
        equity[0] = 1;
        for (var i = 0; i < returns.Length; i++)
        {
            equity[i + 1] = equity[i] * (double.IsNaN(returns[i]) ? 1 : 1 + returns[i]);
        }

        return Of(equity);
    }

    /// <summary>Compound annual growth over the largest fall (Young 1991). NaN without a fall.</summary>
    public double Calmar(double annualReturn) => Max > 0 ? annualReturn / Max : double.NaN;

    private static void Add(ImmutableArray<Drawdown>.Builder found, double peak, int peakAt, double low, int lowAt, int end, bool isRecovered)
    {
        if (peak > 0 && low < peak)
        {
            found.Add(new Drawdown((peak - low) / peak, peakAt, lowAt, end, isRecovered));
        }
    }
}
