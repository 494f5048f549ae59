using System.IO.Compression;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Agent.Reading;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Agent;

public sealed class DecisionReaderTests
{
    private const string Long = "\"action\":\"open_long\",\"size_usd\":1500,\"leverage\":3,\"stop_loss\":94000,\"take_profit\":99000,\"confidence\":72";

    [Fact]
    public void The_contracts_own_form_reads_whole()
    {
        var answer = Read("""
            {"reasoning":"trend up","decisions":[{"asset":"BTC","action":"open_long","size_usd":1500,"leverage":3,"stop_loss":94000,"take_profit":99000,"confidence":72,
              "exit_plan":{"text":"out below","invalidations":[{"metric":"close","interval":"1h","op":"below","level":94500}]},"rationale":"why"},
              {"asset":"ETH","action":"close","rationale":"enough"}]}
            """);
        Assert.False(answer.NeedsRepair);
        Assert.Equal("trend up", answer.Reasoning);
        var btc = answer.Items[0].Item;
        Assert.Equal((DecisionAction.OpenLong, 1_500m, 3, 94_000m, 99_000m, 72), (btc.Action, btc.SizeUsd, btc.Leverage, btc.StopLoss, btc.TakeProfit, btc.Confidence));
        Assert.Equal(new Invalidation("close", "1h", "below", 94_500m), Assert.Single(btc.ExitPlan!.Invalidations));
        Assert.Equal(DecisionAction.Close, answer.Items[1].Item.Action);
    }

