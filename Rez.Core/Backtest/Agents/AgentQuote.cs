using Rez.Core.Agent;
using Rez.Core.Agent.Model;

namespace Rez.Core.Backtest.Agents;

/// <summary>What asking a model through a span may cost, before it is asked. USD; null where no price of the model is known.</summary>
/// <param name="Decisions">Cycles in the span: each asks once.</param>
/// <param name="PromptTokens">Of one opening, by its length: four characters a token.</param>
/// <param name="LeastUsd">One turn a decision, a short answer.</param>
/// <param name="LikelyUsd">Two turns, a middling answer.</param>
/// <param name="MostUsd">Until the cycle's own bound on tokens.</param>
public sealed record AgentQuote(long Decisions, int PromptTokens, decimal? LeastUsd, decimal? LikelyUsd, decimal? MostUsd)
{
    private const double CharactersPerToken = 4;
    private const int ShortAnswer = 300;
    private const int LikelyAnswer = 900;

    /// <param name="openingCharacters">System message and payload of a typical cycle.</param>
    public static AgentQuote Of(long decisions, int openingCharacters, ModelOptions options, PriceTable prices)
    {
        var prompt = (int)Math.Ceiling(openingCharacters / CharactersPerToken);
        decimal? Cost(int promptTokens, int answerTokens)
        {
            var one = prices.CostOf(options.Name, new TokenUsage(promptTokens, 0, answerTokens, 0, null));
            return one > 0 ? decimal.Round(one * decisions, 4) : null;
        }

        var most = Math.Max(prompt, options.MaxCycleTokens - options.MaxTokens);
        return new AgentQuote(decisions, prompt, Cost(prompt, Math.Min(ShortAnswer, options.MaxTokens)), Cost(2 * prompt, Math.Min(LikelyAnswer, options.MaxTokens)), Cost(most, options.MaxTokens));
    }
}

/// <summary>Counts what an agent's answers cost in a run, and ends the run when they have cost what they may.</summary>
public sealed class MeteredDecider(IDecider inner, decimal budgetUsd, Action stop) : IDecider
{
    public string Name => inner.Name;

    public bool WantsBackground => inner.WantsBackground;

    public long Asked { get; private set; }

    /// <summary>Decisions answered from kept conversations.</summary>
    public long FromCache { get; private set; }

    public long Failed { get; private set; }

    public decimal SpentUsd { get; private set; }

    /// <summary>Whether the budget ended the run.</summary>
    public bool IsSpent => budgetUsd > 0 && SpentUsd >= budgetUsd;

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        if (IsSpent)
        {
            stop();
            cancel.ThrowIfCancellationRequested();
        }

        var decided = await inner.DecideAsync(context, cancel);
        Asked += decided.Ok && decided.Value.Record is { IsCached: false } ? 1 : 0;
        FromCache += decided.Ok && decided.Value.Record is { IsCached: true } ? 1 : 0;
        Failed += decided.Ok && decided.Value.Record is not { Ended: not null } ? 0 : 1;
        SpentUsd += decided.Ok && decided.Value.Record is { IsCached: false } record ? record.Usage.CostUsd ?? 0 : 0;
        return decided;
    }
}
