using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Diary;
using Rez.Core.Reporting;
using Rez.Core.Trading;

namespace Rez.Worker.Commands.Lab;

/// <summary><c>rez stats</c>: the statistics of anyone's record, from CSV files in the form that <c>rez backtest --out</c> writes.</summary>
internal static class StatsCommand
{
    private static readonly Option<string> EquityFile = new("--equity") { Description = "CSV with at_ms,equity_usd[,exposure_usd]", Required = true };
    private static readonly Option<string?> TradesFile = new("--trades") { Description = "CSV with at least asset,direction,size,entry_price,exit_price,opened_ms,closed_ms,gross_usd,fees_usd,funding_usd,exit_code" };

    public static Command Build()
    {
        var command = new Command("stats", "Computes the statistics of a record of equity and trades") { EquityFile, TradesFile, CommonOptions.Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var equity = Rows(parse.GetValue(EquityFile)!, ["at_ms", "equity_usd"], r => new EquityPoint(r.Whole("at_ms"), r.Number("equity_usd"), r.NumberOr("exposure_usd", 0)));
        var trades = parse.GetValue(TradesFile) is { } file ? Trades(file) : new Outcome<List<ClosedTrade>>([]);
        if (!equity.Ok || !trades.Ok)
        {
            Console.Error.WriteLine(equity.Ok ? trades.Rejection.Message : equity.Rejection.Message);
            return ExitCode.BadData;
        }

        if (equity.Value.Count < 2 || equity.Value.Zip(equity.Value.Skip(1), (a, b) => b.AtMs <= a.AtMs).Any(x => x))
        {
            Console.Error.WriteLine($"{parse.GetValue(EquityFile)}: at least two points with rising times are needed.");
            return ExitCode.BadData;
        }

        var report = TrackReport.Of(equity.Value, trades.Value);
        Console.Out.WriteLine(JsonSerializer.Serialize(report, parse.GetValue(CommonOptions.Json) ? BacktestCommand.Json : BacktestCommand.Indented));
        return ExitCode.Ok;
    }

    /// <summary>Closed trades of a CSV file whose first line names its columns.</summary>
    public static Outcome<List<ClosedTrade>> Trades(string path) => Rows(
        path, ["asset", "direction", "size", "entry_price", "exit_price", "opened_ms", "closed_ms", "gross_usd", "fees_usd", "funding_usd"],
        r => new ClosedTrade(
            r.Line - 1, r.Text("asset"), r.Text("direction") == "short" ? Direction.Short : Direction.Long, r.Number("size"), r.Number("entry_price"), r.Number("exit_price"), r.Whole("opened_ms"), r.Whole("closed_ms"),
            r.Number("gross_usd"), r.Number("fees_usd"), r.Number("funding_usd"), r.TextOr("exit_code", "unknown"), null, null));

    private static Outcome<List<T>> Rows<T>(string path, string[] needed, Func<Row, T> read)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Rejection("unreadable", $"{path} can't be read: {e.Message}");
        }

        var columns = lines.Length == 0 ? [] : lines[0].Split(',');
        if (needed.Where(n => !columns.Contains(n)).ToArray() is { Length: > 0 } missing)
        {
            return new Rejection("columns", $"{path}: the first line must name the columns; {string.Join(", ", missing)} missing.");
        }

        var rows = new List<T>(lines.Length);
        for (var i = 1; i < lines.Length; i++)
        {
            try
            {
                rows.Add(read(new Row(columns, lines[i].Split(','), i + 1)));
            }
            catch (FormatException e)
            {
                return new Rejection("row", $"{path} line {i + 1}: {e.Message}");
            }
        }

        return rows;
    }

    private sealed class Row(string[] columns, string[] values, int line)
    {
        public int Line => line;

        public string Text(string name) => Array.IndexOf(columns, name) is var at && at < values.Length ? values[at] : throw new FormatException($"{name} is missing");

        public string TextOr(string name, string otherwise) => columns.Contains(name) ? Text(name) : otherwise;

        public decimal Number(string name) => decimal.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"{name} is '{Text(name)}', no number");

        public decimal NumberOr(string name, decimal otherwise) => columns.Contains(name) ? Number(name) : otherwise;

        public long Whole(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw new FormatException($"{name} is '{Text(name)}', no whole number");
    }
}
