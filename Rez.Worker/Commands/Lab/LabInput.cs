using System.CommandLine;
using System.Globalization;
using Rez.Core;
using Rez.Core.Backtest;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Strategies;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands.Lab;

/// <summary>What the verbs of the lab have in common: data, span, strategy, interval.</summary>
internal static class LabOptions
{
    public static Option<string?> Data { get; } = new("--data") { Description = "Candle file, or folder of ASSET-INTERVAL.csv|jsonl[.gz]; the generated market when left out" };

    public static Option<string?> Assets { get; } = new("--assets") { Description = "Only these assets, separated by commas" };

    public static Option<string?> From { get; } = new("--from") { Description = "First moment of trading, UTC; what is before warms the indicators up" };

    public static Option<string?> To { get; } = new("--to") { Description = "Last moment, UTC" };

    public static Option<string> Strategy { get; } = new("--strategy") { Description = "Name of a strategy ('rez strategies')", DefaultValueFactory = _ => TrendMomentum.StrategyName };

    public static Option<string[]> Param { get; } = new("--param") { Description = "A parameter, NAME=VALUE; may be repeated" };

    public static Option<string> Every { get; } = new("--interval") { Description = "How often it decides", DefaultValueFactory = _ => "5m" };

    public static Option<int> EntryDelay { get; } = new("--entry-delay") { Description = "Cycles that an opening waits before it is carried out", DefaultValueFactory = _ => 0 };

    public static Option<bool> CancelIfGone { get; } = new("--cancel-if-gone") { Description = "With --entry-delay: drop an opening that the strategy no longer wants by then" };

    public static Option<bool> NoCache { get; } = new("--no-cache") { Description = "Neither read nor write binary candles (.rezc) beside the files" };

    public static Option[] All => [Data, Assets, From, To, Strategy, Param, Every, EntryDelay, CancelIfGone, NoCache, CommonOptions.Json];

    public static void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Exit code of what stands in the way.</summary>
    public static int CodeOf(Rejection rejection) => rejection.Code is "unknown-strategy" or "unknown-parameter" or "bad-parameter" or "bad-parameters" or "bad-time" or "interval" or "bad-range" or "bad-windows" or "bad-option"
        ? ExitCode.Usage
        : rejection.Code == "configuration" ? ExitCode.Configuration : ExitCode.BadData;

    public static int Report(Rejection rejection)
    {
        Console.Error.WriteLine(rejection.Message);
        return CodeOf(rejection);
    }

    public static Outcome<DateTimeOffset> Time(string? text, DateTimeOffset otherwise) =>
        text is null ? otherwise
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time
        : new Rejection("bad-time", $"'{text}' is no time; 2025-03-01 or 2025-03-01T12:00 is.");

    /// <summary>A length such as 30d, 12h or 90m.</summary>
    public static Outcome<TimeSpan> Length(string option, string text) =>
        text.Length > 1 && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && n is > 0 and < 100_000
            ? text[^1] switch
            {
                'd' => TimeSpan.FromDays(n),
                'h' => TimeSpan.FromHours(n),
                'm' => TimeSpan.FromMinutes(n),
                'w' => TimeSpan.FromDays(7 * n),
                _ => new Rejection("bad-windows", $"{option}: '{text}' is no length; 30d, 12h or 90m is."),
            }
            : new Rejection("bad-windows", $"{option}: '{text}' is no length; 30d, 12h or 90m is.");
}

