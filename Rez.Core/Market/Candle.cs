namespace Rez.Core.Market;

/// <summary>One bar. Prices in quote currency, volume in base units, time is the bar's open in Unix milliseconds UTC.</summary>
public readonly record struct Candle(long OpenTimeMs, double Open, double High, double Low, double Close, double Volume)
{
    public DateTimeOffset OpenTime => DateTimeOffset.FromUnixTimeMilliseconds(OpenTimeMs);

    /// <summary>(high + low + close) / 3.</summary>
    public double TypicalPrice => (High + Low + Close) / 3.0;

    /// <summary>What is wrong with the bar by itself, or null: non-finite or non-positive prices, high below low, negative volume.</summary>
    public string? Fault()
    {
        if (!double.IsFinite(Open) || !double.IsFinite(High) || !double.IsFinite(Low) || !double.IsFinite(Close) || !double.IsFinite(Volume))
        {
            return "a value is not a finite number";
        }

        if (Open <= 0 || High <= 0 || Low <= 0 || Close <= 0)
        {
            return "a price is not above zero";
        }

        if (High < Low)
        {
            return $"high {High} is below low {Low}";
        }

        if (High < Math.Max(Open, Close) || Low > Math.Min(Open, Close))
        {
            return $"open {Open} or close {Close} lies outside low {Low} to high {High}";
        }

        return Volume < 0 ? $"volume {Volume} is negative" : null;
    }
}
