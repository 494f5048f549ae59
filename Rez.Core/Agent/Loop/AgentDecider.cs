using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;

namespace Rez.Core.Agent.Loop;

/// <summary>What the agent is made of.</summary>
/// <param name="Costs">Counts everything that is paid.</param>
/// <param name="ReflectionCosts">Counts reflections against their own budget.</param>
public sealed record AgentParts(
    IModel Model, IAgentTools Tools, IPrompts Prompts, ModelOptions Options, CostMeter Costs, CostMeter ReflectionCosts, TimeProvider Wall, IDecisionCache? Cache = null);

/// <summary>
/// The agent: tells the model the state, lets it look things up, reads its answer, asks once for a mended one, and gives out what is valid. Whatever goes
/// wrong, or takes too long or too much, ends in what is valid or in holding everything.
/// </summary>
public sealed class AgentDecider(AgentParts parts) : IDecider
{
    private readonly ModelOptions _options = parts.Options;
    private readonly PriceTable _prices = PriceTable.Of(parts.Options);
    private readonly SkipGate _gate = new(parts.Options.SkipMoveBps, parts.Options.SkipMostCycles);
    private readonly DailyReflection _reflection = new(parts.Model, PriceTable.Of(parts.Options), parts.ReflectionCosts);

    public string Name => $"agent {parts.Model.Name}";

    public bool WantsBackground => true;

    public CostMeter Costs => parts.Costs;

    /// <summary>Calls that the gate in front of the model saved.</summary>
    public long Skipped => _gate.Skipped;

    /// <summary>What happens in the conversation, as it happens. Listeners must return at once.</summary>
    public event Action<AgentMoment>? Happened;

    /// <summary>Model and parameters in one line: with prompts and payload they decide the answer.</summary>
    public static string Parameters(ModelOptions o) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{o.Name}{(o.Fallbacks.Length > 0 ? $"|{o.Fallbacks}" : string.Empty)} temperature={o.Temperature} effort={(o.ReasoningEffort.Length > 0 ? o.ReasoningEffort : "-")} max_tokens={o.MaxTokens} seed={o.Seed}");

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        if (parts.Costs.Spent(context.At) is { } spent)
        {
            // Stops, targets and exit plans go on without it.
            return new Decision(Name, $"{spent}: positions are managed by their stops and exit plans, nothing is opened.", []);
        }

        if (_gate.Why(context) is { } why)
        {
            return new Decision(Name, why, []) { Skipped = why };
        }

        var prompts = parts.Prompts.Current();
        if (!prompts.Ok)
        {
            return prompts.Rejection;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.CycleSeconds), parts.Wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var reflected = await ReflectAsync(context, either.Token, cancel);
        var known = reflected is null ? context : context with { Past = context.Past with { Reflection = reflected.Reflection } };
        var opening = OpeningOf(known, prompts.Value, _options);
        if (!opening.Ok)
        {
            return opening.Rejection;
        }

        var decision = await AskAsync(known, opening.Value, either.Token, cancel);
        return decision with { Reflected = reflected };
    }

    /// <summary>System message and payload as they would be sent.</summary>
    public static Outcome<Opening> OpeningOf(DecisionContext context, PromptSet prompts, ModelOptions options)
    {
        var payload = ContextPayload.Build(context, prompts.Outside, options.MaxPayloadCharacters);
        return payload.Ok
            ? new Opening(prompts.Message(context.Assets.Select(a => a.Instrument.Asset)), prompts.Digest, payload.Value.Json, payload.Value.Hash)
            : payload.Rejection;
    }

    private async ValueTask<Decision> AskAsync(DecisionContext context, Opening opening, CancellationToken either, CancellationToken cancel)
    {
        var (bounds, parameters) = (AgentBounds.Of(_options), Parameters(_options));
        var key = parts.Cache is null ? null : DecisionCache.KeyOf(parameters, bounds, opening, parts.Tools.Descriptions.Select(t => t.Name));
        if (key is not null && parts.Cache!.Find(key) is { } kept)
        {
            var again = new Conversation(new RecordedModel(kept), new RecordedTools(kept, parts.Tools.Descriptions), _prices, bounds, parameters, context, opening, Tell);
            await again.RunAsync(either);
            var repeated = again.Result(Name);
            return repeated with { Record = repeated.Record! with { IsCached = true } };
        }

        var talk = new Conversation(parts.Model, parts.Tools, _prices, bounds, parameters, context, opening, Tell);
        try
        {
            await talk.RunAsync(either);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            talk.End($"the conversation took longer than {_options.CycleSeconds} s");
        }

        parts.Costs.Spend(talk.CostUsd, context.At);
        var decision = talk.Result(Name);
        if (key is not null && decision.Record!.Ended is null)
        {
            parts.Cache!.Keep(key, decision.Record);
        }

        return decision;
    }

    /// <summary>A reflection is a luxury: whatever stands against it, the decision goes on without.</summary>
    private async ValueTask<Reflected?> ReflectAsync(DecisionContext context, CancellationToken either, CancellationToken cancel)
    {
        if (_options.ReflectionUsd <= 0)
        {
            return null;
        }

        try
        {
            var reflected = await _reflection.OfAsync(context, either);
            parts.Costs.Spend(reflected?.Usage.CostUsd ?? 0, context.At);
            return reflected;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Tell(AgentMoment moment) => Happened?.Invoke(moment);
}
