using System.Globalization;

namespace Rez.Web.Components;

/// <summary>Numbers and times as the console writes them: money with two decimals, prices as they are, percentages signed.</summary>
internal static class Text
{
    private static readonly NumberFormatInfo Format = new() { NumberGroupSeparator = "\u202f", NumberDecimalSeparator = ".", NegativeSign = "−" };

    public static string Money(decimal value) => value.ToString("#,0.00", Format);

    public static string SignedMoney(decimal value) => value.ToString("+#,0.00;−#,0.00;0.00", Format);

    public static string Price(decimal? value) => value is { } v ? v.ToString("#,0.########", Format) : "–";

    public static string Size(decimal value) => value.ToString("#,0.########", Format);

    public static string Percent(decimal? value) => value is { } v ? v.ToString("0.00", Format) + " %" : "–";

    public static string SignedPercent(decimal? value) => value is { } v ? v.ToString("+0.00;−0.00;0.00", Format) + " %" : "–";

    public static string Ratio(double value) => value.ToString("0.00", Format);

    public static string Count(long value) => value.ToString("#,0", Format);

    /// <summary>Tone of a signed number; the sign itself is always written too.</summary>
    public static string Tone(decimal value) => value > 0 ? "up" : value < 0 ? "down" : string.Empty;

    public static DateTime Utc(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime;

    public static string Time(long ms) => Utc(ms).ToString("dd MMM HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Minute(long ms) => Utc(ms).ToString("dd MMM HH:mm", CultureInfo.InvariantCulture);

    public static string Span(long ms)
    {
        var t = TimeSpan.FromMilliseconds(Math.Max(0, ms));
        return t.TotalDays >= 1 ? $"{(int)t.TotalDays} d {t.Hours} h" : t.TotalHours >= 1 ? $"{(int)t.TotalHours} h {t.Minutes:00} m" : t.TotalMinutes >= 1 ? $"{t.Minutes} m {t.Seconds:00} s" : $"{t.Seconds} s";
    }
}
