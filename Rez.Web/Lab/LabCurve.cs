using System.Collections.Immutable;
using System.Globalization;
using Rez.Core.Backtest;
using Rez.Core.Backtest.Sweep;

namespace Rez.Web.Lab;

/// <summary>What the lab's page draws.</summary>
internal static class LabCurve
{
    private const int Points = 300;

    public static ImmutableArray<LabPoint> Of(BacktestResult result)
    {
        var step = Math.Max(1, result.Equity.Length / Points);
        var hold = result.Benchmark;
        var (at, points) = (0, ImmutableArray.CreateBuilder<LabPoint>());
        for (var i = 0; i < result.Equity.Length; i = i == result.Equity.Length - 1 ? result.Equity.Length : Math.Min(i + step, result.Equity.Length - 1))
        {
            var point = result.Equity[i];
            while (at + 1 < hold.Length && hold[at + 1].AtMs <= point.AtMs)
            {
                at++;
            }

            points.Add(new LabPoint(point.AtMs, (decimal)point.Equity, hold.IsEmpty || hold[at].AtMs > point.AtMs ? null : (decimal)hold[at].Equity));
        }

        return points.ToImmutable();
    }

    public static string Words(BacktestResult r) => string.Create(
        CultureInfo.InvariantCulture,
        $"{r.From:yyyy-MM-dd HH:mm} … {r.To:yyyy-MM-dd HH:mm} on {r.Market}: {r.Bars} bars, fees {r.Fees:0.00}, funding {r.Funding:0.00} USD, unprotected {r.UnprotectedMs} ms{(r.AmbiguousBars > 0 ? $"; stop and target lay in one bar {r.AmbiguousBars} times, the stop was taken to come first" : string.Empty)}; trades hash {r.TradesHash[..12]}");

    /// <summary>Over the first two ranges; of further ones the best is taken. Null when fewer than two vary.</summary>
    public static LabSurface? SurfaceOf(ParameterSpace space, Objective objective, ImmutableArray<Trial> trials, int leastTrades)
    {
        var ranges = space.Ranges.Where(r => r.Values.Length > 1).ToArray();
        if (ranges.Length < 2)
        {
            return null;
        }

        var (x, y) = (ranges[0], ranges[1]);
        var best = new Dictionary<(double, double), double>();
        foreach (var trial in trials)
        {
            var values = trial.Parameters.Split(' ').Select(p => p.Split('=')).ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
            var (key, score) = ((values[x.Parameter.Name], values[y.Parameter.Name]), objective.Score(trial, leastTrades));
            if (double.IsFinite(score) && (!best.TryGetValue(key, out var known) || score > known))
            {
                best[key] = score;
            }
        }

        return new LabSurface(
            x.Parameter.Name, y.Parameter.Name, x.Values, y.Values,
            [.. y.Values.Select(b => x.Values.Select(a => best.TryGetValue((a, b), out var score) ? (double?)Math.Round(score, 4) : null).ToImmutableArray())], objective.Name);
    }
}
