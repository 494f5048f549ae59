using System.Collections.Immutable;

namespace Rez.Core.Backtest.Sweep;

/// <summary>The figure that trials are ranked by: higher is better.</summary>
public sealed record Objective(string Name, Func<Trial, double> Of)
{
    public static ImmutableArray<Objective> All { get; } =
    [
        new("sharpe", t => t.Sharpe),
        new("sortino", t => t.Sortino),
        new("calmar", t => t.Calmar),
        new("return", t => t.Return),
        new("profit-factor", t => t.ProfitFactor),
        new("expectancy", t => t.Expectancy),
        new("max-drawdown", t => -Math.Abs(t.MaxDrawdown)),
    ];

    public static Objective? Find(string name) => All.FirstOrDefault(o => o.Name == name);

    /// <summary>Score of a trial; one with fewer trades than asked for, or without the figure, ranks behind all others.</summary>
    public double Score(Trial trial, int leastTrades)
    {
        var score = trial.Trades >= leastTrades ? Of(trial) : double.NaN;
        return double.IsNaN(score) ? double.NegativeInfinity : score;
    }
}