/// <summary>A lab verb's input, read and checked.</summary>
internal sealed record LabInput(RezOptions Options, IMarketSource Market, StrategyDefinition Strategy, StrategyValues Values, Interval Interval, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Whether the span's end was asked for; a recorded market otherwise runs to its own.</summary>
    public bool EndsAsAsked => To < DateTimeOffset.MaxValue;

    /// <param name="readsValues">Whether --param gives the values of one run, and not constants of many.</param>
    /// <param name="takesAgent">Whether the language model may be the strategy.</param>
    public static Outcome<LabInput> Read(ParseResult parse, bool readsValues = true, bool takesAgent = false)
    {
        var (assets, data) = (parse.GetValue(LabOptions.Assets), parse.GetValue(LabOptions.Data));
        var reading = CommonOptions.Read(parse, ("Demo:Candles", data), ("Trading:Assets", data is null ? assets : null), ("Trading:Mode", "demo"));
        if (!reading.Faults.IsEmpty)
        {
            CommonOptions.Report(reading);
            return new Rejection("configuration", "Nothing was run.");
        }

        var name = parse.GetValue(LabOptions.Strategy)!;
        if ((StrategyCatalogue.Find(name) ?? Agent(name, takesAgent)) is not { } strategy)
        {
            return new Rejection("unknown-strategy", $"There is no strategy '{name}'; there are {string.Join(", ", StrategyCatalogue.All.Select(s => s.Name))}{(takesAgent ? ", agent" : string.Empty)}.");
        }

        var values = strategy.Read(readsValues ? parse.GetValue(LabOptions.Param) ?? [] : []);
        if (!values.Ok)
        {
            return values.Rejection;
        }

        var (delay, dropsGone) = (parse.GetValue(LabOptions.EntryDelay), parse.GetValue(LabOptions.CancelIfGone));
        if (delay < 0 || (dropsGone && delay == 0))
        {
            return new Rejection("bad-option", delay < 0 ? "--entry-delay must not be below 0." : "--cancel-if-gone needs --entry-delay.");
        }

        if (delay > 0)
        {
            var create = strategy.Create;
            strategy = strategy with { Create = v => new DelayedDecider(create(v), delay, dropsGone) };
        }

        if (!Interval.TryParse(parse.GetValue(LabOptions.Every)!, out var interval))
        {
            return new Rejection("bad-time", $"--interval: '{parse.GetValue(LabOptions.Every)}' is no candle interval; there are {string.Join(' ', Interval.All)}.");
        }

        var market = data is null ? SessionComposition.Market(reading.Options) : Opened(parse, data, assets);
        if (!market.Ok)
        {
            return market.Rejection;
        }

        var input = new LabInput(reading.Options, market.Value, strategy, values.Value, interval, default, default);
        var settings = input.SettingsOf(values.Value);
        if (!settings.Ok)
        {
            return settings.Rejection;
        }

        var from = LabOptions.Time(parse.GetValue(LabOptions.From), DateTimeOffset.FromUnixTimeMilliseconds(settings.Value.TradingStartMs));
        var to = LabOptions.Time(parse.GetValue(LabOptions.To), data is null && from.Ok ? from.Value.AddDays(30) : DateTimeOffset.MaxValue);
        return !from.Ok ? from.Rejection
            : !to.Ok ? to.Rejection
            : to.Value <= from.Value ? new Rejection("empty-window", $"The window from {from.Value:yyyy-MM-dd HH:mm} to {to.Value:yyyy-MM-dd HH:mm} is empty.")
            : input with { From = from.Value, To = to.Value };
    }

    public Outcome<Rez.Core.Session.SessionSettings> SettingsOf(StrategyValues values) => Strategy.Name == AgentBacktest.Name
        ? BacktestComposition.ForAgent(Options, Market, Interval, TradingHost.Version)
        : BacktestComposition.Settings(Options, Market, Strategy, values, Interval, TradingHost.Version);

    /// <summary>The market in memory up to the span's end, to be played many times.</summary>
    public Trials Kept(CancellationToken cancel)
    {
        var kept = KeptMarket.Of(Market, EndsAsAsked ? To.ToUnixTimeMilliseconds() : long.MaxValue, cancel);
        return new Trials(kept, Strategy, SettingsOf, TimeProvider.System);
    }

    /// <summary>The span's end as it is: where the data ends, when that is earlier.</summary>
    public DateTimeOffset End(KeptMarket market) => market.EndMs < To.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(market.EndMs) : To;

    /// <summary>What a user should know of the data.</summary>
    public void TellNotes()
    {
        foreach (var note in (Market as RecordedMarket)?.Notes ?? [])
        {
            Console.Error.WriteLine(note);
        }
    }

    private static StrategyDefinition? Agent(string name, bool takesAgent) => takesAgent && name == AgentBacktest.Name
        ? new StrategyDefinition(name, "The language model.", [], _ => [], _ => throw new InvalidOperationException("Invariant: the agent is made by its own run."))
        : null;

    private static Outcome<IMarketSource> Opened(ParseResult parse, string data, string? assets)
    {
        var opened = RecordedMarket.Open(data, assets?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [], !parse.GetValue(LabOptions.NoCache));
        return opened.Ok ? opened.Value : opened.Rejection;
    }
}
