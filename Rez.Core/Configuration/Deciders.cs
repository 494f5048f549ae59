using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Diary;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Strategies;

namespace Rez.Core.Configuration;

/// <summary>What a decider is made with, whatever it is.</summary>
/// <param name="Handlers">How bytes travel to the model.</param>
/// <param name="DiaryPath">Where earlier costs and decisions are written down.</param>
public sealed record DeciderPorts(IMarketData Market, IDiary Diary, string DiaryPath, Func<HttpMessageHandler> Handlers, TimeProvider Wall, SeededRandom Jitter);

/// <summary>Who decides, as the settings say: a rule strategy, or the agent where a model is set.</summary>
public static class Deciders
{
    public const string Agent = "agent";

    /// <summary>Said when the agent is wanted and no model is set.</summary>
    public const string NoModel =
        "Trading:Decider is agent, but no model is set: the rule strategy trend-momentum decides. Set Model:Name, and the key in REZ__Model__ApiKey (OpenRouter by default; Model:BaseUrl for others, such as Ollama).";

    public static bool WantsModel(RezOptions o) => o.Trading.Decider == Agent;

    public static bool HasModel(RezOptions o) => o.Model.Name.Length > 0;

    public static IDecider Of(RezOptions o, DeciderPorts ports) => WantsModel(o) && HasModel(o) ? AgentOf(o, ports) : Rule(o.Trading.Decider) ?? new TrendMomentum();

    /// <summary>A strategy by its name, with its standard parameters; null when there is none such.</summary>
    public static IDecider? Rule(string name) => StrategyCatalogue.Find(name) is { } strategy ? strategy.Create(strategy.Read([]).Value) : null;

    /// <summary>Prompts of the settings' folder, or of the data dir's.</summary>
    public static PromptFolder Prompts(RezOptions o) => new(o.Model.PromptDir.Length > 0 ? o.Model.PromptDir : Path.Combine(o.Storage.DataDir, "prompts"));

    private static AgentDecider AgentOf(RezOptions o, DeciderPorts ports)
    {
        var costs = new CostMeter(o.Model.DailyBudgetUsd, o.Model.MonthlyBudgetUsd);
        var reflections = new CostMeter(o.Model.ReflectionUsd, 0);
        foreach (var (at, usd, isReflection) in DiaryReading.ModelCosts(ports.DiaryPath))
        {
            costs.Spend(usd, at);
            reflections.Spend(isReflection ? usd : 0, at);
        }

        var model = new OpenAiModel(o.Model, ports.Handlers(), ports.Wall, ports.Jitter);
        var cache = o.Model.Cache ? new DecisionCache(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(ports.DiaryPath))!, "decisions")) : null;
        return new AgentDecider(new AgentParts(model, new AgentTools(ports.Market, new DiaryPast(ports.Diary, ports.DiaryPath)), Prompts(o), o.Model, costs, reflections, ports.Wall, cache));
    }
}
