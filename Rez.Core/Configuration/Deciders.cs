using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Strategies;

namespace Rez.Core.Configuration;

/// <summary>Who decides, as the settings say: a rule strategy, or the agent where a model is set.</summary>
public static class Deciders
{
    public const string Agent = "agent";

    /// <summary>Said when the agent is wanted and no model is set.</summary>
    public const string NoModel =
        "Trading:Decider is agent, but no model is set: the rule strategy trend-momentum decides. Set Model:Name, and the key in REZ__Model__ApiKey (OpenRouter by default; Model:BaseUrl for others, such as Ollama).";

    public static bool WantsModel(RezOptions o) => o.Trading.Decider == Agent;

    public static bool HasModel(RezOptions o) => o.Model.Name.Length > 0;

    /// <param name="handlers">How bytes travel to the model.</param>
    /// <param name="diaryPath">Where earlier costs are written down.</param>
    public static IDecider Of(RezOptions o, IMarketData market, Func<HttpMessageHandler> handlers, TimeProvider wall, SeededRandom jitter, string diaryPath) =>
        WantsModel(o) && HasModel(o)
            ? new AgentDecider(new OpenAiModel(o.Model, handlers(), wall, jitter), new AgentTools(market), o.Model, Limits(o), Costs(o.Model, diaryPath), wall)
            : new TrendMomentum();

    private static CostMeter Costs(ModelOptions o, string diaryPath)
    {
        var meter = new CostMeter(o.DailyBudgetUsd, o.MonthlyBudgetUsd);
        foreach (var (at, usd) in DiaryReading.ModelCosts(diaryPath))
        {
            meter.Spend(usd, at);
        }

        return meter;
    }

    private static string Limits(RezOptions o) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"leverage at most {o.Risk.MaxLeverage}, all positions together at most {o.Risk.MaxEffectiveLeverage} times equity, reward for risk at least {o.Risk.MinRewardRisk} after fees, initial margin at most {o.Risk.MaxMarginUse:P0} of equity");
}
