using System.Globalization;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Market;

/// <summary>Binary candles beside their file: the same rows, never stale, never trusted when damaged.</summary>
public sealed class CandleCacheTests
{
    [Fact]
    public void A_second_reading_gives_the_same_rows_and_faults_from_the_cache()
    {
        using var folder = new TempFolder();
        var path = Write(folder, "BTC-1m.csv", Rows(500, gapAt: 100));
        var first = CandleCache.Read(path).Value;
        Assert.True(File.Exists(path + CandleCache.Extension));
        var again = CandleCache.Read(path).Value;
        Assert.Equal(first.Candles, again.Candles);
        Assert.Equal(first.Faults, again.Faults);
        Assert.Equal((first.Interval, first.FirstLine, first.LastLine), (again.Interval, again.FirstLine, again.LastLine));
        Assert.Equal("gap", Assert.Single(again.Faults).Code);
    }

    [Fact]
    public void A_source_that_changed_or_a_damaged_cache_is_read_anew()
    {
        using var folder = new TempFolder();
        var path = Write(folder, "BTC-1m.csv", Rows(50));
        var first = CandleCache.Read(path).Value.Candles;
        var cache = path + CandleCache.Extension;
        foreach (var at in new[] { 3, 60, 200, (int)new FileInfo(cache).Length - 1 })
        {
            var bytes = File.ReadAllBytes(cache);
            bytes[at] ^= 0x40;
            File.WriteAllBytes(cache, bytes);
            Assert.Equal(first, CandleCache.Read(path).Value.Candles);
        }

        File.WriteAllBytes(cache, File.ReadAllBytes(cache)[..70]);
        Assert.Equal(first, CandleCache.Read(path).Value.Candles);
        Write(folder, "BTC-1m.csv", Rows(60));
        Assert.Equal(60, CandleCache.Read(path).Value.Candles.Count);
    }

    [Fact]
    public void Files_with_faults_are_not_kept_and_a_folder_that_takes_nothing_is_said()
    {
        using var folder = new TempFolder();
        var bad = Write(folder, "BTC-1m.csv", Rows(20) + "nonsense\n");
        Assert.NotEmpty(CandleCache.Read(bad).Value.Fatal);
        Assert.False(File.Exists(bad + CandleCache.Extension));

        var good = Write(folder, "ETH-1m.csv", Rows(20));
        Directory.CreateDirectory(good + CandleCache.Extension);
        var notes = new List<string>();
        Assert.Equal(20, CandleCache.Read(good, notes.Add).Value.Candles.Count);
        Assert.Contains("no cache beside", Assert.Single(notes));
    }

    [Theory]
    [InlineData("""{"t":1735689600000,"T":1735689659999,"s":"BTC","i":"1m","o":"100","c":"101.5","h":"102","l":"99","v":"7","n":3}""")]
    [InlineData("""{"time":1735689600,"open":100,"high":102,"low":99,"close":101.5,"volume":7}""")]
    [InlineData("""{"date":"2025-01-01T00:00:00Z","open":"100","high":"102","low":"99","close":"101.5","volume":"7","more":{"a":[1]}}""")]
    [InlineData("""[1735689600000,"100","102","99","101.5","7",1735689659999,"700",3]""")]
    public void Json_lines_of_several_kinds_are_one_candle(string line) =>
        Assert.Equal(new Candle(Some.Start, 100, 102, 99, 101.5, 7), Assert.Single(CandleFile.Parse("x", new StringReader(line)).Candles));

    [Theory]
    [InlineData("""{"t":1735689600000,"o":"100","c":"101","h":"102","v":"7"}""", "no low")]
    [InlineData("""{"o":"100","c":"101","h":"102","l":"99","v":"7"}""", "no time")]
    [InlineData("""{"t":1735689600000,"o":"much","c":"101","h":"102","l":"99","v":"7"}""", "'much' is no open")]
    [InlineData("""{"t":1735689600000,"o":""", "not JSON")]
    [InlineData("""[1735689600000,1,2]""", "no low")]
    public void A_line_that_is_no_candle_is_named(string line, string words)
    {
        var fault = Assert.Single(CandleFile.Parse("x", new StringReader(line)).Faults);
        Assert.Equal("not-a-candle", fault.Code);
        Assert.Contains(words, fault.Message);
    }

    [Fact]
    public void A_folder_of_json_lines_is_a_market_and_a_bar_still_open_is_left_out()
    {
        using var folder = new TempFolder();
        var lines = Enumerable.Range(0, 30).Select(i => $$"""{"t":{{Some.Start + (i * 60_000L)}},"o":100,"h":101,"l":99,"c":100,"v":1}""");
        var path = Write(folder, "BTC-1m.jsonl", string.Join('\n', lines) + "\n");
        File.SetLastWriteTimeUtc(path, DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + (29 * 60_000L) + 30_000).UtcDateTime);
        var market = RecordedMarket.Open(folder.Path, []).Value;
        Assert.Contains(market.Notes, n => n.Contains("had not closed", StringComparison.Ordinal));
        var kept = KeptMarket.Of(market, long.MaxValue);
        Assert.Equal((29, Some.Start + (29 * 60_000L)), (kept.Steps, kept.EndMs));
    }

    private static string Rows(int count, int gapAt = -1) => string.Concat(
        Enumerable.Range(0, count).Where(i => i != gapAt).Select(i => string.Create(CultureInfo.InvariantCulture, $"{Some.Start + (i * 60_000L)},{100 + i},{101.5 + i},{99 + i},{100.25 + i},{i}\n")));

    private static string Write(TempFolder folder, string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }
}
