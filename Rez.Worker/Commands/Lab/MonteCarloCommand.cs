using System.CommandLine;
using System.Text.Json;
using Rez.Core.Reporting;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez montecarlo</c>: what luck could have made of the same trades.</summary>
internal static class MonteCarloCommand
{
    private static readonly Option<string> TradesFile = new("--trades") { Description = "trades.csv of a backtest or of any record", Required = true };
    private static readonly Option<double> Equity = new("--equity") { Description = "Equity it began with, USD", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Runs = new("--runs") { Description = "Resamplings", DefaultValueFactory = _ => 5_000 };
    private static readonly Option<int> Block = new("--block") { Description = "Trades that are drawn together", DefaultValueFactory = _ => 5 };
    private static readonly Option<ulong> Seed = new("--seed") { Description = "Seed of the draws", DefaultValueFactory = _ => 1 };

    public static Command Build()
    {
        var command = new Command("montecarlo", "Shuffles and resamples closed trades: bands of drawdown and return") { TradesFile, Equity, Runs, Block, Seed, CommonOptions.Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var trades = StatsCommand.Trades(parse.GetValue(TradesFile)!);
        if (!trades.Ok)
        {
            Console.Error.WriteLine(trades.Rejection.Message);
            return ExitCode.BadData;
        }

        var (equity, runs, block) = (parse.GetValue(Equity), parse.GetValue(Runs), parse.GetValue(Block));
        if (trades.Value.Count < 2 || equity <= 0 || runs is < 1 or > 1_000_000 || block < 1)
        {
            Console.Error.WriteLine("At least two trades are needed, equity above 0, from 1 to 1000000 runs, and blocks of 1 and more.");
            return ExitCode.Usage;
        }

        var bands = MonteCarlo.Of([.. trades.Value.Select(t => (double)t.Net)], equity, runs, block, parse.GetValue(Seed));
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(bands, BacktestCommand.Json));
            return ExitCode.Ok;
        }

        Console.Out.WriteLine($"{bands.Trades} trades, {bands.Runs} resamplings, blocks of {bands.Block}, seed {bands.Seed}");
        Print("largest drawdown, shuffled", bands.ShuffledDrawdown);
        Print("return, resampled", bands.BootstrapReturn);
        Print("largest drawdown, resampled", bands.BootstrapDrawdown);
        Console.Out.WriteLine($"ended below where it began in {bands.LossProbability:P1}");
        return ExitCode.Ok;
    }

    private static void Print(string what, Band b) => Console.Out.WriteLine($"  {what,-30} 5 % {b.P5,9:P2}   25 % {b.P25,9:P2}   median {b.P50,9:P2}   75 % {b.P75,9:P2}   95 % {b.P95,9:P2}");
}
