using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Rez.Core.Risk.Portfolio;

/// <summary>What protects the account as a whole. Counted from the diary, so that a restart forgets nothing; 0 switches one off.</summary>
public sealed class ProtectionOptions
{
    [Description("Realised loss of a UTC day, as a share of the equity it began with, from which nothing is opened until the next day; 0 for none")]
    [Range(0, 1)]
    public decimal DailyLoss { get; set; } = 0.05m;

    [Description("Realised loss of a week (from Monday, UTC), as a share of the equity it began with, from which nothing is opened until the next week; 0 for none")]
    [Range(0, 1)]
    public decimal WeeklyLoss { get; set; } = 0.1m;

    [Description("Fall from the highest equity, as a share of it, at which trading halts until a person resumes; 0 for none")]
    [Range(0, 1)]
    public decimal MaxDrawdown { get; set; } = 0.2m;

    [Description("Losing trades in a row after which nothing is opened for a while; 0 for none")]
    [Range(0, 1000)]
    public int ConsecutiveLosses { get; set; } = 5;

    [Description("That while, minutes from the last of them")]
    [Range(1, 100_000)]
    public int PauseMinutes { get; set; } = 240;

    [Description("Minutes after a stop-loss in which its asset is not opened; 0 for none")]
    [Range(0, 100_000)]
    public int CooldownMinutes { get; set; } = 30;

    [Description("Most open positions; 0 for no limit")]
    [Range(0, 1000)]
    public int MaxOpenPositions { get; set; } = 5;

    [Description("Most positions opened within an hour; 0 for no limit")]
    [Range(0, 1000)]
    public int MaxTradesPerHour { get; set; } = 10;

    [Description("Least minutes between two openings of one asset; 0 for none")]
    [Range(0, 100_000)]
    public int MinutesBetweenEntries { get; set; } = 5;

    [Description("Most open positions that move with a new one: correlation of hourly returns in the same direction at least CorrelationThreshold; 0 for no limit")]
    [Range(0, 1000)]
    public int MaxCorrelated { get; set; } = 3;

    [Description("Correlation from which two assets count as one bet")]
    [Range(0.1, 1)]
    public decimal CorrelationThreshold { get; set; } = 0.8m;

    [Description("Losing weeks in a row (of seven days, back from now; one without trades is none) after which a start opens nothing until a person resumes, unless --force is given; 0 for none")]
    [Range(0, 52)]
    public int LosingWeeks { get; set; } = 3;

    [Description("Share of equity bound as maintenance margin at which nothing more is opened; 0 for none")]
    [Range(0, 1)]
    public decimal PauseAtMarginUse { get; set; } = 0.8m;

    [Description("Share of equity bound as maintenance margin at which the largest position is reduced, a quarter at a time; 0 for none")]
    [Range(0, 1)]
    public decimal ReduceAtMarginUse { get; set; } = 0.9m;

    [Description("Seconds without a price after which nothing is opened until prices come again; 0 for none")]
    [Range(0, 86_400)]
    public int FeedSilentSeconds { get; set; } = 120;

    [Description("What is done with positions when prices are silent: keep or flatten")]
    public SilentPolicy OnFeedSilent { get; set; } = SilentPolicy.Keep;
}

public enum SilentPolicy
{
    /// <summary>Positions keep their stops at the exchange.</summary>
    Keep,
    Flatten,
}
