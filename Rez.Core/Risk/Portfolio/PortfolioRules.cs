using System.Globalization;
using Rez.Core.Trading;

namespace Rez.Core.Risk.Portfolio;

/// <summary>A protection that stops openings.</summary>
/// <param name="Code">Stable reason code.</param>
/// <param name="State">What it makes of the account's state.</param>
/// <param name="UntilMs">When it ends by itself; null when a person must resume.</param>
public sealed record Tripped(string Code, string Words, TradingState State, long? UntilMs);

/// <summary>The protections of the account as a whole: pure functions of its history, the time and the options.</summary>
public static class PortfolioRules
{
    private const long MinuteMs = 60_000;
    private const long HourMs = 3_600_000;
    private const long DayMs = 86_400_000;

    /// <summary>The most severe protection that holds now, or null.</summary>
    public static Tripped? OfAccount(PortfolioHistory history, ProtectionOptions options, long nowMs)
    {
        if (options.MaxDrawdown > 0 && history.PeakEquity > 0 && (history.PeakEquity - history.Equity) / history.PeakEquity is var fall && fall >= options.MaxDrawdown)
        {
            return new Tripped(
                "drawdown", Say($"equity {history.Equity:0.##} is {fall:P1} below its highest, {history.PeakEquity:0.##}; the limit is {options.MaxDrawdown:P1}"), TradingState.Halted, null);
        }

        return Loss(history, "weekly-loss", "this week", options.WeeklyLoss, WeekStart(nowMs), WeekStart(nowMs) + (7 * DayMs))
            ?? Loss(history, "daily-loss", "today", options.DailyLoss, DayStart(nowMs), DayStart(nowMs) + DayMs)
            ?? Streak(history, options, nowMs);
    }

    /// <summary>What stands against opening this asset now, or null.</summary>
    /// <param name="correlated">Open positions that move with it.</param>
    public static Rejection? AgainstEntry(PortfolioHistory history, ProtectionOptions options, AccountState account, string asset, int correlated, long nowMs)
    {
        if (options.MaxOpenPositions > 0 && account.Positions.Length >= options.MaxOpenPositions)
        {
            return new Rejection("too-many-positions", $"{account.Positions.Length} positions are open; at most {options.MaxOpenPositions} may be.");
        }

        if (options.MaxTradesPerHour > 0 && history.Entries(nowMs - HourMs).Count is var opened && opened >= options.MaxTradesPerHour)
        {
            return new Rejection("too-many-trades", $"{opened} positions were opened within the last hour; at most {options.MaxTradesPerHour} may be.");
        }

        if (options.MinutesBetweenEntries > 0 && history.Entries(nowMs - (options.MinutesBetweenEntries * MinuteMs), asset) is { Count: > 0 } last)
        {
            return new Rejection("throttled", $"{asset} was opened at {Time(last.LastMs)}; {options.MinutesBetweenEntries} minutes must pass between two openings.");
        }

        if (options.CooldownMinutes > 0 && history.LastStopMs(asset) is { } stopped && nowMs < stopped + (options.CooldownMinutes * MinuteMs))
        {
            return new Rejection("cooldown", $"A stop closed {asset} at {Time(stopped)}; it is not opened before {Time(stopped + (options.CooldownMinutes * MinuteMs))}.");
        }

        return options.MaxCorrelated > 0 && correlated >= options.MaxCorrelated
            ? new Rejection("correlated", $"{correlated} open positions move with {asset}; at most {options.MaxCorrelated} may.")
            : null;
    }

    /// <summary>Whether so many windows of seven days back from now all lost; a window without trades is none that lost.</summary>
    public static Tripped? AtStart(PortfolioHistory history, ProtectionOptions options, long nowMs)
    {
        if (options.LosingWeeks == 0)
        {
            return null;
        }

        for (var week = 0; week < options.LosingWeeks; week++)
        {
            var end = nowMs + 1 - (week * 7 * DayMs);
            if (end - (7 * DayMs) < history.AcceptedMs || history.Net(end - (7 * DayMs), end) >= 0)
            {
                return null;
            }
        }

        return new Tripped("losing-weeks", $"the last {options.LosingWeeks} weeks all lost", TradingState.Halted, null);
    }

    private static Tripped? Loss(PortfolioHistory history, string code, string when, decimal share, long fromMs, long untilMs)
    {
        if (share <= 0 || history.EquityAt(fromMs) is not { } began || began <= 0)
        {
            return null;
        }

        var lost = -history.Net(Math.Max(fromMs, history.AcceptedMs), long.MaxValue);
        return lost >= share * began
            ? new Tripped(code, Say($"{lost:0.##} USD were lost {when}, {lost / began:P1} of the {began:0.##} it began with; the limit is {share:P1}"), TradingState.Reducing, untilMs)
            : null;
    }

    private static Tripped? Streak(PortfolioHistory history, ProtectionOptions options, long nowMs)
    {
        if (options.ConsecutiveLosses == 0)
        {
            return null;
        }

        var (count, lastMs) = history.LosingStreak();
        var until = lastMs + (options.PauseMinutes * MinuteMs);
        return count >= options.ConsecutiveLosses && nowMs < until
            ? new Tripped("consecutive-losses", $"{count} trades in a row lost", TradingState.Reducing, until)
            : null;
    }

    private static long DayStart(long ms) => ms / DayMs * DayMs;

    /// <summary>Monday 00:00 UTC; the epoch was a Thursday.</summary>
    private static long WeekStart(long ms) => (((ms / DayMs) + 3) / 7 * 7 * DayMs) - (3 * DayMs);

    private static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Say(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
