using System.Net;
using System.Text;
using System.Text.Json;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class ExchangeReplyTests
{
    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(422)]
    [InlineData(429)]
    public void A_proven_refusal_is_a_rejection(int code) => Assert.Equal(SendState.Rejected, Read(code, "null", 1).State);

    [Theory]
    [InlineData(500, "null")]
    [InlineData(502, "<html>Bad gateway</html>")]
    [InlineData(200, "<html><body>maintenance</body></html>")]
    [InlineData(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":7773")]
    [InlineData(200, "")]
    [InlineData(200, "null")]
    [InlineData(200, "[]")]
    [InlineData(200, "{\"status\":\"perhaps\"}")]
    [InlineData(200, "{\"status\":\"ok\"}")]
    [InlineData(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[]}}}")]
    [InlineData(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[\"somethingNew\"]}}}")]
    [InlineData(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"filled\":{\"totalSz\":\"-1\",\"avgPx\":\"1\",\"oid\":1}}]}}}")]
    [InlineData(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"filled\":{\"totalSz\":\"1e99\",\"avgPx\":\"1\",\"oid\":1}}]}}}")]
    [InlineData(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":\"7\"}}]}}}")]
    public void What_can_not_be_read_may_have_happened(int code, string body) => Assert.Equal(SendState.Unresolved, Read(code, body, 1).State);

    [Fact]
    public void One_refusal_for_a_batch_stands_for_all_of_it_and_one_success_for_none()
    {
        var refused = Read(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"error\":\"no\"}]}}}", 3);
        Assert.Equal(3, refused.Legs.Count(l => l is { State: LegState.Error, Error: "no" }));
        Assert.Equal(SendState.Unresolved, Read(200, "{\"status\":\"ok\",\"response\":{\"type\":\"order\",\"data\":{\"statuses\":[{\"resting\":{\"oid\":1}}]}}}", 3).State);
    }

    [Fact]
    public void Recorded_answers_read_as_what_they_are()
    {
        var grouped = Read(200, Fixture("ccxt_exchange_order_with_tpsl"), 3);
        Assert.Equal([LegState.Filled, LegState.WaitingForTrigger, LegState.WaitingForTrigger], grouped.Legs.Select(l => l.State));
        Assert.Equal((1.0m, 39.9351m, 211341310459), (grouped.Legs[0].FilledSize, grouped.Legs[0].AveragePrice, grouped.Legs[0].Oid));
        Assert.Equal("Invalid nonce: duplicate nonce 1700000000000", Read(200, Fixture("bytex_exchange_duplicate_nonce"), 1).Detail);
        Assert.StartsWith("Too many cumulative requests", Read(200, Fixture("exchange_address_rate_limited"), 1).Detail);
        Assert.Equal(SendState.Rejected, Read(200, Fixture("bytex_exchange_bad_signature"), 1).State);
        Assert.Equal(SendState.Rejected, Read(200, Fixture("bytex_exchange_unknown_user"), 1).State);
        Assert.Equal(SendState.Confirmed, Read(200, Fixture("jkorf_exchange_updateLeverage_ok"), 0).State);
        Assert.Equal(SendState.Rejected, Read(200, Fixture("ccxt_exchange_scheduleCancel_volume_gate"), 0).State);
        Assert.Equal(LegState.Filled, Read(200, Fixture("ccxt_exchange_order_filled"), 1).Legs[0].State);

        using var docs = JsonDocument.Parse(Fixture("docs_exchange_responses"));
        foreach (var sample in docs.RootElement.EnumerateObject().Where(p => p.Name.StartsWith("order", StringComparison.Ordinal)))
        {
            var count = sample.Value.GetProperty("response").GetProperty("data").GetProperty("statuses").GetArrayLength();
            Assert.Equal(SendState.Confirmed, Read(200, sample.Value.GetRawText(), count).State);
        }
    }

    private static SendOutcome Read(int code, string body, int sent) => ExchangeReply.Read((HttpStatusCode)code, Encoding.UTF8.GetBytes(body), sent);

    private static string Fixture(string name) => File.ReadAllText(Shared.Path("hyperliquid", "fixtures", name + ".json"));
}
