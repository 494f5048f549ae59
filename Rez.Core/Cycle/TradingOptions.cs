using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Rez.Core.Desk;

namespace Rez.Core.Cycle;

public enum TradingMode
{
    Demo,
    Paper,
    Live,
}

/// <summary>What is traded and how often.</summary>
public sealed class TradingOptions
{
    [Description("demo (a generated or recorded market), paper (live prices, simulated fills) or live")]
    public TradingMode Mode { get; set; } = TradingMode.Demo;

    [Description("Assets to trade, by the venue's names")]
    [MinLength(1)]
    public string[] Assets { get; set; } = [];

    [Description("Time between cycles, a candle interval: 1m 3m 5m 15m 30m 1h 2h 4h 8h 12h 1d")]
    public string CycleInterval { get; set; } = "5m";

    [Description("Who decides: trend-momentum, or agent (the language model of Model:Name)")]
    public string Decider { get; set; } = "trend-momentum";

    [Description("What to do about a position that the diary does not know: adopt, flatten or halt")]
    public DriftPolicy OnDrift { get; set; } = DriftPolicy.Adopt;

    [Description("Seconds between two looks of the sentinel at positions and stops (paper and live)")]
    [Range(1, 60)]
    public int SentinelSeconds { get; set; } = 5;

    [Description("Seconds from a candle's close to its cycle, in which the venue publishes it (paper and live)")]
    [Range(0, 60)]
    public int CycleDelaySeconds { get; set; } = 2;

    [Description("Longest pause after failed cycles, in cycles; the pause doubles with each failure")]
    [Range(1, 100)]
    public int MaxBackoffCycles { get; set; } = 8;
}

/// <summary>Whose candles stand in for what Hyperliquid does not keep or does not tell now.</summary>
public enum CandleFallback
{
    None,
    Binance,
}

/// <summary>What is read of the market.</summary>
public sealed class MarketOptions
{
    [Description("none, or binance: its candles warm indicators up beyond Hyperliquid's 5,000 and stand in while Hyperliquid's can't be read (paper and live)")]
    public CandleFallback Fallback { get; set; } = CandleFallback.None;

    [Description("Candle intervals of the indicator sheet")]
    [MinLength(1)]
    public string[] Intervals { get; set; } = [];

    [Description("Indicators of the sheet, as name:parameters; 'rez indicators list' shows them")]
    [MinLength(1)]
    public string[] Indicators { get; set; } = [];

    [Description("An asset whose newest closed bar is this many base bars late is not opened")]
    [Range(1, 1000)]
    public int StaleAfterBars { get; set; } = 2;

    [Description("An asset with a gap inside this many newest base bars is not opened")]
    [Range(0, 10000)]
    public int GapWindowBars { get; set; } = 60;
}

/// <summary>The trading options read into types.</summary>
public sealed record CycleSettings(
    ImmutableArray<string> Assets,
    Market.Interval CycleInterval,
    ImmutableArray<Market.Interval> Intervals,
    Indicators.SheetLayout Layout,
    int StaleAfterBars,
    int GapWindowBars,
    DriftPolicy OnDrift,
    decimal TakerFeeBps)
{
    /// <summary>Intervals beyond the base that candles are built of; the default is every one there is.</summary>
    public ImmutableArray<Market.Interval> Built { get; init; }
}
