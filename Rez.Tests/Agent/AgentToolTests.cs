using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Agent.Loop;
using Rez.Core.Agent.Model;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Agent;

/// <summary>What the model may look up besides candles and indicators.</summary>
public sealed class AgentToolTests
{
    [Fact]
    public async Task The_book_has_best_levels_first_and_says_its_depth()
    {
        var book = await CallAsync("get_order_book", """{"asset":"BTC","levels":5}""");
        var (bids, asks) = (book.GetProperty("bids"), book.GetProperty("asks"));
        Assert.Equal((5, 5), (bids.GetArrayLength(), asks.GetArrayLength()));
        Assert.True(bids[0][0].GetDecimal() < asks[0][0].GetDecimal());
        Assert.True(bids[1][0].GetDecimal() < bids[0][0].GetDecimal() && asks[1][0].GetDecimal() > asks[0][0].GetDecimal());

        // 100,000 USD a basis point, eleven levels within ten of the best.
        Assert.InRange(book.GetProperty("bid_usd_10bps").GetDecimal(), 900_000m, 1_200_000m);
    }

    [Fact]
    public async Task Own_trades_of_one_asset_or_of_all()
    {
        var past = new OnePast();
        Assert.Equal(2, (await CallAsync("get_recent_trades", "{}", past)).GetArrayLength());
        Assert.Null(past.Asked);
        var trade = (await CallAsync("get_recent_trades", """{"asset":"eth","count":1}""", past))[0];
        Assert.Equal(("ETH", -42.5m), (past.Asked, trade.GetProperty("net_usd").GetDecimal()));
        Assert.Contains("asset must be one of", (await CallAsync("get_recent_trades", """{"asset":"DOGE"}""", past)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task The_diary_is_searched_and_what_is_found_is_fenced()
    {
        var found = await CallAsync("search_diary", """{"text":"breakout"}""", new OnePast());
        Assert.Equal("breakout failed", found[0].GetProperty("entry").GetProperty("untrusted").GetString());
        Assert.Contains("2 to 100", (await CallAsync("search_diary", """{"text":"x"}""")).GetProperty("error").GetString());
    }

    [Fact]
    public void Every_tool_the_prompt_promises_is_there() => Assert.Equal(
        ["get_candles", "get_funding_history", "get_indicator", "get_open_interest", "get_order_book", "get_recent_trades", "search_diary", "size_position"],
        AgentTools.All.Select(t => t.Name).Order(StringComparer.Ordinal));

    private static async Task<JsonElement> CallAsync(string tool, string arguments, IPast? past = null) => JsonDocument.Parse(
        await new AgentTools(AgentStage.World.Market, past ?? new NoPast()).CallAsync(new ToolCall("1", tool, arguments), AgentStage.Context(), CancellationToken.None)).RootElement;

    private sealed class OnePast : IPast
    {
        public string? Asked { get; private set; }

        public ValueTask<Recall> RecallAsync(DateTimeOffset at, CancellationToken cancel) => new(Recall.Nothing);

        public ValueTask<IReadOnlyList<PastTrade>> TradesAsync(string? asset, int count, CancellationToken cancel)
        {
            Asked = asset;
            var trade = new PastTrade("ETH", Direction.Short, 3_000m, 3_100m, 1_500m, -42.5m, 1.2m, 0.1m, "EXIT_SL", Some.Start, Some.Start + 1, "c-0");
            return new(Enumerable.Repeat(trade, Math.Min(count, 2)).ToArray());
        }

        public ValueTask<IReadOnlyList<DiaryHit>> SearchAsync(string text, int count, CancellationToken cancel) => new([new DiaryHit(Some.Start, "c-1", "cycle", $"{text} failed")]);
    }
}
