using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rez.Core.Backtest.Checks;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez recursive</c>: how much warm-up each indicator of a strategy needs until its value no longer tells where the data began.</summary>
internal static class RecursiveCommand
{
    private static readonly Option<double> Tolerance = new("--tolerance") { Description = "Share of the value that counts as none", DefaultValueFactory = _ => 0.0001 };
    private static readonly Option<string[]> Indicators = new("--indicator") { Description = "These instead of the strategy's ('rez indicators list'); may be repeated" };

    public static Command Build()
    {
        var command = new Command("recursive", "Says how many bars of warm-up each indicator needs") { Tolerance, Indicators };
        LabOptions.AddTo(command);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var read = LabInput.Read(parse);
        if (!read.Ok)
        {
            return LabOptions.Report(read.Rejection);
        }

        var specs = new List<IndicatorSpec>();
        foreach (var name in parse.GetValue(Indicators) is { Length: > 0 } named ? named : [.. read.Value.Strategy.Needs(read.Value.Values)])
        {
            var spec = IndicatorCatalogue.Parse(name);
            if (!spec.Ok)
            {
                Console.Error.WriteLine(spec.Rejection.Message);
                return ExitCode.Usage;
            }

            specs.Add(spec.Value);
        }

        var input = read.Value;
        input.TellNotes();
        var market = input.Kept(CancellationToken.None).Market;
        var bars = CandleAggregator.Whole(market.CandlesOf(0), market.BaseInterval, input.Interval < market.BaseInterval ? market.BaseInterval : input.Interval);
        if (bars.Count <= WarmUpCheck.Lengths[0])
        {
            Console.Error.WriteLine($"The data holds {bars.Count} bars of {input.Interval}; more than {WarmUpCheck.Lengths[0]} are needed.");
            return ExitCode.BadData;
        }

        var rows = WarmUpCheck.Run(bars, specs, parse.GetValue(Tolerance));
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { asset = market.Instruments[0].Asset, interval = input.Interval.Name, bars = bars.Count, tolerance = parse.GetValue(Tolerance), rows }, BacktestCommand.Json));
            return ExitCode.Ok;
        }

        Console.Out.WriteLine($"{market.Instruments[0].Asset}, {bars.Count} bars of {input.Interval}; difference to the value after all of them, in percent");
        var lengths = rows[0].Points.Select(p => p.Bars).ToArray();
        Console.Out.WriteLine($"{"output",-28} {string.Join(' ', lengths.Select(l => $"{l,10}"))}  enough");
        foreach (var row in rows)
        {
            Console.Out.WriteLine($"{row.Output,-28} {string.Join(' ', row.Points.Select(p => $"{(double.IsNaN(p.Difference) ? "not warm" : (p.Difference * 100).ToString("0.#####", CultureInfo.InvariantCulture)),10}"))}  {row.Enough?.ToString(CultureInfo.InvariantCulture) ?? "none of these"}");
        }

        return ExitCode.Ok;
    }
}
