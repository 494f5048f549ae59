using Rez.Core.Risk.Portfolio;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Portfolio;

/// <summary>What protections count from: each edge of time, and how long it is kept.</summary>
public sealed class PortfolioHistoryTests
{
    private const long Day = 86_400_000;
    private const long Now = Some.Start;

    private static PortfolioHistory Of(params (long At, decimal Net)[] trades)
    {
        var history = new PortfolioHistory();
        foreach (var (at, net) in trades)
        {
            history.NoteTrade(new GuardTrade(at, "BTC", net, false));
        }

        return history;
    }

    [Fact]
    public void A_span_begins_with_its_first_moment_and_ends_before_its_last() =>
        Assert.Equal(6m, Of((Now - 1, 1m), (Now, 2m), (Now + 5, 4m), (Now + 10, 8m)).Net(Now, Now + 10));

    [Fact]
    public void Trades_are_counted_in_the_order_of_closing_however_they_came()
    {
        var history = Of((Now + 10, -1m), (Now, 5m), (Now + 20, -2m), (Now + 5, -4m));
        Assert.Equal((3, Now + 20), history.LosingStreak());
        Assert.Equal(-7m, history.Net(Now + 1, long.MaxValue));
        Assert.Equal(Now, history.FirstTradeMs());
        Assert.Null(new PortfolioHistory().FirstTradeMs());
    }

    [Fact]
    public void A_trade_without_loss_ends_a_streak_and_what_was_accepted_does_not_count()
    {
        Assert.Equal((1, Now + 2), Of((Now, -1m), (Now + 1, 0m), (Now + 2, -1m)).LosingStreak());
        var accepted = Of((Now, -1m), (Now + 1, -1m), (Now + 2, -1m));
        accepted.Accept(Now + 1);
        Assert.Equal(2, accepted.LosingStreak().Count);
        Assert.Equal((0, 0L), Of((Now, 1m)).LosingStreak());
    }

    [Fact]
    public void Trades_are_kept_for_four_hundred_days_and_openings_for_two()
    {
        var history = Of((Now, -1m), (Now + 1, -2m));
        history.NoteTrade(new GuardTrade(Now + (400 * Day), "BTC", -4m, false));
        Assert.Equal(-7m, history.Net(0, long.MaxValue));
        history.NoteTrade(new GuardTrade(Now + (400 * Day) + 1, "BTC", -8m, false));
        Assert.Equal(-14m, history.Net(0, long.MaxValue));

        history.NoteEntry(new GuardEntry(Now, "BTC"));
        history.NoteEntry(new GuardEntry(Now + 1, "ETH"));
        history.NoteEntry(new GuardEntry(Now + (2 * Day), "BTC"));
        Assert.Equal((3, Now + (2 * Day)), history.Entries(0));
        history.NoteEntry(new GuardEntry(Now + (2 * Day) + 1, "SOL"));
        Assert.Equal((3, Now + (2 * Day) + 1), history.Entries(0));
        Assert.Equal((1, Now + 1), history.Entries(0, "ETH"));
        Assert.Equal(0, history.Entries(Now + 1, "ETH").Count);
    }

    [Fact]
    public void The_newest_opening_is_told_also_when_it_came_first()
    {
        var history = new PortfolioHistory();
        history.NoteEntry(new GuardEntry(Now + 5, "BTC"));
        history.NoteEntry(new GuardEntry(Now, "BTC"));
        Assert.Equal((2, Now + 5), history.Entries(0, "BTC"));
    }

    [Fact]
    public void A_day_begins_with_its_first_look()
    {
        var history = new PortfolioHistory();
        Assert.Null(history.EquityAt(Now));
        history.NoteEquity(Now + 5, 100m);
        history.NoteEquity(Now + Day - 1, 200m);
        history.NoteEquity(Now + (2 * Day), 300m);
        Assert.Equal((100m, 300m, 300m), (history.EquityAt(Now), history.EquityAt(Now + Day), history.EquityAt(Now + (2 * Day))));
        Assert.Null(history.EquityAt(Now + (3 * Day)));
    }

    [Fact]
    public void The_peak_counts_from_what_was_accepted_on_and_a_restart_never_lowers_it()
    {
        var history = new PortfolioHistory();
        history.NoteEquity(Now, 100m);
        history.NoteEquity(Now + 1, 80m);
        Assert.Equal(100m, history.PeakEquity);
        history.Accept(Now + 2);
        Assert.Equal(80m, history.PeakEquity);
        history.NoteEquity(Now + 1, 95m);
        Assert.Equal(80m, history.PeakEquity);
        history.NoteEquity(Now + 2, 90m);
        Assert.Equal(90m, history.PeakEquity);
        history.Restore(Now + 2, 120m);
        Assert.Equal(120m, history.PeakEquity);
        history.Restore(Now + 2, 50m);
        Assert.Equal((120m, Now + 2), (history.PeakEquity, history.AcceptedMs));
    }

    [Fact]
    public void The_newest_stop_of_an_asset_is_remembered()
    {
        var history = new PortfolioHistory();
        history.NoteTrade(new GuardTrade(Now + 9, "BTC", -1m, true));
        history.NoteTrade(new GuardTrade(Now + 3, "BTC", -1m, true));
        history.NoteTrade(new GuardTrade(Now + 11, "BTC", -1m, false));
        history.NoteTrade(new GuardTrade(Now + 12, "ETH", -1m, true));
        Assert.Equal((Now + 9, Now + 12, null), (history.LastStopMs("BTC"), history.LastStopMs("ETH"), history.LastStopMs("SOL")));
    }
}
