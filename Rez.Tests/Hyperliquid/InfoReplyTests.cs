using System.Text.Json;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class InfoReplyTests
{
    [Fact]
    public void Meta_gives_instruments_with_their_tiers_and_index()
    {
        var meta = MarketReplies.Meta(Fixture("meta_mainnet_full_2026-01")).Value;
        Assert.Equal(227, meta.Length);
        var btc = meta[0];
        Assert.Equal(("BTC", 0, 5, 40), (btc.Asset, btc.AssetId, btc.SizeDecimals, btc.MaxLeverage));
        Assert.Equal([0m, 150_000_000m], btc.Tiers.Select(t => t.LowerBound));
        Assert.Contains(meta, i => i.IsDelisted);
        Assert.Contains(meta, i => i.OnlyIsolated);
        Assert.True(MarketReplies.Meta(Fixture("bytex_meta_first6")).Value[3].IsDelisted);
    }

    [Fact]
    public void Accounts_read_with_positions_liquidation_and_margin()
    {
        var eth = AccountReplies.Account(Fixture("docs_clearinghouseState_isolated_ETH")).Value;
        var position = Assert.Single(eth.Positions);
        Assert.Equal((13109.482328m, "ETH", 0.0335m, 2986.3m, 20, false, 2866.26936529m), (eth.Equity, position.Asset, position.SignedSize, position.EntryPrice, position.Leverage, position.IsCross, position.LiquidationPrice));
        Assert.Equal(2985.9m, position.MarkPrice);
        Assert.Equal(-0.0134m, position.UnrealisedPnl);
        Assert.Equal(4720.8375m, AccountReplies.Account(Fixture("bytex_clearinghouseState_cross")).Value.Positions[0].MaintenanceMargin);

        // A form of 2023 and a partial recording: what is missing is named, nothing is filled in.
        Assert.Contains("has no '", AccountReplies.Account(Fixture("py_clearinghouseState")).Rejection.Message);
        Assert.Contains("has no 'marginSummary'", AccountReplies.Account(Fixture("nautilus_http_clearinghouse_state_negative_total_raw_usd")).Rejection.Message);
        Assert.Equal(35.8559189474m, AccountReplies.Account(Fixture("jkorf_clearinghouseState_isolated_HYPE")).Value.Positions[0].LiquidationPrice);
    }

    [Fact]
    public void Open_orders_tell_triggers_and_children_that_wait()
    {
        var orders = AccountReplies.OpenOrders(Fixture("py_frontendOpenOrders")).Value;
        var target = orders.Single(o => o.Oid == 3184595907);
        Assert.Equal((Side.Sell, TriggerKind.TakeProfit, 10.004m, true, true), (target.Side, target.Trigger, target.TriggerPrice, target.ReduceOnly, target.WaitsForParent));
        Assert.Equal(TriggerKind.StopLoss, orders.Single(o => o.Oid == 3184595906).Trigger);
        var parent = orders.Single(o => o.Oid == 3184595905);
        Assert.True(parent is { Trigger: null, WaitsForParent: false, TriggerPrice: null });
        Assert.NotEmpty(AccountReplies.OpenOrders(Fixture("jkorf_frontendOpenOrders")).Value);
    }

    [Fact]
    public void Statuses_are_kept_in_the_venues_words()
    {
        var docs = Fixture("docs_orderStatus");
        var found = AccountReplies.Status(docs.GetProperty("found")).Value;
        Assert.Equal((OrderState.Filled, "filled", 0.0076m), (found.State, found.Status, found.FilledSize));
        Assert.Equal(OrderState.Unknown, AccountReplies.Status(docs.GetProperty("missing")).Value.State);
        Assert.Equal(OrderState.Canceled, AccountReplies.StateOf("siblingFilledCanceled"));
        Assert.Equal(OrderState.Rejected, AccountReplies.StateOf("someNewThingRejected"));
        Assert.Equal(OrderState.Unknown, AccountReplies.StateOf("brandNew"));
    }

    [Fact]
    public void Fills_and_funding_keep_their_keys_and_signs()
    {
        var fills = AccountReplies.Fills(Fixture("ccxt_userFills_builder_and_liquidation")).Value;
        Assert.Contains(fills, f => f.IsLiquidation);
        Assert.NotEmpty(AccountReplies.Fills(Fixture("nautilus_http_user_fills_dust_conversion")).Value);

        // Recordings of 2023 have no trade id, which is part of a fill's key: they are refused, not numbered by us.
        Assert.Equal("userFills[0] has no 'tid'.", AccountReplies.Fills(Fixture("py_userFills")).Rejection.Message);
        Assert.Equal(fills.OrderBy(f => f.TimeMs), fills);
        foreach (var payment in AccountReplies.Funding(Fixture("py_userFunding_bounded")).Value)
        {
            // Longs pay when the rate is positive.
            Assert.Equal(Math.Sign(payment.SignedSize * payment.Rate), Math.Sign(payment.Usd));
        }
    }

    [Fact]
    public void Candles_leave_the_forming_one_out_and_books_have_two_sides()
    {
        var reply = Fixture("bytex_candleSnapshot_BTC_1h");
        var rows = reply.GetArrayLength();
        var last = reply[rows - 1].GetProperty("T").GetInt64();
        Assert.Equal(rows - 1, MarketReplies.Candles(reply, last - 1_000).Value.Length);
        Assert.All(MarketReplies.Candles(reply, last + 1).Value, c => Assert.Null(c.Fault()));
        foreach (var name in new[] { "bytex_l2Book_BTC_top5", "py_l2Book_DYDX", "nautilus_http_l2_book_btc" })
        {
            var book = MarketReplies.Book(Fixture(name)).Value;
            Assert.True(book.Bids[0].Price < book.Asks[0].Price, name);
        }

        Assert.NotEmpty(MarketReplies.Funding(Fixture("bytex_fundingHistory_BTC")).Value);
        Assert.NotEmpty(MarketReplies.Funding(Fixture("py_fundingHistory_BTC_open_end")).Value);
    }

    [Theory]
    [InlineData("{}", "clearinghouseState has no 'assetPositions'")]
    [InlineData("[]", "clearinghouseState has no 'assetPositions'")]
    [InlineData("{\"assetPositions\":7}", "clearinghouseState.assetPositions is not a list")]
    [InlineData("{\"assetPositions\":[],\"marginSummary\":{\"accountValue\":100}}", "clearinghouseState.marginSummary.accountValue is not a number in text")]
    [InlineData("{\"assetPositions\":[],\"marginSummary\":{\"accountValue\":\"1e400\"}}", "clearinghouseState.marginSummary.accountValue is not a number in text")]
    [InlineData("{\"assetPositions\":[{\"position\":{\"coin\":null}}]}", "clearinghouseState.assetPositions[0].position.szi")]
    public void A_broken_reply_is_a_value_that_names_the_field(string json, string message)
    {
        var read = AccountReplies.Account(JsonDocument.Parse(json).RootElement);
        Assert.False(read.Ok);
        Assert.Equal("unreadable-reply", read.Rejection.Code);
        Assert.Contains(message.Split(" is")[0].Split(".szi")[0], read.Rejection.Message);
    }

    [Fact]
    public void Numbers_are_written_as_the_reference_writes_them()
    {
        foreach (var c in Fixture("wire_number_cases").GetProperty("float_to_wire").EnumerateArray())
        {
            var input = c.GetProperty("input");
            var text = input.ValueKind == JsonValueKind.String ? input.GetString()! : input.GetRawText();
            if (!decimal.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value))
            {
                continue;
            }

            if (text == "0.30000000000000004")
            {
                // A float's noise: Rez reckons in decimals and refuses what has more than eight.
                Assert.False(WireNumber.Format(value).Ok);
                continue;
            }

            var written = WireNumber.Format(value);
            var expected = c.GetProperty("output");
            if (expected.ValueKind == JsonValueKind.String)
            {
                // The reference writes "-0"; that is the one thing not copied.
                Assert.Equal(expected.GetString()!.Replace("-0", value == 0 ? "0" : "-0", StringComparison.Ordinal), written.Ok ? written.Value : written.Rejection.Code);
            }
            else
            {
                Assert.False(written.Ok, text);
            }
        }
    }

    private static JsonElement Fixture(string name) => JsonDocument.Parse(File.ReadAllText(Shared.Path("hyperliquid", "fixtures", name + ".json"))).RootElement.Clone();
}
