using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Portfolio;

/// <summary>What protects the account as a whole, counted over its history.</summary>
public sealed class PortfolioRulesTests
{
    private const long Minute = 60_000;
    private const long Day = 86_400_000;

    // A Wednesday, 12:00 UTC.
    private const long Now = Some.Start + (Day / 2);
    private static readonly ProtectionOptions Options = new();

    [Fact]
    public void A_day_s_realised_loss_reduces_until_midnight_and_a_new_day_begins_anew()
    {
        var history = History((Now - Minute, -499m));
        Assert.Null(PortfolioRules.OfAccount(history, Options, Now));
        history.NoteTrade(new GuardTrade(Now, "BTC", -1m, false));
        var tripped = PortfolioRules.OfAccount(history, Options, Now)!;
        Assert.Equal(("daily-loss", TradingState.Reducing, Some.Start + Day), (tripped.Code, tripped.State, tripped.UntilMs));
        Assert.Contains("500 USD", tripped.Words);

        // Next day, with its own first equity.
        history.NoteEquity(Some.Start + Day + Minute, 9_500m);
        Assert.Null(PortfolioRules.OfAccount(history, Options, Some.Start + Day + Minute));
    }

    [Fact]
    public void The_loss_is_measured_by_what_the_day_began_with_not_by_what_is_left()
    {
        var history = History((Now, -480m));
        history.NoteEquity(Now, 9_520m);
        Assert.Null(PortfolioRules.OfAccount(history, Options, Now));
    }

    [Fact]
    public void A_week_s_loss_reduces_until_monday()
    {
        // Monday of that week is two days before.
        var history = new PortfolioHistory();
        history.NoteEquity(Some.Start - (2 * Day), 10_000m);
        history.NoteEquity(Some.Start, 9_300m);
        history.NoteTrade(new GuardTrade(Some.Start - (2 * Day) + Minute, "BTC", -600m, false));
        Assert.Null(PortfolioRules.OfAccount(history, Options, Now));
        history.NoteTrade(new GuardTrade(Some.Start + Minute, "BTC", -400m, false));
        var tripped = PortfolioRules.OfAccount(history, Options, Now)!;
        Assert.Equal(("weekly-loss", Some.Start + (5 * Day)), (tripped.Code, tripped.UntilMs));

        // The week before is forgotten on Monday.
        history.NoteEquity(Some.Start + (5 * Day), 9_000m);
        Assert.Null(PortfolioRules.OfAccount(history, Options, Some.Start + (5 * Day) + Minute));
    }

    [Fact]
    public void A_fall_from_the_peak_halts_until_a_person_accepts_it_and_then_counts_from_there()
    {
        var history = new PortfolioHistory();
        history.NoteEquity(Some.Start - (30 * Day), 8_000m);
        history.NoteEquity(Some.Start - (20 * Day), 12_500m);
        history.NoteEquity(Now, 10_001m);
        Assert.Null(PortfolioRules.OfAccount(history, Options, Now));
        history.NoteEquity(Now, 10_000m);
        var tripped = PortfolioRules.OfAccount(history, Options, Now)!;
        Assert.Equal(("drawdown", TradingState.Halted, (long?)null), (tripped.Code, tripped.State, tripped.UntilMs));
        history.Accept(Now);
        Assert.Null(PortfolioRules.OfAccount(history, Options, Now));
        history.NoteEquity(Now + Minute, 8_001m);
        Assert.Null(PortfolioRules.OfAccount(history, Options, Now + Minute));
        history.NoteEquity(Now + Minute, 8_000m);
        Assert.Equal("drawdown", PortfolioRules.OfAccount(history, Options, Now + Minute)!.Code);
    }

    [Fact]
    public void Losses_in_a_row_pause_for_a_while_and_a_win_ends_the_row()
    {
        var trades = Enumerable.Range(0, 5).Select(i => (Now - ((5 - i) * Minute), -1m)).ToArray();
        var tripped = PortfolioRules.OfAccount(History(trades), Options, Now)!;
        Assert.Equal(("consecutive-losses", Now - Minute + (240 * Minute)), (tripped.Code, tripped.UntilMs));
        Assert.Null(PortfolioRules.OfAccount(History(trades), Options, Now - Minute + (240 * Minute)));
        Assert.Null(PortfolioRules.OfAccount(History(trades[..4]), Options, Now));
        Assert.Null(PortfolioRules.OfAccount(History([.. trades[..3], (Now - (2 * Minute), 1m), .. trades[..2]]), Options, Now));
        var accepted = History(trades);
        accepted.Accept(Now);
        Assert.Null(PortfolioRules.OfAccount(accepted, Options, Now));
    }

    [Fact]
    public void The_gravest_comes_first()
    {
        var history = History((Now, -3_000m));
        history.NoteEquity(Now, 7_000m);
        Assert.Equal("drawdown", PortfolioRules.OfAccount(history, Options, Now)!.Code);
        history.Accept(Now - 1);
        Assert.Equal("weekly-loss", PortfolioRules.OfAccount(history, Options, Now)!.Code);
    }

