using Rez.Core.Diary.Storage;
using Rez.Core.Session;
using Rez.Tests.Support;

namespace Rez.Tests.Session;

/// <summary>What a decider remembers is what the diary says.</summary>
public sealed class DiaryPastTests
{
    [Fact]
    public async Task Outcomes_are_attached_to_the_decisions_that_opened_and_the_record_adds_up()
    {
        using var folder = new TempFolder();
        using var stage = SessionStage.Open(folder.Path, 900);
        await stage.Session.RunAsync(CancellationToken.None);
        var past = new DiaryPast(stage.Diary, stage.Diary.Path);
        var recall = await past.RecallAsync(stage.Session.Now, CancellationToken.None);
        var summary = stage.Session.Summarise();
        Assert.Equal(summary.Trades, recall.Record!.Trades);
        Assert.Equal((double)((summary.EquityEnd / summary.EquityStart) - 1) * 100, (double)recall.Record.ReturnPercent, 0.05);

        var outcome = Assert.Single(recall.Decisions, d => d.Outcome is not null && d.Asked.StartsWith("open", StringComparison.Ordinal) && d == recall.Decisions.First(x => x.Outcome is not null));
        using var db = new RezDb(RezDb.Sqlite(stage.Diary.Path, readOnly: true));
        var trade = db.Trades.Single(t => t.OpenCycleId == outcome.CycleId && t.Asset == outcome.Asset);
        Assert.Equal((trade.Net, trade.ExitCode), (outcome.Outcome!.NetUsd, outcome.Outcome.ExitCode));
        Assert.Equal(recall.Decisions.OrderByDescending(d => d.AtMs).Select(d => d.CycleId), recall.Decisions.Select(d => d.CycleId));
        Assert.InRange(recall.Decisions.Length, 1, 12);
        Assert.InRange(recall.Fills.Length, 1, 10);

        var newest = await past.TradesAsync(trade.Asset, 3, CancellationToken.None);
        Assert.All(newest, t => Assert.Equal(trade.Asset, t.Asset));
        Assert.NotEmpty(await past.SearchAsync(outcome.Asked[..10], 5, CancellationToken.None));
        Assert.Empty(await past.SearchAsync("100%_no such words", 5, CancellationToken.None));
    }
}
