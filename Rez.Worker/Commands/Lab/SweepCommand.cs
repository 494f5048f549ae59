using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rez.Core.Backtest;
using Rez.Core.Backtest.Sweep;
using Rez.Core.Reporting;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez sweep</c>: many sets of parameters over one span, on all cores, with what the best one's luck is worth.</summary>
internal static class SweepCommand
{
    private const int Shown = 10;
    private static readonly Option<string?> Out = new("--out") { Description = "File of the trials (JSON lines); a sweep that was interrupted goes on with it" };

    public static Command Build()
    {
        var command = new Command("sweep", "Tries many sets of parameters and ranks them") { Out };
        LabOptions.AddTo(command);
        SweepOptions.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var read = SweepOptions.Read(parse);
        if (!read.Ok)
        {
            return LabOptions.Report(read.Rejection);
        }

        var (input, plan) = read.Value;
        input.TellNotes();
        var trials = input.Kept(cancel);
        var to = input.End(trials.Market);
        SweepFile? file = null;
        if (parse.GetValue(Out) is { } path)
        {
            var opened = SweepFile.Open(path, Job(parse, input, to));
            if (!opened.Ok)
            {
                Console.Error.WriteLine(opened.Rejection.Message);
                return opened.Rejection.Code == "other-sweep" ? ExitCode.OtherWorld : ExitCode.NotWritable;
            }

            file = opened.Value;
        }

        string? fault = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        SweepResult result;
        using (file)
        {
            result = await new SweepRun(trials, plan).RunAsync(input.From, to, file?.Known ?? [], Keep, Tell(parse), stop.Token);
        }

        if (Tell(parse) is not null)
        {
            Console.Error.WriteLine();
        }

        if (fault is not null)
        {
            Console.Error.WriteLine($"{fault} {result.Trials.Length} trials were made before; those in the file stay.");
            return ExitCode.DiskFull;
        }

        await PrintAsync(parse, input, plan, trials, to, result, cancel);
        return result.IsWhole ? (result.Trials.IsEmpty ? ExitCode.BadData : ExitCode.Ok) : ExitCode.Failed;

        void Keep(Trial trial)
        {
            try
            {
                file?.Add(trial);
            }
            catch (IOException e)
            {
                fault = $"{parse.GetValue(Out)} can't be written: {e.Message}";
                stop.Cancel();
            }
        }
    }

    /// <summary>What makes two sweeps the same one: data, span, strategy, constants, interval and settings. Not the ranges: a wider grid takes up what a narrower one found.</summary>
    private static string Job(ParseResult parse, LabInput input, DateTimeOffset to)
    {
        var settings = JsonSerializer.Serialize(new { input.Options.Risk, input.Options.Protection, input.Options.Exits, input.Options.Simulation, input.Options.Demo.Seed });
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)))[..16];
        return $"{input.Strategy.Name} {string.Join(' ', (parse.GetValue(LabOptions.Param) ?? []).Order(StringComparer.Ordinal))} every {input.Interval} on {input.Market.Fingerprint} from {input.From:O} to {to:O} settings {digest}";
    }

    private static Action<SweepProgress>? Tell(ParseResult parse)
    {
        if (parse.GetValue(CommonOptions.Json) || Console.IsErrorRedirected)
        {
            return null;
        }

        return p => Console.Error.Write($"\r{p.Done} of {p.Of} ({p.Kept} from before), {p.PerSecond:0.0}/s, {(p.Left is { } left ? $"{left:hh\\:mm\\:ss} left" : "…")}, best {p.Best?.Sharpe:0.00} with {p.Best?.Parameters}   ");
    }

    private static async Task PrintAsync(ParseResult parse, LabInput input, SweepPlan plan, Trials trials, DateTimeOffset to, SweepResult result, CancellationToken cancel)
    {
        var best = result.Trials.FirstOrDefault();
        var deflated = double.NaN;
        if (best is not null && result.IsWhole)
        {
            // The best once more, for its daily returns: how likely is it that its ratio is more than the luck of so many tries?
            var values = input.Strategy.Read(best.Parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Value;
            var again = await trials.RunAsync(values, input.From, to, closes: true, cancel);
            deflated = again.Ok ? SharpeRatio.Deflated(TrackReport.DailyReturns(again.Value.Result.Equity), result.Trials.Length, result.SharpeVariance) : double.NaN;
        }

        var perSecond = result.Elapsed.TotalSeconds > 0 ? result.Trials.Length / result.Elapsed.TotalSeconds : 0;
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    strategy = input.Strategy.Name, market = input.Market.Fingerprint, input.From, to, method = plan.Method, objective = plan.Objective.Name, tried = result.Trials.Length, senseless = result.Senseless,
                    result.Failures, whole = result.IsWhole, best, deflatedSharpe = deflated, result.ProfitableShare, seconds = Math.Round(result.Elapsed.TotalSeconds, 3), perSecond = Math.Round(perSecond, 3), result.Trials,
                },
                BacktestCommand.Json));
            return;
        }

        Console.Out.WriteLine($"{input.Strategy.Name} on {input.Market.Fingerprint}, {input.From:yyyy-MM-dd HH:mm} … {to:yyyy-MM-dd HH:mm}");
        Console.Out.WriteLine($"{result.Trials.Length} tried in {result.Elapsed.TotalSeconds:0.0} s ({perSecond:0.0}/s){(result.Senseless > 0 ? $", {result.Senseless} combinations make no sense together" : string.Empty)}{(result.IsWhole ? string.Empty : "; INTERRUPTED: the same command goes on")}");
        foreach (var failure in result.Failures.Take(3))
        {
            Console.Error.WriteLine(failure);
        }

        Console.Out.WriteLine($"{"parameters",-48} {"return",9} {"sharpe",8} {"drawdown",9} {"factor",8} {"won",6} {"trades",7}");
        foreach (var t in result.Trials.Take(Shown))
        {
            Console.Out.WriteLine($"{t.Parameters,-48} {t.Return,9:P2} {t.Sharpe,8:0.00} {t.MaxDrawdown,9:P2} {t.ProfitFactor,8:0.00} {t.WinRate,6:P0} {t.Trades,7}");
        }

        if (result.Trials.Length > 0)
        {
            Console.Out.WriteLine($"{result.ProfitableShare:P0} of them made money.{(double.IsNaN(deflated) ? string.Empty : $" Probability that the best one's Sharpe ratio is more than the luck of {result.Trials.Length} tries: {deflated:P0}")}");
        }
    }
}
