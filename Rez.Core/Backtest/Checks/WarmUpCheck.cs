using System.Collections.Immutable;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Core.Backtest.Checks;

/// <summary>How far an output that has seen only so many bars is from what it is after all of them.</summary>
/// <param name="Difference">Share of the value (of 1 where the value is nearer to zero); NaN while either is not warm.</param>
public readonly record struct WarmUpPoint(int Bars, double Value, double Difference);

/// <summary>An output's sensitivity to where the data begins.</summary>
/// <param name="Enough">Fewest of the tried bars from which on the difference stays within the tolerance; null when none of them.</param>
public sealed record WarmUpRow(string Output, double Value, ImmutableArray<WarmUpPoint> Points, int? Enough);

/// <summary>
/// Recursive indicators (exponential averages and all that use them) never forget where they began. This computes each on the newest 25, 50, 100, … bars and says how much warm-up it needs until
/// its value no longer tells.
/// </summary>
public static class WarmUpCheck
{
    public static ImmutableArray<int> Lengths { get; } = [25, 50, 100, 200, 400, 800, 1_600, 3_200];

    /// <param name="bars">Closed candles, oldest first.</param>
    public static ImmutableArray<WarmUpRow> Run(IReadOnlyList<Candle> bars, IEnumerable<IndicatorSpec> specs, double tolerance)
    {
        var rows = ImmutableArray.CreateBuilder<WarmUpRow>();
        foreach (var spec in specs)
        {
            var lengths = Lengths.Where(l => l < bars.Count).ToArray();
            var whole = After(spec, bars, bars.Count);
            var cut = lengths.Select(l => After(spec, bars, l)).ToArray();
            for (var o = 0; o < whole.Length; o++)
            {
                var points = lengths.Select((l, i) => new WarmUpPoint(l, cut[i][o], Difference(whole[o], cut[i][o]))).ToImmutableArray();
                var last = Array.FindLastIndex([.. points], p => !(p.Difference <= tolerance));
                rows.Add(new WarmUpRow(o == 0 ? spec.ToString() : $"{spec}.{spec.Definition.Outputs[o]}", whole[o], points, last + 1 < points.Length ? points[last + 1].Bars : null));
            }
        }

        return rows.ToImmutable();
    }

    private static double[] After(IndicatorSpec spec, IReadOnlyList<Candle> bars, int length)
    {
        var indicator = spec.Create();
        for (var i = bars.Count - length; i < bars.Count; i++)
        {
            indicator.Update(bars[i]);
        }

        return [.. Enumerable.Range(0, spec.Definition.Outputs.Length).Select(o => indicator[o])];
    }

    private static double Difference(double whole, double cut) => Math.Abs(whole - cut) / Math.Max(Math.Abs(whole), 1e-12);
}
