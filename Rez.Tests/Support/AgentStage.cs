using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;
using Rez.Worker.Hosting;

namespace Rez.Tests.Support;

/// <summary>The agent on a demo market, with an endpoint that plays a script: real HTTP, the real SDK.</summary>
internal static class AgentStage
{
    public const string Key = "sk-planted-key-31415926";

    private static readonly Lazy<DemoWorld> Played = new(() =>
    {
        var world = new DemoWorld(new GeneratedMarket(3, [DemoInstruments.Find("BTC")!, DemoInstruments.Find("ETH")!], Some.Start), new SimulationOptions(), 3);
        for (var i = 0; i < 12_000; i++)
        {
            world.Step();
        }

        return world;
    });

    public static DemoWorld World => Played.Value;

    /// <summary>Decides once.</summary>
    public static Task<(Core.Outcome<Decision> Decision, ScriptedModelHost Host)> AskAsync(params string[] steps) => AskAsync(null, steps);

    public static async Task<(Core.Outcome<Decision> Decision, ScriptedModelHost Host)> AskAsync(Action<AgentSetup>? change, params string[] steps)
    {
        var setup = new AgentSetup();
        change?.Invoke(setup);
        await using var host = await ScriptedModelHost.StartAsync($"[{string.Join(',', steps)}]", 0);
        setup.Options.BaseUrl = setup.Path is null ? host.Address.ToString() : new Uri(host.Address, setup.Path).ToString();
        using var model = new OpenAiModel(setup.Options, new SocketsHttpHandler(), TimeProvider.System, new SeededRandom(1));
        var decider = setup.Decider(model);
        var decision = await decider.DecideAsync(setup.Context, CancellationToken.None);
        return (decision, host);
    }

    public static DecisionContext Context()
    {
        var world = World;
        var layout = new SheetLayout([IndicatorCatalogue.Parse("rsi:14").Value, IndicatorCatalogue.Parse("ema:20").Value]);
        var store = new CandleStore(Interval.M1);
        var views = ImmutableArray.CreateBuilder<AssetView>();
        foreach (var asset in new[] { "BTC", "ETH" })
        {
            foreach (var candle in world.Market.CandlesAsync(asset, Interval.M1, 0, world.NowMs, CancellationToken.None).AsTask().Result.Value)
            {
                store.Append(asset, candle);
            }

            var bank = new IndicatorBank(asset, [Interval.M5, Interval.H1], layout);
            bank.CatchUp(store);
            views.Add(new AssetView(DemoInstruments.Find(asset)!.Instrument, world.Venue.Context(asset)!, bank.Sheet(), null, null, null, null));
        }

        return new DecisionContext("c-1", DateTimeOffset.FromUnixTimeMilliseconds(world.NowMs), world.Venue.Account(), views.ToImmutable());
    }
}

/// <summary>What a test changes of the agent.</summary>
internal sealed class AgentSetup
{
    public ModelOptions Options { get; } = new() { Name = "scripted", ApiKey = AgentStage.Key, CallSeconds = 3, CycleSeconds = 20, MaxTurns = 3 };

    public DecisionContext Context { get; set; } = AgentStage.Context();

    public IPast Past { get; set; } = new NoPast();

    public IPrompts Prompts { get; set; } = new FixedPrompts(PromptSet.BuiltIn);

    public IDecisionCache? Cache { get; set; }

    public CostMeter Costs { get; set; } = new(0, 0);

    /// <summary>Path of the endpoint, where it is not the usual one.</summary>
    public string? Path { get; set; }

    public List<AgentMoment> Moments { get; } = [];

    public AgentDecider Decider(IModel model)
    {
        var decider = new AgentDecider(new AgentParts(
            model, new AgentTools(AgentStage.World.Market, Past), Prompts, Options, Costs, new CostMeter(Options.ReflectionUsd, 0), TimeProvider.System, Cache));
        decider.Happened += m =>
        {
            lock (Moments)
            {
                Moments.Add(m);
            }
        };
        return decider;
    }
}

internal sealed class FixedPrompts(PromptSet prompts) : IPrompts
{
    public Core.Outcome<PromptSet> Current() => prompts;
}

/// <summary>An account that never did anything.</summary>
internal sealed class NoPast : IPast
{
    public ValueTask<Recall> RecallAsync(DateTimeOffset at, CancellationToken cancel) => new(Recall.Nothing);

    public ValueTask<IReadOnlyList<PastTrade>> TradesAsync(string? asset, int count, CancellationToken cancel) => new(Array.Empty<PastTrade>());

    public ValueTask<IReadOnlyList<DiaryHit>> SearchAsync(string text, int count, CancellationToken cancel) => new(Array.Empty<DiaryHit>());
}
