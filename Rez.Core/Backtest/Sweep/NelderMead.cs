using Rez.Core.Market;

namespace Rez.Core.Backtest.Sweep;

/// <summary>
/// The downhill simplex on the unit cube (Nelder, Mead 1965; coefficients 1, 2, ½, ½), turned upside down to find a maximum. Points outside are clamped. When the simplex has shrunk it starts
/// anew elsewhere, until the evaluations are used up. Deterministic for a seed and a function.
/// </summary>
public sealed class NelderMead(int dimensions, ulong seed)
{
    private const double Small = 0.01;
    private readonly SeededRandom _random = SeededRandom.For(seed, "nelder-mead");
    private int _left;

    /// <param name="score">Higher is better; −∞ where there is nothing.</param>
    /// <param name="evaluations">How often it may be asked.</param>
    /// <returns>The best point and its score.</returns>
    public async Task<(double[] Point, double Score)> MaximiseAsync(Func<double[], Task<double>> score, int evaluations)
    {
        _left = evaluations;
        var best = (Point: Start(), Score: double.NegativeInfinity);
        while (_left > 0)
        {
            var found = await ClimbAsync(score);
            best = found.Score > best.Score ? found : best;
        }

        return best;
    }

    private async Task<(double[] Point, double Score)> ClimbAsync(Func<double[], Task<double>> score)
    {
        var first = Start();
        var simplex = new List<(double[] Point, double Score)> { (first, await AskAsync(score, first)) };
        for (var i = 0; i < dimensions; i++)
        {
            var corner = (double[])first.Clone();
            corner[i] += corner[i] < 0.5 ? 0.35 : -0.35;
            simplex.Add((corner, await AskAsync(score, corner)));
        }

        while (_left > 0)
        {
            simplex.Sort((a, b) => b.Score.CompareTo(a.Score));
            if (Spread(simplex) < Small)
            {
                break;
            }

            var worst = simplex[^1];
            var centre = Centre(simplex);
            var reflected = Along(centre, worst.Point, -1);
            var reflectedScore = await AskAsync(score, reflected);
            if (reflectedScore > simplex[0].Score)
            {
                var expanded = Along(centre, worst.Point, -2);
                var expandedScore = await AskAsync(score, expanded);
                simplex[^1] = expandedScore > reflectedScore ? (expanded, expandedScore) : (reflected, reflectedScore);
            }
            else if (reflectedScore > simplex[^2].Score)
            {
                simplex[^1] = (reflected, reflectedScore);
            }
            else
            {
                var isOutside = reflectedScore > worst.Score;
                var contracted = Along(centre, worst.Point, isOutside ? -0.5 : 0.5);
                var contractedScore = await AskAsync(score, contracted);
                if (contractedScore > Math.Max(worst.Score, isOutside ? reflectedScore : double.NegativeInfinity))
                {
                    simplex[^1] = (contracted, contractedScore);
                }
                else
                {
                    await ShrinkAsync(simplex, score);
                }
            }
        }

        return simplex.MaxBy(s => s.Score);
    }

    private async Task ShrinkAsync(List<(double[] Point, double Score)> simplex, Func<double[], Task<double>> score)
    {
        for (var i = 1; i < simplex.Count; i++)
        {
            var nearer = Along(simplex[0].Point, simplex[i].Point, 0.5);
            simplex[i] = (nearer, await AskAsync(score, nearer));
        }
    }

    private async Task<double> AskAsync(Func<double[], Task<double>> score, double[] point)
    {
        if (_left <= 0)
        {
            return double.NegativeInfinity;
        }

        _left--;
        for (var i = 0; i < point.Length; i++)
        {
            point[i] = Math.Clamp(point[i], 0, 1);
        }

        return await score(point);
    }

    private double[] Start() => [.. Enumerable.Range(0, dimensions).Select(_ => _random.NextDouble())];

    /// <summary>centre + share · (point − centre).</summary>
    private static double[] Along(double[] centre, double[] point, double share) => [.. centre.Select((c, i) => c + (share * (point[i] - c)))];

    private double[] Centre(List<(double[] Point, double Score)> simplex) => [.. Enumerable.Range(0, dimensions).Select(d => simplex.Take(simplex.Count - 1).Average(s => s.Point[d]))];

    private double Spread(List<(double[] Point, double Score)> simplex) => Enumerable.Range(0, dimensions).Max(d => simplex.Max(s => s.Point[d]) - simplex.Min(s => s.Point[d]));
}
