using Rez.Core.Market;

namespace Rez.Tests.Market;

public sealed class IntervalTests
{
    [Theory]
    [InlineData("1m", "2025-01-01T10:11:12", "2025-01-01T10:11:00", "2025-01-01T10:12:00")]
    [InlineData("4h", "2025-01-01T10:11:12", "2025-01-01T08:00:00", "2025-01-01T12:00:00")]
    [InlineData("1d", "2025-01-01T10:11:12", "2025-01-01T00:00:00", "2025-01-02T00:00:00")]
    [InlineData("1w", "2025-01-01T10:11:12", "2024-12-30T00:00:00", "2025-01-06T00:00:00")]
    [InlineData("1M", "2025-02-14T10:11:12", "2025-02-01T00:00:00", "2025-03-01T00:00:00")]
    public void Bars_open_on_the_grid(string name, string at, string open, string next)
    {
        var interval = Interval.Parse(name);
        Assert.Equal(Ms(open), interval.OpenOf(Ms(at)));
        Assert.Equal(Ms(next), interval.NextOpen(Ms(open)));
        Assert.Equal(Ms(open), interval.OpenOf(Ms(open)));
    }

    [Fact]
    public void Case_tells_a_minute_from_a_month()
    {
        Assert.NotEqual(Interval.Parse("1m"), Interval.Parse("1M"));
        Assert.False(Interval.TryParse("1H", out _));
        Assert.Contains("15m", Assert.Throws<FormatException>(() => Interval.Parse("7m")).Message);
    }

    [Fact]
    public void Larger_bars_are_built_only_from_whole_smaller_ones()
    {
        Assert.True(Interval.M15.IsBuiltFrom(Interval.M5));
        Assert.False(Interval.M5.IsBuiltFrom(Interval.M3));
        Assert.False(Interval.M5.IsBuiltFrom(Interval.M5));
        Assert.True(Interval.Month.IsBuiltFrom(Interval.D1));
        Assert.False(Interval.Month.IsBuiltFrom(Interval.D3));
        Assert.False(Interval.W1.IsBuiltFrom(Interval.D3));
    }

    private static long Ms(string text) => DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