    [Theory]
    [InlineData("too-many-positions")]
    [InlineData("too-many-trades")]
    [InlineData("throttled")]
    [InlineData("cooldown")]
    [InlineData("correlated")]
    [InlineData("")]
    public void What_stands_against_one_more_position_is_named(string code)
    {
        var history = new PortfolioHistory();
        var account = Gate.Account();
        var correlated = 0;
        switch (code)
        {
            case "too-many-positions":
                account = account with { Positions = [.. Enumerable.Range(0, 5).Select(i => new Position { Asset = $"A{i}", SignedSize = 1, EntryPrice = 1, MarkPrice = 1, Leverage = 1, IsCross = true })] };
                break;
            case "too-many-trades":
                Enumerable.Range(0, 10).ToList().ForEach(i => history.NoteEntry(new GuardEntry(Now - ((59 - i) * Minute), "ETH")));
                break;
            case "throttled":
                history.NoteEntry(new GuardEntry(Now - (4 * Minute), "BTC"));
                break;
            case "cooldown":
                history.NoteTrade(new GuardTrade(Now - (29 * Minute), "BTC", -1m, true));
                break;
            case "correlated":
                correlated = 3;
                break;
            default:
                // Just short of each.
                Enumerable.Range(0, 9).ToList().ForEach(i => history.NoteEntry(new GuardEntry(Now - ((59 - i) * Minute), "ETH")));
                history.NoteEntry(new GuardEntry(Now - (60 * Minute), "BTC"));
                history.NoteTrade(new GuardTrade(Now - (30 * Minute), "BTC", -1m, true));
                history.NoteTrade(new GuardTrade(Now - Minute, "BTC", -1m, false));
                history.NoteTrade(new GuardTrade(Now - Minute, "ETH", -1m, true));
                correlated = 2;
                break;
        }

        var against = PortfolioRules.AgainstEntry(history, Options, account, "BTC", correlated, Now);
        Assert.Equal(code, against?.Code ?? string.Empty);
        Assert.True(against is null || against.Value.Message.Length > 20);
    }

    [Fact]
    public void Everything_can_be_switched_off()
    {
        var off = new ProtectionOptions
        {
            DailyLoss = 0, WeeklyLoss = 0, MaxDrawdown = 0, ConsecutiveLosses = 0, CooldownMinutes = 0, MaxOpenPositions = 0, MaxTradesPerHour = 0, MinutesBetweenEntries = 0, MaxCorrelated = 0, LosingWeeks = 0,
        };
        var history = History(Enumerable.Range(0, 40).Select(i => (Now - (i * 12 * 60 * Minute), -1_000m)).Reverse().ToArray());
        Enumerable.Range(0, 100).ToList().ForEach(_ => history.NoteEntry(new GuardEntry(Now, "BTC")));
        history.NoteTrade(new GuardTrade(Now, "BTC", -1m, true));
        history.NoteEquity(Now, 1m);
        Assert.Null(PortfolioRules.OfAccount(history, off, Now));
        Assert.Null(PortfolioRules.AtStart(history, off, Now));
        Assert.Null(PortfolioRules.AgainstEntry(history, off, Gate.Account(exposure: 100), "BTC", 100, Now));
    }

    [Fact]
    public void Three_losing_weeks_stand_against_a_start_an_empty_one_or_a_person_does_not()
    {
        (long, decimal)[] weeks = [(Now - (20 * Day), -5m), (Now - (13 * Day), -5m), (Now - (6 * Day), -5m)];
        Assert.Equal(("losing-weeks", TradingState.Halted), PortfolioRules.AtStart(History(weeks), Options, Now) is { } t ? (t.Code, t.State) : default);
        Assert.Null(PortfolioRules.AtStart(History(weeks[1..]), Options, Now));
        Assert.Null(PortfolioRules.AtStart(History([.. weeks, (Now - Day, 6m)]), Options, Now));
        var accepted = History(weeks);
        accepted.Accept(Now - (2 * Day));
        Assert.Null(PortfolioRules.AtStart(accepted, Options, Now));
    }

    [Fact]
    public void A_clock_that_jumps_over_midnight_and_back_forgets_nothing()
    {
        var history = History((Now, -600m));
        var midnight = Some.Start + Day;
        history.NoteEquity(midnight + 1, 9_400m);
        Assert.Null(PortfolioRules.OfAccount(history, Options, midnight + 1));
        Assert.Equal("daily-loss", PortfolioRules.OfAccount(history, Options, midnight - 1)!.Code);
    }

    [Fact]
    public void Whatever_happened_no_more_is_lost_in_a_day_than_the_cap_before_it_trips()
    {
        var gen = Gen.ListOf(from net in Gen.Choose(-300, 200) from minutes in Gen.Choose(1, 200) select (net, minutes), 60);
        Prop.ForAll(gen.ToArbitrary(), trades =>
        {
            var history = new PortfolioHistory();
            var now = Some.Start;
            var equity = 10_000m;
            history.NoteEquity(now, equity);
            var options = new ProtectionOptions { ConsecutiveLosses = 0, WeeklyLoss = 0, MaxDrawdown = 0 };
            foreach (var (net, minutes) in trades)
            {
                now += minutes * Minute;
                history.NoteEquity(now, equity);
                if (PortfolioRules.OfAccount(history, options, now) is not null)
                {
                    // Nothing is opened: nothing is lost.
                    continue;
                }

                equity += net;
                history.NoteTrade(new GuardTrade(now, "BTC", net, false));
                history.NoteEquity(now, equity);
                var day = now / Day * Day;
                if (-history.Net(day, long.MaxValue) > (options.DailyLoss * history.EquityAt(day)!.Value) + 300)
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Gate.Cases(10_000)));
    }

    private static PortfolioHistory History(params (long At, decimal Net)[] trades)
    {
        var history = new PortfolioHistory();
        history.NoteEquity(Some.Start - (2 * Day), 10_000m);
        history.NoteEquity(Some.Start, 10_000m);
        foreach (var (at, net) in trades)
        {
            history.NoteTrade(new GuardTrade(at, "BTC", net, false));
        }

        return history;
    }
}
