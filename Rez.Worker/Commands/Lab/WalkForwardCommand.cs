using System.CommandLine;
using System.Text.Json;
using Rez.Core.Backtest.Walk;
using Rez.Core.Reporting;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez walk-forward</c>: parameters chosen on one stretch, tested on the next, again and again.</summary>
internal static class WalkForwardCommand
{
    private static readonly Option<string> Train = new("--train") { Description = "Length of the data that parameters are chosen on", DefaultValueFactory = _ => "30d" };
    private static readonly Option<string> Test = new("--test") { Description = "Length of the data behind it that the choice is tested on", DefaultValueFactory = _ => "10d" };
    private static readonly Option<bool> Anchored = new("--anchored") { Description = "Every training begins at the beginning, instead of moving along" };

    public static Command Build()
    {
        var command = new Command("walk-forward", "Chooses parameters on one stretch of data and tests them on the next, through all of it") { Train, Test, Anchored };
        LabOptions.AddTo(command);
        SweepOptions.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var (train, test) = (LabOptions.Length("--train", parse.GetValue(Train)!), LabOptions.Length("--test", parse.GetValue(Test)!));
        if (!train.Ok || !test.Ok)
        {
            return LabOptions.Report(train.Ok ? test.Rejection : train.Rejection);
        }

        var read = SweepOptions.Read(parse);
        if (!read.Ok)
        {
            return LabOptions.Report(read.Rejection);
        }

        var (input, plan) = read.Value;
        input.TellNotes();
        var trials = input.Kept(cancel);
        var windows = WalkWindow.All(input.From, input.End(trials.Market), train.Value, test.Value, parse.GetValue(Anchored));
        if (!windows.Ok)
        {
            return LabOptions.Report(windows.Rejection);
        }

        var isJson = parse.GetValue(CommonOptions.Json);
        if (!isJson)
        {
            Console.Out.WriteLine($"{input.Strategy.Name} on {input.Market.Fingerprint}: {windows.Value.Length} windows, {parse.GetValue(Train)} of training{(parse.GetValue(Anchored) ? " and more" : string.Empty)}, {parse.GetValue(Test)} of test");
            Console.Out.WriteLine($"{"test",-24} {"train sharpe",12} {"test sharpe",12} {"test return",12} {"trades",7}  chosen");
        }

        var result = await new WalkForward(trials, plan).RunAsync(
            windows.Value,
            (_, s) =>
            {
                if (!isJson)
                {
                    Console.Out.WriteLine($"{s.Window.TrainTo:yyyy-MM-dd} … {s.Window.TestTo:yyyy-MM-dd} {s.Train.Sharpe,12:0.00} {s.Test.Sharpe,12:0.00} {s.Test.Return,12:P2} {s.Test.Trades,7}  {s.Train.Parameters}");
                }
            }, cancel);
        foreach (var failure in result.Failures)
        {
            Console.Error.WriteLine(failure);
        }

        if (result.Steps.IsEmpty)
        {
            return result.IsWhole ? ExitCode.BadData : ExitCode.Failed;
        }

        var report = TrackReport.Of(result.Equity, result.Trades);
        if (isJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    strategy = input.Strategy.Name, market = input.Market.Fingerprint, objective = plan.Objective.Name, windows = windows.Value.Length, whole = result.IsWhole, result.Failures, result.TrainSharpe, result.TestSharpe,
                    result.Overfit, steps = result.Steps, outOfSample = report,
                },
                BacktestCommand.Json));
        }
        else
        {
            Console.Out.WriteLine($"Tests one after another: {report.TotalReturn:P2}, Sharpe {report.Sharpe:0.00} (probability above zero {report.ProbabilisticSharpe:P0}), max drawdown {report.MaxDrawdown:P2}, {report.Trades.Trades} trades");
            Console.Out.WriteLine($"Mean Sharpe {result.TrainSharpe:0.00} in training, {result.TestSharpe:0.00} in tests: overfit {(double.IsNaN(result.Overfit) ? "can't be said, training itself shows nothing" : $"{result.Overfit:0.00} (0 nothing lost, 1 nothing left)")}");
            if (!result.IsWhole)
            {
                Console.Out.WriteLine("INTERRUPTED: windows that were not reached are missing.");
            }
        }

        return result.IsWhole ? ExitCode.Ok : ExitCode.Failed;
    }
}
