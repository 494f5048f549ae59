using System.CommandLine;
using System.Globalization;
using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Backtest;
using Rez.Core.Backtest.Agents;
using Rez.Core.Configuration;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands.Lab;

/// <summary>
/// The agent over history: what it may cost is said before anything is asked, every conversation is kept by what was asked, so that a run that ended goes on without paying twice; nothing
/// later than a decision reaches it.
/// </summary>
internal static class AgentBacktest
{
    public const string Name = Deciders.Agent;

    private static readonly Option<decimal> Budget = new("--budget") { Description = "With --strategy agent: most USD the model may cost; the run ends there and goes on with the same command", DefaultValueFactory = _ => 0m };
    private static readonly Option<bool> Yes = new("--yes") { Description = "With --strategy agent: ask the model without a budget" };
    private static readonly Option<bool> Masked = new("--mask") { Description = "With --strategy agent: hide the names of assets and the date from the model" };
    private static readonly Option<string?> CacheDir = new("--cache") { Description = "With --strategy agent: folder of the kept conversations (decisions in the data dir when left out)" };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Budget, Yes, Masked, CacheDir })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Runs it, or says what it would cost and asks for leave.</summary>
    public static async Task<(int Code, BacktestResult? Result, MeteredDecider? Meter)> RunAsync(ParseResult parse, LabInput input, bool closes, Action<double>? told, CancellationToken cancel)
    {
        if (!Deciders.HasModel(input.Options))
        {
            Console.Error.WriteLine(Deciders.NoModel.Replace("the rule strategy trend-momentum decides", "nothing was run", StringComparison.Ordinal));
            return (ExitCode.Configuration, null, null);
        }

        var settings = BacktestComposition.ForAgent(input.Options, input.Market, input.Interval, TradingHost.Version);
        if (!settings.Ok)
        {
            return (LabOptions.Report(settings.Rejection), null, null);
        }

        var kept = KeptMarket.Of(input.Market, input.EndsAsAsked ? input.To.ToUnixTimeMilliseconds() : long.MaxValue, cancel);
        var to = input.End(kept);
        TellCutoff(input.Options.Model, input.From, to, parse.GetValue(Masked));
        var quote = await QuoteAsync(parse, input, settings.Value, kept, to, cancel);
        if (!quote.Ok)
        {
            return (LabOptions.Report(quote.Rejection), null, null);
        }

        Tell(quote.Value);
        var budget = parse.GetValue(Budget);
        if (budget <= 0 && !parse.GetValue(Yes))
        {
            Console.Error.WriteLine("Nothing was asked. Give --budget USD to go up to there, or --yes to go all the way.");
            return (ExitCode.Usage, null, null);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        MeteredDecider? meter = null;
        try
        {
            var run = new BacktestRun(settings.Value, ports => meter = new MeteredDecider(Decider(parse, input, ports, kept), budget, stop.Cancel), TimeProvider.System);
            var result = await run.RunAsync(kept.Play(), input.From, to, closes, told, stop.Token);
            return result.Ok ? (ExitCode.Ok, result.Value, meter) : (LabOptions.Report(result.Rejection), null, meter);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"{(meter is { IsSpent: true } ? $"The budget of {budget} USD is spent" : "Interrupted")} after {meter?.Asked ?? 0} new decisions ({meter?.FromCache ?? 0} from before); all are kept, and the same command goes on from here.");
            return (ExitCode.Failed, null, meter);
        }
    }

    private static IDecider Decider(ParseResult parse, LabInput input, BacktestPorts ports, KeptMarket kept)
    {
        var o = input.Options;
        var mask = parse.GetValue(Masked) ? new Mask(kept.Instruments.Select(i => i.Asset), kept.StartMs) : null;
        var (market, past) = mask is null ? (ports.Market, ports.Past) : (new MaskedMarket(ports.Market, mask), new MaskedPast(ports.Past, mask));
        var cache = new DecisionCache(parse.GetValue(CacheDir) ?? Path.Combine(o.Storage.DataDir, "decisions"));
        var model = new OpenAiModel(o.Model, LiveHost.Handler(), TimeProvider.System, new SeededRandom(1));

        // The budget is the run's: days of the past have none of their own.
        var agent = new AgentDecider(new AgentParts(model, new AgentTools(market, past), Deciders.Prompts(o), o.Model, new CostMeter(0, 0), new CostMeter(0, 0), TimeProvider.System, cache));
        IDecider guarded = new GuardedDecider(agent);
        return mask is null ? guarded : new MaskedDecider(guarded, mask);
    }

    /// <summary>What the span costs, from an opening as the model would get it: the cycle is run up to the decision, and nobody is asked.</summary>
    private static async Task<Outcome<AgentQuote>> QuoteAsync(ParseResult parse, LabInput input, SessionSettings settings, KeptMarket kept, DateTimeOffset to, CancellationToken cancel)
    {
        var prompts = Deciders.Prompts(input.Options).Current();
        if (!prompts.Ok)
        {
            return prompts.Rejection;
        }

        var listener = new Listener();
        var interval = settings.Cycle.CycleInterval;
        var second = input.From.AddMilliseconds(2 * interval.Milliseconds);
        var run = await new BacktestRun(settings, _ => listener, TimeProvider.System).RunAsync(kept.Play(), input.From, second < to ? second : to, false, null, cancel);
        if (!run.Ok || listener.Context is null)
        {
            return run.Ok ? new Rejection("no-cycles", "No cycle came to a decision.") : run.Rejection;
        }

        var opening = AgentDecider.OpeningOf(listener.Context, prompts.Value, input.Options.Model);
        var decisions = ((to.ToUnixTimeMilliseconds() - input.From.ToUnixTimeMilliseconds()) / interval.Milliseconds) + 1;
        return opening.Ok ? AgentQuote.Of(decisions, opening.Value.System.Length + opening.Value.Payload.Length, input.Options.Model, PriceTable.Of(input.Options.Model)) : opening.Rejection;
    }

    private static void Tell(AgentQuote q) => Console.Error.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{q.Decisions} decisions of about {q.PromptTokens} prompt tokens a turn. ")
        + (q.LikelyUsd is null ? "No price of the model is known (Model:Prices, or Model:PromptUsdPerMillion and Model:CompletionUsdPerMillion): what it costs can't be said."
            : string.Create(CultureInfo.InvariantCulture, $"At the prices that are set: {q.LeastUsd} USD with one turn each, {q.LikelyUsd} likely, {q.MostUsd} at the very most. Answers that are kept cost nothing.")));

    private static void TellCutoff(ModelOptions model, DateTimeOffset from, DateTimeOffset to, bool isMasked)
    {
        if (model.KnowledgeCutoff.Length == 0)
        {
            Console.Error.WriteLine("Model:KnowledgeCutoff is not set: whether the model has read of this span can't be said.");
            return;
        }

        var cutoff = new DateTimeOffset(DateOnly.ParseExact(model.KnowledgeCutoff, "yyyy-MM-dd", CultureInfo.InvariantCulture).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        if (from < cutoff)
        {
            var share = ((to < cutoff ? to : cutoff) - from) / (to - from);
            Console.Error.WriteLine(
                $"WARNING: the model's knowledge ends {cutoff:yyyy-MM-dd}: {share:P0} of the span lies before that, and it may remember what happened. {(isMasked ? "Names and dates are masked; prices are not." : "--mask hides names and dates; only what lies after proves anything.")}");
        }
    }

    /// <summary>Hears what a decider would be told, and holds.</summary>
    private sealed class Listener : IDecider
    {
        public string Name => "quote";

        public bool WantsBackground => true;

        public DecisionContext? Context { get; private set; }

        public ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
        {
            Context = context;
            return new(new Decision(Name, string.Empty, []));
        }
    }
}
