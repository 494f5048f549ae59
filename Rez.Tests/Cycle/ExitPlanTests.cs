using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Diary.Storage;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Cycle;

/// <summary>Exit plans: code closes what its own plan says is over, and tells the decider.</summary>
public sealed class ExitPlanTests
{
    [Fact]
    public async Task A_condition_that_came_true_on_a_candle_closed_since_closes_the_position_and_is_told()
    {
        using var folder = new TempFolder();
        var seen = new List<DecisionContext>();
        await SessionStage.RunAsync(folder.Path, 4, decider: new ScriptedDecider(c => Decide(c, seen, mark => mark * 10m)));
        Assert.Null(seen[0].Assets[0].Plan);

        // The candle of the opening cycle had closed before: it does not count. The next one does.
        var told = Assert.Single(seen, c => !c.Notes.IsEmpty);
        Assert.Contains("closed by its exit plan", Assert.Single(told.Notes));
        Assert.Null(told.Assets[0].Position);
        using var db = new RezDb(RezDb.Sqlite(Path.Combine(folder.Path, "diary.db"), readOnly: true));
        Assert.Equal(ExitCodes.Plan, db.Trades.Select(t => t.ExitCode).First());
        Assert.Equal(1, db.Events.Count(e => e.Type == "plan.fired"));
    }

    [Fact]
    public async Task A_plan_that_holds_is_shown_to_the_decider_each_cycle_and_survives_a_restart()
    {
        using var folder = new TempFolder();
        var seen = new List<DecisionContext>();
        await SessionStage.RunAsync(folder.Path, 3, decider: new ScriptedDecider(c => Decide(c, seen, _ => 1m)));
        await SessionStage.RunAsync(folder.Path, 2, decider: new ScriptedDecider(c => Decide(c, seen, _ => 1m)));
        foreach (var later in seen.Skip(1).Where(c => c.Assets[0].Position is not null))
        {
            Assert.Equal("the thesis", later.Assets[0].Thesis);
            Assert.Equal("the plan", later.Assets[0].Plan!.Text);
            Assert.Equal(new Invalidation("close", "5m", "below", 1m), Assert.Single(later.Assets[0].Plan!.Invalidations));
            Assert.True(later.Assets[0].Held >= TimeSpan.Zero);
        }

        Assert.True(seen.Count(c => c.Assets[0].Plan is not null) >= 3);
    }

    private static Decision Decide(DecisionContext context, List<DecisionContext> seen, Func<decimal, decimal> level)
    {
        seen.Add(context);
        if (seen.Count > 1)
        {
            return new Decision("scripted", "hold", []);
        }

        var btc = context.Assets[0];
        return new Decision("scripted", "open", [new DecisionItem
        {
            Asset = btc.Instrument.Asset, Action = DecisionAction.OpenLong, SizeUsd = 1_000, Leverage = 2, StopLoss = btc.Context.Mark * 0.9m, TakeProfit = btc.Context.Mark * 1.3m,
            Confidence = 90, Rationale = "the thesis", ExitPlan = new ExitPlan("the plan", [new Invalidation("close", "5m", "below", level(btc.Context.Mark))]),
        }]);
    }
}
