using System.IO.Compression;
using System.Text;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Market;

public sealed class CandleFileTests
{
    [Theory]
    [InlineData("1735689600000,1,2,0.5,1.5,10\n1735689660000,1,2,0.5,1.5,10\n1735689660000,1,2,0.5,1.5,10", "duplicate", 3)]
    [InlineData("1735689600000,1,2,0.5,1.5,10\n1735689720000,1,2,0.5,1.5,10\n1735689660000,1,2,0.5,1.5,10\n1735689720000,1,2,0.5,1.5,1", "out-of-order", 3)]
    [InlineData("1735689600000,1,2,0.5,NaN,10", "bad-value", 1)]
    [InlineData("1735689600000,1,0.5,2,1.5,10", "bad-value", 1)]
    [InlineData("1735689600000,1,2,0.5,1.5,-1", "bad-value", 1)]
    [InlineData("1735689600000,0,0,0,0,1", "bad-value", 1)]
    [InlineData("1735689600000,1,2", "not-a-candle", 1)]
    [InlineData("yesterday,1,2,0.5,1.5,10", "not-a-candle", 1)]
    [InlineData("1735689600000,1,2,0.5,x,10", "not-a-candle", 1)]
    [InlineData("", "not-a-candle", 0)]
    public void Every_fault_is_named_with_its_line(string rows, string code, int line)
    {
        var content = CandleFile.Parse("test.csv", new StringReader(rows));
        Assert.Contains(content.Fatal, f => f.Code == code && f.Line == line);
    }

    [Fact]
    public void A_gap_is_told_and_not_fatal()
    {
        var content = CandleFile.Parse("t", new StringReader("0,1,1,1,1,1\n1735689600000,1,2,0.5,1.5,10\n1735689660000,1,2,0.5,1.5,10\n1735689720000,1,2,0.5,1.5,10\n1735689900000,1,2,0.5,1.5,10"));
        var gap = Assert.Single(content.Faults, f => f.Code == "gap");
        Assert.Contains("2 bar(s) of 1m missing between 2025-01-01T00:02:00Z and 2025-01-01T00:05:00Z", gap.Message);
        Assert.Single(content.Fatal); // the zero time of the first row
    }

    [Theory]
    [InlineData("ts_ms,open,high,low,close,volume\n1735689600000,1,2,0.5,1.5,10")]
    [InlineData("\uFEFFdate,open,high,low,close,volume\n2025-01-01,1,2,0.5,1.5,10")]
    [InlineData("1735689600,1,2,0.5,1.5,10")]
    [InlineData("1735689600000000,1,2,0.5,1.5,10,1,2,3,4,5,6")]
    public void Headers_and_time_units_are_recognised(string rows)
    {
        var content = CandleFile.Parse("t", new StringReader(rows));
        Assert.Empty(content.Faults);
        Assert.Equal(new Candle(Some.Start, 1, 2, 0.5, 1.5, 10), Assert.Single(content.Candles));
    }

    [Theory]
    [InlineData("binance-spot-BTCUSDT-1h-outage.csv.gz", "gap", 1)]
    [InlineData("hyperliquid-BTC-15m-misaligned.csv.gz", "off-grid", 1000)]
    [InlineData("hyperliquid-BTC-4h-zero-volume-backfill.csv.gz", "gap", 0)]
    public void Real_dirty_files_are_seen_through(string file, string code, int count)
    {
        var content = CandleFile.Read(Shared.Path("data", "dirty-data", file)).Value;
        Assert.Equal(count, content.Faults.Count(f => f.Code == code));
        Assert.Equal(code == "off-grid", content.Fatal.Any());
    }

    [Fact]
    public void Gzip_is_told_by_its_content_and_a_missing_file_by_its_name()
    {
        using var folder = new TempFolder();
        var path = folder.File("odd-name.csv");
        using (var gz = new GZipStream(File.Create(path), CompressionMode.Compress))
        {
            gz.Write(Encoding.UTF8.GetBytes("1735689600000,1,2,0.5,1.5,10\n"));
        }

        Assert.Single(CandleFile.Read(path).Value.Candles);
        var missing = CandleFile.Read(folder.File("none.csv"));
        Assert.False(missing.Ok);
        Assert.Contains("none.csv", missing.Rejection.Message);
    }
}
