using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Cycle;
using Rez.Core.Market;
using Rez.Core.Replay;
using Rez.Core.Risk;

namespace Rez.Core.Configuration;

/// <param name="Gate">What the gate would have left of it.</param>
public sealed record AnotherLine(DecisionItem Item, string Gate, ImmutableArray<Verdict> Verdicts);

/// <summary>What came after, played with what was decided, with the other decision, and with nothing; null where it can't be played.</summary>
public sealed record PlayedOn(CounterfactualResult? Recorded, CounterfactualResult? Other, CounterfactualResult? Hold, string Note);

/// <summary>What another model, or other words, made of a stored cycle. Nothing was sent.</summary>
public sealed record OtherDecision(
    string Asked, string PromptDigest, string Reasoning, ImmutableArray<AnotherLine> Recorded, ImmutableArray<AnotherLine> Decided, TokenUsage Usage, string? Ended, PlayedOn Pnl);

/// <summary>Asks a model about a cycle that is over: the same state, other words or another model, judged by the same gate, and what that would have made.</summary>
/// <param name="World">Which market the diary was written on.</param>
/// <param name="Handlers">How bytes travel to the model.</param>
public sealed record AnotherDecision(RezOptions Options, string World, Func<HttpMessageHandler> Handlers, TimeProvider Wall, string Version)
{
    /// <param name="candles">Folder of candles to play what came after; a generated market needs none.</param>
    public async Task<Outcome<OtherDecision>> AskAsync(CycleCapsule capsule, PromptSet prompts, TimeSpan horizon, string? candles, CancellationToken cancel)
    {
        if (!Deciders.HasModel(Options))
        {
            return new Rejection("no-model", "No model is set: name one with --model, or set Model:Name.");
        }

        var opening = OpeningOf(capsule, prompts, Options.Model);
        if (!opening.Ok)
        {
            return opening.Rejection;
        }

        using var model = new OpenAiModel(Options.Model, Handlers(), Wall, new SeededRandom((ulong)Wall.GetTimestamp()));
        var asked = await AgentReplay.AskAnotherAsync(model, Options.Model, opening.Value, capsule.Reasoned.Decision.Record, capsule.Reasoned.Context, Wall, cancel);
        var decision = ReasonStage.Keep(asked, capsule.Reasoned.Context);
        return new OtherDecision(
            AgentDecider.Parameters(Options.Model), opening.Value.PromptDigest, decision.Reasoning, Lines(capsule, capsule.Reasoned.Decision), Lines(capsule, decision), asked.Record!.Usage, asked.Record.Ended,
            await PlayAsync(capsule, decision, horizon, candles, cancel));
    }

    /// <summary>The words of now with the state of then.</summary>
    public static Outcome<Opening> OpeningOf(CycleCapsule capsule, PromptSet prompts, ModelOptions options)
    {
        var context = capsule.Reasoned.Context;
        if (capsule.Reasoned.Decision.Record is { } record)
        {
            return new Opening(prompts.Message(context.Assets.Select(a => a.Instrument.Asset)), prompts.Digest, record.Payload, record.PayloadHash);
        }

        return AgentDecider.OpeningOf(context with { Limits = RiskGate.Uses(context.Account, capsule.Terms.Limits) }, prompts, options);
    }

    private static ImmutableArray<AnotherLine> Lines(CycleCapsule capsule, Decision decision)
    {
        var judged = CycleReplay.Judge(capsule, decision);
        return [.. decision.Items.Select(i => judged.FirstOrDefault(j => j.Asked.Asset == i.Asset) is { } j ? new AnotherLine(i, ExecuteStage.Gated(j), j.Verdicts) : new AnotherLine(i, "not for the gate", []))];
    }

    private async Task<PlayedOn> PlayAsync(CycleCapsule capsule, Decision decision, TimeSpan horizon, string? candles, CancellationToken cancel)
    {
        if (horizon <= TimeSpan.Zero)
        {
            return new PlayedOn(null, null, null, "Nothing has come after it yet.");
        }

        var market = ReplayMarket.Of(World, candles);
        if (!market.Ok)
        {
            return new PlayedOn(null, null, null, market.Rejection.Message);
        }

        var play = new Counterfactual(SessionComposition.Settings(Options, market.Value(), null, Version), market.Value, Wall);
        var recorded = await play.RunAsync(capsule, capsule.Reasoned.Decision, horizon, cancel);
        var other = recorded.Ok ? await play.RunAsync(capsule, decision, horizon, cancel) : recorded;
        var hold = other.Ok ? await play.RunAsync(capsule, null, horizon, cancel) : other;
        return hold.Ok
            ? new PlayedOn(recorded.Value, other.Value, hold.Value, $"Played on {World} for at most {horizon.TotalHours:0.##} h with nothing decided after the cycle; what is open then is at mark.")
            : new PlayedOn(null, null, null, hold.Rejection.Message);
    }
}
