using System.CommandLine;
using Rez.Core;
using Rez.Core.Backtest.Sweep;

namespace Rez.Worker.Commands.Lab;

/// <summary>How parameters are tried: shared by sweeps and walks.</summary>
internal static class SweepOptions
{
    private static readonly Option<string[]> Ranges = new("--range") { Description = "What varies: NAME=FROM:TO:STEP or NAME=A,B,C; may be repeated", AllowMultipleArgumentsPerToken = false };
    private static readonly Option<string> Method = new("--method") { Description = "grid, random or nelder-mead", DefaultValueFactory = _ => "grid" };
    private static readonly Option<string> Objective = new("--objective") { Description = $"What is best: {string.Join(", ", Rez.Core.Backtest.Sweep.Objective.All.Select(o => o.Name))}", DefaultValueFactory = _ => "sharpe" };
    private static readonly Option<int> Samples = new("--samples") { Description = "How many are tried by random and nelder-mead", DefaultValueFactory = _ => 200 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Of what is drawn", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> LeastTrades = new("--min-trades") { Description = "A set of parameters with fewer trades ranks last", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> Cores = new("--cores") { Description = "How many are tried at once", DefaultValueFactory = _ => Environment.ProcessorCount };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Ranges, Method, Objective, Samples, Seed, LeastTrades, Cores })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The input of a verb that tries many sets of parameters, and how it tries them.</summary>
    public static Outcome<(LabInput Input, SweepPlan Plan)> Read(ParseResult parse)
    {
        var input = LabInput.Read(parse, readsValues: false);
        if (!input.Ok)
        {
            return input.Rejection;
        }

        var plan = Read(parse, input.Value);
        return plan.Ok ? (input.Value, plan.Value) : plan.Rejection;
    }

    private static Outcome<SweepPlan> Read(ParseResult parse, LabInput input)
    {
        var space = ParameterSpace.Read(input.Strategy, parse.GetValue(Ranges) ?? [], parse.GetValue(LabOptions.Param) ?? []);
        if (!space.Ok)
        {
            return space.Rejection;
        }

        if (Rez.Core.Backtest.Sweep.Objective.Find(parse.GetValue(Objective)!) is not { } objective)
        {
            return new Rejection("bad-option", $"--objective: '{parse.GetValue(Objective)}' is none; there are {string.Join(", ", Rez.Core.Backtest.Sweep.Objective.All.Select(o => o.Name))}.");
        }

        SweepMethod? method = parse.GetValue(Method) switch { "grid" => SweepMethod.Grid, "random" => SweepMethod.Random, "nelder-mead" => SweepMethod.NelderMead, _ => null };
        if (method is null)
        {
            return new Rejection("bad-option", $"--method: '{parse.GetValue(Method)}' is none; there are grid, random and nelder-mead.");
        }

        var (samples, trades, cores) = (parse.GetValue(Samples), parse.GetValue(LeastTrades), parse.GetValue(Cores));
        return samples < 1 ? new Rejection("bad-option", "--samples must be at least 1.")
            : trades < 0 ? new Rejection("bad-option", "--min-trades must not be below 0.")
            : cores < 1 ? new Rejection("bad-option", "--cores must be at least 1.")
            : new SweepPlan(space.Value, method.Value, objective, samples, (ulong)parse.GetValue(Seed), trades, cores);
    }
}
