using System.Text;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Torture.Parsers;
using Rez.Tests.Support;

namespace Rez.Tests.Torture;

/// <summary>Everything that reads what others wrote, fed with inputs that are almost right. <c>scripts/test</c> feeds a million with the program itself.</summary>
public sealed class FuzzTests
{
    private static readonly string Settings = File.ReadAllText(Path.Combine(Repo.Root, "appsettings.json"));

    [Fact]
    public void Nothing_that_reads_throws_hangs_or_eats_memory()
    {
        var progress = new ParserProgress();
        ParserRun.Feed(ParserTargets.All(RecordedInputs.None, Settings), seed: 3, 1, 30_000, new ParserLimits(), progress, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(progress.Found.Values.Select(f => $"{f.Target}: {f.Words} {Encoding.UTF8.GetString(f.Input)}"));
        Assert.Equal(30_000, progress.Inputs);
    }

    [Fact]
    public void Recordings_of_the_real_venue_and_of_models_are_seeds_too()
    {
        var recorded = RecordedInputs.Of(Shared.Path());
        Assert.True(recorded.Replies.Count > 100 && recorded.Answers.Count > 100 && recorded.Candles.Count > 2, $"{recorded.Replies.Count} {recorded.Answers.Count} {recorded.Candles.Count}");
        var progress = new ParserProgress();
        ParserRun.Feed(ParserTargets.All(recorded, Settings), seed: 4, 1, 20_000, new ParserLimits(), progress, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Empty(progress.Found.Values.Select(f => $"{f.Target}: {f.Words} {Encoding.UTF8.GetString(f.Input)}"));
    }

    [Fact]
    public void Every_seed_is_well_formed_for_its_reader_and_what_is_made_of_it_mostly_gets_past_the_first_line()
    {
        var target = ParserTargets.All(RecordedInputs.None, Settings).Single(t => t.Name == "clearinghouseState");
        var inputs = new List<byte[]>();
        ParserRun.Feed([target with { Open = () => new Feeder(i => inputs.Add(i)) }], 5, 1, 2_000, new ParserLimits(), new ParserProgress(), TimeProvider.System, TestContext.Current.CancellationToken);
        var (json, read) = (0, 0);
        foreach (var input in inputs)
        {
            using var document = WireJson.Parse(input);
            json += document is null ? 0 : 1;
            read += document is not null && AccountReplies.Account(document.RootElement).Ok ? 1 : 0;
        }

        Assert.True(json > 400, $"{json} of 2,000 are JSON");
        Assert.True(read is > 40 and < 1_500, $"{read} of 2,000 are read");
        Assert.True(inputs.DistinctBy(Convert.ToHexString).Count() > 1_500);
        var again = new List<byte[]>();
        ParserRun.Feed([target with { Open = () => new Feeder(i => again.Add(i)) }], 5, 1_001, 2_000, new ParserLimits(), new ParserProgress(), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(inputs.Skip(1_000).Select(Convert.ToHexString), again.Select(Convert.ToHexString));
    }

    [Fact]
    public void A_reader_that_throws_is_found_and_its_input_reduced()
    {
        var seed = "{\"coin\":\"BTC\",\"levels\":[1,2,3],\"time\":5,\"text\":\"abc\"}"u8.ToArray();
        var progress = new ParserProgress();
        ParserTarget target = new("planted", [seed], 1, () => new Feeder(i => _ = i.AsSpan().IndexOf("[["u8) < 0 ? 0 : throw new FormatException("planted")));
        ParserRun.Feed([target], 1, 1, 5_000, new ParserLimits(), progress, TimeProvider.System, TestContext.Current.CancellationToken);
        var found = Assert.Single(progress.Found.Values);
        Assert.StartsWith("FormatException: planted", found.Words, StringComparison.Ordinal);
        var few = ParserRun.Reduce(found, input => ParserRun.Try("planted", target.Open(), input, new ParserLimits(), TimeProvider.System));
        Assert.Equal("[["u8.ToArray(), few.Input);
    }

    [Fact]
    public void A_reader_that_takes_too_long_or_too_much_memory_is_found()
    {
        Assert.Equal("too long", ParserRun.Try("planted", new Feeder(_ => { }), [1], new ParserLimits(Milliseconds: 5), new Ticking(TimeSpan.FromSeconds(1)))?.Where);
        Assert.Null(ParserRun.Try("planted", new Feeder(_ => { }), [1], new ParserLimits(Milliseconds: 5), new Ticking(TimeSpan.Zero)));
        Assert.Equal("too much memory", ParserRun.Try("planted", new Feeder(_ => GC.KeepAlive(new byte[2 << 20])), [1], new ParserLimits(Bytes: 1 << 20), new Ticking(TimeSpan.Zero))?.Where);
    }

    /// <summary>What was found before: it stays mended.</summary>
    [Theory]
    [InlineData("exchange", """{"status":"\ud800","":{"":"","":{"":[]}}}""")]
    [InlineData("l2Book", """{"":"","coin":"\udfff"}""")]
    [InlineData("completions", """{"choices":[{"message":{"tool_calls":[{"index":9999999999}]}}]}""")]
    [InlineData("candles", "923372036854775807,2,5,5,2,5")]
    [InlineData("settings", """{"":{"":["\ud800"]}}""")]
    [InlineData("sim socket", """{"method":"\ud800"}""")]
    [InlineData("sim socket", """{"method":"subscribe","subscription":{"type":"candle","coin":"BTC","interval":{"":""}}}""")]
    [InlineData("sim socket", """{"method":"post","id":9999999999999999999,"request":{"type":"","payload":{"":""}}}""")]
    [InlineData("meta", """{"universe":[],"marginTables":[[1,{"marginTiers":[]}],[1,{"marginTiers":[]}]]}""")]
    [InlineData("metaAndAssetCtxs", """[{"universe":[]},[{"midPx":"1"}]]""")]
    [InlineData("clearinghouseState", """{"assetPositions":[],"marginSummary":{"accountValue":"1","totalMarginUsed":"0"},"crossMaintenanceMarginUsed":"0","time":9999999999999999}""")]
    [InlineData("clearinghouseState", """{"assetPositions":[{"position":{"coin":"","szi":"1","leverage":{"type":"","value":0},"entryPx":"4","positionValue":"9","marginUsed":"5","maxLeverage":0,"unrealizedPnl":"0"}}]}""")]
    [InlineData("sim info", """{"type":"\ud800","":1}""")]
    public void What_was_not_stood_is_stood_now(string reader, string input)
    {
        var target = ParserTargets.All(RecordedInputs.None, Settings).Single(t => t.Name == reader);
        Assert.Null(ParserRun.Try(reader, target.Open(), Encoding.UTF8.GetBytes(input), new ParserLimits(), TimeProvider.System));
    }

    /// <summary>Thinking tags took the square of their number, brackets forty times their own nesting; an answer may have two megabytes.</summary>
    [Theory]
    [InlineData("[")]
    [InlineData("<think>a</think>{\"BTC\":{\"signal\":\"hold\"}}")]
    [InlineData("</think>")]
    public void What_is_repeated_costs_no_more_than_its_length(string part)
    {
        var target = ParserTargets.All(RecordedInputs.None, Settings).Single(t => t.Name == "answers");
        var input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(part, (2 << 20) / part.Length)));
        Assert.Null(ParserRun.Try("answers", target.Open(), input, new ParserLimits(Milliseconds: 60_000), TimeProvider.System));
    }

    [Theory]
    [InlineData("""{"a":"ü😀"}""", true)]
    [InlineData("""{"a":"\u0041\ud83d\ude00"}""", true)]
    [InlineData("""{"a":"\\ud800"}""", true)]
    [InlineData("""{"a":"\\\ud800"}""", false)]
    [InlineData("""{"a":"\ud83d"}""", false)]
    [InlineData("""{"a":"\ud83dx"}""", false)]
    [InlineData("""{"a":"\ude00\ud83d"}""", false)]
    [InlineData("""{"a":"\ud83d\u0041"}""", false)]
    public void A_document_from_a_wire_holds_only_texts_that_can_be_read(string json, bool isText)
    {
        Assert.Equal(isText, WireJson.IsText(Encoding.UTF8.GetBytes(json)));
        using var document = WireJson.Parse(Encoding.UTF8.GetBytes(json));
        Assert.Equal(isText, document is not null);
        if (document is not null)
        {
            Assert.NotNull(document.RootElement.GetProperty("a").GetString());
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => JsonDocument.Parse(json).RootElement.GetProperty("a").GetString());
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_are_no_document() => Assert.Null(WireJson.Parse(new byte[] { 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d }));

    private sealed class Feeder(Action<byte[]> read) : IParser
    {
        public void Read(ReadOnlySpan<byte> input) => read(input.ToArray());
    }

    /// <summary>Each look at it is later than the one before.</summary>
    private sealed class Ticking(TimeSpan by) : TimeProvider
    {
        private long _at;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _at += by.Ticks;
    }
}
