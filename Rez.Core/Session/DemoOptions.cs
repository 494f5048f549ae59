using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Rez.Core.Session;

/// <summary>The demo market.</summary>
public sealed class DemoOptions
{
    [Description("Seed of the generated market and of simulated slippage; the same seed gives the same trades")]
    public ulong Seed { get; set; } = 2;

    [Description("Simulated seconds a second, or 'max'")]
    public string Speed { get; set; } = "300";

    [Description("First day of trading on the generated market (UTC date)")]
    public string Start { get; set; } = "2025-01-01";

    [Description("Days of market before trading starts, to warm the indicators up")]
    [Range(0, 60)]
    public int WarmUpDays { get; set; } = 4;

    [Description("Folder of candle files to play instead of the generated market; empty for the generated one")]
    public string Candles { get; set; } = string.Empty;
}
