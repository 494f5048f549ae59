using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Worker.Commands;

/// <summary><c>rez indicators --input FILE --indicator rsi:14 --output csv</c> and <c>rez indicators list</c>.</summary>
internal static class IndicatorsCommand
{
    public static Command Build()
    {
        var input = new Option<string?>("--input") { Description = "Candle file: CSV, plain or gzipped" };
        var indicator = new Option<string?>("--indicator") { Description = "name:parameters, for example rsi:14 or macd:12,26,9" };
        var output = new Option<string>("--output") { Description = "csv or json", DefaultValueFactory = _ => "csv" };
        output.AcceptOnlyFromAmong("csv", "json");
        var list = new Command("list", "Lists every indicator with parameters, defaults, warm-up and outputs") { CommonOptions.Json };
        list.SetAction(parse => List(parse.GetValue(CommonOptions.Json)));
        var command = new Command("indicators", "Computes an indicator on a candle file: one row an input row, empty until warmed up")
        {
            list, input, indicator, output,
        };
        command.SetAction(parse => Compute(parse.GetValue(input), parse.GetValue(indicator), parse.GetValue(output)!));
        return command;
    }

    private static int Compute(string? path, string? text, string format)
    {
        if (path is null || text is null)
        {
            Console.Error.WriteLine("Both --input FILE and --indicator NAME[:PARAMETERS] are needed, or 'rez indicators list'.");
            return ExitCode.Usage;
        }

        var spec = IndicatorCatalogue.Parse(text);
        if (!spec.Ok)
        {
            Console.Error.WriteLine(spec.Rejection.Message);
            return ExitCode.Usage;
        }

        var file = CandleFile.Read(path);
        if (!file.Ok)
        {
            Console.Error.WriteLine(file.Rejection.Message);
            return ExitCode.BadData;
        }

        // A gap or an odd grid does not hinder an indicator; it is said. Anything else would give wrong numbers.
        var fatal = file.Value.Faults.Where(f => f.Code is not ("gap" or "off-grid" or "partial")).ToArray();
        foreach (var group in file.Value.Faults.GroupBy(f => f.Code, StringComparer.Ordinal))
        {
            foreach (var fault in group.Take(20))
            {
                Console.Error.WriteLine($"{path} {fault}");
            }

            if (group.Count() > 20)
            {
                Console.Error.WriteLine($"{path}: {group.Count() - 20} more of '{group.Key}'");
            }
        }

        if (fatal.Length > 0)
        {
            return ExitCode.BadData;
        }

        using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        Write(writer, spec.Value, file.Value.Candles, format == "json");
        return ExitCode.Ok;
    }

    private static void Write(StreamWriter writer, IndicatorSpec spec, IReadOnlyList<Candle> candles, bool json)
    {
        var outputs = spec.Definition.Outputs;
        var indicator = spec.Create();
        if (!json)
        {
            writer.WriteLine("ts_ms," + string.Join(',', outputs));
        }

        foreach (var candle in candles)
        {
            indicator.Update(candle);
            if (json)
            {
                writer.Write($"{{\"ts_ms\":{candle.OpenTimeMs}");
                for (var o = 0; o < outputs.Length; o++)
                {
                    writer.Write($",\"{outputs[o]}\":{(double.IsFinite(indicator[o]) ? Number(indicator[o]) : "null")}");
                }

                writer.WriteLine('}');
            }
            else
            {
                writer.Write(candle.OpenTimeMs);
                for (var o = 0; o < outputs.Length; o++)
                {
                    writer.Write(',');
                    writer.Write(double.IsFinite(indicator[o]) ? Number(indicator[o]) : string.Empty);
                }

                writer.WriteLine();
            }
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static int List(bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(IndicatorCatalogue.All.Select(d => new
            {
                name = d.Name,
                description = d.Description,
                parameters = d.Parameters.Select(p => new { name = p.Name, @default = p.Default, minimum = p.Minimum, maximum = p.Maximum, whole = p.Whole }),
                outputs = d.Outputs,
                warmUp = d.WarmUp([.. d.Parameters.Select(p => p.Default)]),
            })));
            return ExitCode.Ok;
        }

        foreach (var d in IndicatorCatalogue.All)
        {
            var parameters = string.Join(", ", d.Parameters.Select(p => $"{p.Name} {p.Default}"));
            Console.Out.WriteLine(
                $"{d.Name,-20} {parameters,-42} warm-up {d.WarmUp([.. d.Parameters.Select(p => p.Default)]),4}  → {string.Join(", ", d.Outputs)}  ({d.Description})");
        }

        return ExitCode.Ok;
    }
}