    /// <summary>340 answers of real models: each item as the project that recorded them read it.</summary>
    [Fact]
    public void Real_answers_read_as_recorded()
    {
        using var file = File.OpenRead(Shared.Path("data", "llm-decisions", "decisions.jsonl.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var rows = 0;
        while (text.ReadLine() is { } line)
        {
            using var row = JsonDocument.Parse(line);
            var answer = DecisionReader.Read(row.RootElement.GetProperty("raw_response").GetString()!, []);
            var expected = row.RootElement.GetProperty("signals").EnumerateArray().Select(s => (s.GetProperty("coin").GetString()!, ActionWords.Read(s.GetProperty("signal").GetString()!))).Order().ToArray();
            var got = answer.Items.Select(i => (i.Item.Asset, (DecisionAction?)i.Item.Action)).Concat(answer.Dropped.Select(d => (d.Asset, expected.First(e => e.Item1 == d.Asset).Item2))).Order().ToArray();
            Assert.Equal(expected, got);
            foreach (var signal in row.RootElement.GetProperty("signals").EnumerateArray())
            {
                if (answer.Items.FirstOrDefault(i => i.Item.Asset == signal.GetProperty("coin").GetString()) is { Item.Action: DecisionAction.OpenLong or DecisionAction.OpenShort } item)
                {
                    Assert.Equal(signal.GetProperty("quantity").GetDecimal(), item.Quantity);
                    Assert.Equal(signal.GetProperty("leverage").GetInt32(), item.Item.Leverage);
                    Assert.Equal(signal.GetProperty("stop_loss").GetDecimal(), item.Item.StopLoss);
                    Assert.Equal(signal.GetProperty("profit_target").GetDecimal(), item.Item.TakeProfit);
                    Assert.Equal((int)Math.Round(signal.GetProperty("confidence").GetDecimal() * 100), item.Item.Confidence);
                }
            }

            rows++;
        }

        Assert.Equal(340, rows);
    }

    [Fact]
    public void Real_malformed_answers_end_in_hold_and_ask_for_repair_unless_they_say_nothing_on_purpose()
    {
        var kinds = new List<(string Kind, bool Repair, int Items)>();
        foreach (var line in File.ReadLines(Shared.Path("data", "llm-decisions", "malformed", "malformed.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            var answer = DecisionReader.Read(row.RootElement.GetProperty("raw_response").GetString()!, []);
            kinds.Add((row.RootElement.GetProperty("kind").GetString()!, answer.NeedsRepair, answer.Items.Length));
        }

        Assert.Equal(8, kinds.Count);
        Assert.Equal([0, 0, 0, 1, 2, 0, 0, 0], kinds.Select(k => k.Items));

        // Comments do not stand in the way; an object that holds nothing else is a hold; nothing at all, or prose alone, is no answer.
        Assert.All(kinds, k => Assert.Equal(k.Kind is "empty" or "no_json", k.Repair));
    }

    [Fact]
    public void Alpha_arenas_answers_read_item_by_item()
    {
        using var file = File.OpenRead(Shared.Path("data", "nof1-alpha-arena", "conversations.jsonl.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        var (items, repairs) = (0, 0);
        while (text.ReadLine() is { } line)
        {
            using var row = JsonDocument.Parse(line);
            var response = row.RootElement.GetProperty("llm_response");
            var raw = response.TryGetProperty("failed_json_response_raw_text", out var failed) ? failed.GetString()! : response.GetRawText();
            var answer = DecisionReader.Read(raw, []);
            items += answer.Items.Length + answer.Dropped.Length;
            repairs += answer.NeedsRepair ? 1 : 0;
        }

        Assert.InRange(items, 456, 462);
        Assert.InRange(repairs, 0, 3);
    }

    [Theory]
    [InlineData("```json\n{\"decisions\":[{\"asset\":\"BTC\",@}]}\n```")]
    [InlineData("I thought about it.\n```\n[{\"asset\":\"BTC\",@}]\n```\nGood luck!")]
    [InlineData("<think>maybe {\"decisions\":[{\"asset\":\"ETH\",\"action\":\"close\"}]}</think>{\"decisions\":[{\"asset\":\"BTC\",@}]}")]
    [InlineData("no opening tag {\"a\":1}</think> {\"decisions\":[{\"asset\":\"BTC\",@},],}")]
    [InlineData("{\"BTC\":{@}}")]
    [InlineData("{\"BTC\":{\"trade_signal_args\":{\"coin\":\"BTC\",@}}}")]
    [InlineData("{\"decisions\":{\"BTC\":{@}}}")]
    [InlineData("{\"asset\":\"BTC\",@}")]
    [InlineData("{'decisions': [{'asset': 'BTC-PERP', @}]} // done")]
    [InlineData("{decisions: [{asset: “BTCUSDT”, @ /* a long */}]}")]
    [InlineData("My view [bullish]: {\"decisions\":[{\"symbol\":\"btc/usdc:usdc\",@}]}")]
    [InlineData("```json\n{\"decisions\":[{\"asset\":\"BTC\",@}]}")]
    public void Every_dress_is_taken_off(string answer)
    {
        var read = Read(answer.Replace("@", Long, StringComparison.Ordinal));
        Assert.Empty(read.Faults);
        var item = Assert.Single(read.Items).Item;
        Assert.Equal(("BTC", DecisionAction.OpenLong, 1_500m, 94_000m), (item.Asset, item.Action, item.SizeUsd, item.StopLoss));
    }

    [Theory]
    [InlineData("\"size_usd\": \"1,500\"", 1500)]
    [InlineData("\"size_usd\": 1,500", 1500)]
    [InlineData("\"size_usd\": \"$1,500.50\"", 1500.50)]
    [InlineData("\"size_usd\": \"1500 USD\"", 1500)]
    [InlineData("\"notional\": 1_500", 1500)]
    [InlineData("\"size_usd\": 1.5e3", 1500)]
    public void Numbers_are_read_in_whatever_dress(string size, double expected)
    {
        var read = Read($"{{\"decisions\":[{{\"asset\":\"BTC\",\"action\":\"buy\",{size},\"stop_loss\":\"94,000\",\"take_profit\":NaN,\"confidence\":\"72%\"}}]}}");
        var item = Assert.Single(read.Items).Item;
        Assert.Equal(((decimal)expected, 94_000m, (decimal?)null, 72), (item.SizeUsd, item.StopLoss, item.TakeProfit, item.Confidence));
    }

    [Theory]
    [InlineData("\"action\":\"moon\",\"size_usd\":1,\"stop_loss\":1", "is no action")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":1000", "without a stop_loss")]
    [InlineData("\"action\":\"open_long\",\"stop_loss\":90000", "has no size_usd")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":\"a lot\",\"stop_loss\":90000", "'a lot' is not a number")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":-5,\"stop_loss\":90000", "below zero")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":1e300,\"stop_loss\":90000", "is not a number")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":1000,\"stop_loss\":95000,\"take_profit\":90000", "contradicts itself")]
    [InlineData("\"action\":\"open_short\",\"size_usd\":1000,\"stop_loss\":90000,\"take_profit\":95000", "contradicts itself")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":1000,\"stop_loss\":90000,\"leverage\":2.5", "whole number")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":1000,\"stop_loss\":90000,\"confidence\":150", "not from 0 to 100")]
    [InlineData("\"action\":\"open_long\",\"size_usd\":1000,\"size_usd\":9000,\"stop_loss\":90000", "twice with different values")]
    [InlineData("\"action\":\"adjust\"", "adjusts nothing")]
    [InlineData("\"size_usd\":1000", "has no action")]
    public void A_bad_item_is_dropped_with_its_reason_and_a_close_beside_it_survives(string fields, string reason)
    {
        var read = Read($"{{\"decisions\":[{{\"asset\":\"BTC\",{fields}}},{{\"asset\":\"ETH\",\"action\":\"close\",\"size_usd\":\"rubbish\"}}]}}");
        Assert.Contains(reason, Assert.Single(read.Dropped).Reason);
        Assert.Equal(("ETH", DecisionAction.Close), (Assert.Single(read.Items).Item.Asset, read.Items[0].Item.Action));
        Assert.True(read.NeedsRepair);
    }

    [Fact]
    public void An_asset_that_is_named_twice_with_different_content_is_not_traded()
    {
        var read = Read($"{{\"decisions\":[{{\"asset\":\"BTC\",{Long}}},{{\"asset\":\"BTC\",\"action\":\"open_short\",\"size_usd\":10,\"stop_loss\":100000}},{{\"asset\":\"SOL\",\"action\":\"close\"}},{{\"asset\":\"SOL\",\"action\":\"close\",\"rationale\":\"again\"}}]}}");
        Assert.Equal("SOL", Assert.Single(read.Items).Item.Asset);
        Assert.Contains("2 times", Assert.Single(read.Dropped).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("I can't help with that.")]
    [InlineData("<html><body>502</body></html>")]
    [InlineData("{\"decisions\":[{\"asset\":\"BTC\",\"action\":\"open_long\",\"size_usd\":1")]
    [InlineData("{\"answer\":42}")]
    [InlineData("{\"decisions\":\"none\"}")]
    [InlineData("```json\n{ \"decisions\": [ \n```")]
    public void What_is_no_decision_is_said_to_be_none(string answer)
    {
        var read = Read(answer);
        Assert.Empty(read.Items);
        Assert.Single(read.Faults);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"decisions\":[]}")]
    [InlineData("```json\n{\n  // nothing to do\n}\n```")]
    [InlineData("[]")]
    public void Nothing_said_on_purpose_is_a_hold(string answer)
    {
        var read = Read(answer);
        Assert.Empty(read.Items);
        Assert.False(read.NeedsRepair);
    }

    [Fact]
    public void Assets_that_may_not_be_traded_are_dropped()
    {
        var read = DecisionReader.Read($"{{\"decisions\":[{{\"asset\":\"DOGE\",{Long}}},{{\"asset\":\"btc\",{Long}}}]}}", ["BTC", "kPEPE"]);
        Assert.Equal("BTC", Assert.Single(read.Items).Item.Asset);
        Assert.Contains("'DOGE' is not an asset", Assert.Single(read.Dropped).Reason);
    }

    [Fact]
    public void Mangled_answers_never_throw_and_never_take_long()
    {
        var seed = $"Thinking… ```json\n{{\"reasoning\":\"x\",\"decisions\":[{{\"asset\":\"BTC\",{Long},\"exit_plan\":{{\"text\":\"t\",\"invalidations\":[{{\"metric\":\"close\",\"interval\":\"1h\",\"op\":\"<\",\"level\":1}}]}}}}]}}\n```";
        var random = new SeededRandom(9);
        for (var i = 0; i < 20_000; i++)
        {
            var text = seed.ToCharArray();
            for (var n = 0; n < 4; n++)
            {
                text[(int)(random.NextDouble() * text.Length)] = "{}[]\",:'`<>\\0١\n#/"[(int)(random.NextDouble() * 17)];
            }

            Read(new string(text));
        }

        Read(new string('[', 100_000));
        Read(new string('{', 100_000));
        Read(string.Concat(Enumerable.Repeat("{\"a\":", 50_000)));
    }

    private static ReadAnswer Read(string answer) => DecisionReader.Read(answer, []);
}
