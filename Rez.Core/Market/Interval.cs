using System.Collections.Immutable;

namespace Rez.Core.Market;

/// <summary>
/// A candle interval. Fixed lengths are aligned to the Unix epoch, weeks to Monday and months to the first, all UTC,
/// as Hyperliquid and Binance do.
/// </summary>
public readonly record struct Interval : IComparable<Interval>
{
    private const long Second = 1_000;
    private const long Minute = 60 * Second;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    /// <summary>1970-01-05 was a Monday.</summary>
    private const long MondayOffset = 4 * Day;

    public static readonly Interval M1 = new("1m", Minute);
    public static readonly Interval M3 = new("3m", 3 * Minute);
    public static readonly Interval M5 = new("5m", 5 * Minute);
    public static readonly Interval M15 = new("15m", 15 * Minute);
    public static readonly Interval M30 = new("30m", 30 * Minute);
    public static readonly Interval H1 = new("1h", Hour);
    public static readonly Interval H2 = new("2h", 2 * Hour);
    public static readonly Interval H4 = new("4h", 4 * Hour);
    public static readonly Interval H8 = new("8h", 8 * Hour);
    public static readonly Interval H12 = new("12h", 12 * Hour);
    public static readonly Interval D1 = new("1d", Day);
    public static readonly Interval D3 = new("3d", 3 * Day);
    public static readonly Interval W1 = new("1w", 7 * Day);

    /// <summary>A calendar month; <see cref="Milliseconds"/> is its nominal 30 days and used only to order intervals.</summary>
    public static readonly Interval Month = new("1M", 30 * Day);

    private Interval(string name, long milliseconds)
    {
        Name = name;
        Milliseconds = milliseconds;
    }

    /// <summary>All intervals that Hyperliquid serves, shortest first.</summary>
    public static ImmutableArray<Interval> All { get; } =
        [M1, M3, M5, M15, M30, H1, H2, H4, H8, H12, D1, D3, W1, Month];

    /// <summary>The wire name, for example <c>15m</c>.</summary>
    public string Name { get; }

    /// <summary>Length in milliseconds.</summary>
    public long Milliseconds { get; }

    public TimeSpan Length => TimeSpan.FromMilliseconds(Milliseconds);

    /// <summary>Open time of the bar that holds <paramref name="timeMs"/>.</summary>
    public long OpenOf(long timeMs)
    {
        if (Milliseconds < W1.Milliseconds)
        {
            return timeMs - Modulo(timeMs, Milliseconds);
        }

        if (this == W1)
        {
            return timeMs - Modulo(timeMs - MondayOffset, Milliseconds);
        }

        var t = DateTimeOffset.FromUnixTimeMilliseconds(timeMs);
        return new DateTimeOffset(t.Year, t.Month, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    }

    /// <summary>Open time of the bar after the one that opens at <paramref name="openMs"/>; also that bar's close time.</summary>
    public long NextOpen(long openMs) =>
        this == Month
            ? DateTimeOffset.FromUnixTimeMilliseconds(openMs).AddMonths(1).ToUnixTimeMilliseconds()
            : openMs + Milliseconds;

    /// <summary>Whether bars of this interval can be built whole from bars of <paramref name="smaller"/>.</summary>
    public bool IsBuiltFrom(Interval smaller) =>
        smaller.Milliseconds < Milliseconds
        && (this == Month ? smaller.Milliseconds <= Day : Milliseconds % smaller.Milliseconds == 0)
        && (this != W1 || smaller.Milliseconds <= Day);

    /// <summary>Reads a wire name; case matters, since <c>1m</c> is a minute and <c>1M</c> a month.</summary>
    public static bool TryParse(string? text, out Interval interval)
    {
        foreach (var known in All)
        {
            if (string.Equals(known.Name, text, StringComparison.Ordinal))
            {
                interval = known;
                return true;
            }
        }

        interval = default;
        return false;
    }

    public static Interval Parse(string text) =>
        TryParse(text, out var interval)
            ? interval
            : throw new FormatException($"'{text}' is not an interval; known: {string.Join(' ', All.Select(i => i.Name))}.");

    /// <summary>The interval of that many milliseconds, if there is one.</summary>
    public static Interval? OfMilliseconds(long milliseconds)
    {
        foreach (var known in All)
        {
            if (known.Milliseconds == milliseconds)
            {
                return known;
            }
        }

        return null;
    }

    public int CompareTo(Interval other) => Milliseconds.CompareTo(other.Milliseconds);

    public static bool operator <(Interval left, Interval right) => left.CompareTo(right) < 0;

    public static bool operator >(Interval left, Interval right) => left.CompareTo(right) > 0;

    public static bool operator <=(Interval left, Interval right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Interval left, Interval right) => left.CompareTo(right) >= 0;

    public override string ToString() => Name;

    private static long Modulo(long value, long length)
    {
        var rest = value % length;
        return rest < 0 ? rest + length : rest;
    }
}
