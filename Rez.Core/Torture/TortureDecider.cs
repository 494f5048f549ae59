using Rez.Core.Agent;
using Rez.Core.Market;

namespace Rez.Core.Torture;

/// <summary>Wishes whatever the seed says: sense, nonsense, contradictions, silence. Only the gate stands between it and the account.</summary>
internal sealed class TortureDecider(Life life, ulong seed, string host, Func<Task> wait) : IDecider
{
    private const int SlowBars = 3;

    public string Name => "torture";

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var fault = life.Cross(Crossing.Decide);
        for (var i = 0; fault == FaultKind.ModelSlow && i < SlowBars; i++)
        {
            await wait();
        }

        life.After(fault);
        if (fault == FaultKind.ModelFails)
        {
            return new Rejection("model-silent", "The model does not answer.");
        }

        var random = SeededRandom.For(seed, $"wish/{context.CycleId}{host}");
        var items = context.Assets.Where(_ => random.Next(3) > 0).Select(a => Wish(a, random, fault == FaultKind.ModelGarbage)).ToList();
        if (fault == FaultKind.ModelGarbage && items.Count > 0)
        {
            items.Add(Wish(context.Assets.First(a => a.Instrument.Asset == items[0].Asset), random, false));
            items.Add(items[0] with { Asset = "NOPE" });
        }

        return new Decision(Name, "drawn from the seed", [.. items]);
    }

    private static DecisionItem Wish(AssetView view, SeededRandom random, bool isGarbage)
    {
        var mark = view.Context.Mark;
        var action = random.Next(10) switch { < 4 => DecisionAction.OpenLong, < 7 => DecisionAction.OpenShort, 7 => DecisionAction.Close, 8 => DecisionAction.Reduce, _ => DecisionAction.Adjust };
        var isLong = action is not DecisionAction.OpenShort;
        var stop = (decimal)(0.004 + (0.03 * random.NextDouble())) * mark * (isLong ? -1 : 1);
        var item = new DecisionItem
        {
            Asset = view.Instrument.Asset, Action = action, SizeUsd = 50 + random.Next(6_000), Leverage = 1 + random.Next(8), StopLoss = mark + stop, TakeProfit = mark - (stop * (decimal)(1.4 + (3 * random.NextDouble()))),
            Confidence = 55 + random.Next(46), Rationale = "torture",
        };
        return !isGarbage ? item : random.Next(4) switch
        {
            0 => item with { StopLoss = item.TakeProfit, TakeProfit = item.StopLoss },
            1 => item with { SizeUsd = -5, Leverage = 900 },
            2 => item with { StopLoss = null },
            _ => item with { StopLoss = decimal.MaxValue, SizeUsd = decimal.MaxValue, TakeProfit = 0 },
        };
    }
}
