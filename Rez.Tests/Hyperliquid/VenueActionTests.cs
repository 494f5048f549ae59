using System.Text;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

public sealed class VenueActionTests
{
    private static readonly Cloid Cloid = new("0x1234567890abcdef1234567890abcdef");

    private static readonly Dictionary<string, VenueAction> Built = new(StringComparer.Ordinal)
    {
        ["cloid_1"] = VenueAction.Order(new OrderRequest("BTC", OrderGrouping.None, [new OrderLeg { Cloid = Cloid, Side = Side.Buy, Size = 0.001m, LimitPrice = 95_000.0m, TimeInForce = TimeInForce.Gtc }]), 0).Value,
        ["cancel_small_oid_1"] = VenueAction.Cancel(0, 77738308),
        ["cancel_big_oid_1"] = VenueAction.Cancel(1, 323550506865),
        ["cancel_by_cloid_1"] = VenueAction.CancelByCloid(0, Cloid),
        ["schedule_cancel_time_1"] = VenueAction.ScheduleCancel(1760000060000),
        ["schedule_cancel_clear_1"] = VenueAction.ScheduleCancel(null),
        ["update_leverage_1"] = VenueAction.UpdateLeverage(0, true, 20),
        ["update_isolated_margin_1"] = VenueAction.UpdateIsolatedMargin(1, 1m).Value,
        ["update_isolated_margin_edges_1"] = VenueAction.UpdateIsolatedMargin(0, 5_000m).Value,
        ["noop_1"] = VenueAction.Noop(),
    };

    public static TheoryData<string> Names => [.. Built.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Built_actions_hash_to_the_recorded_ones(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repo.Root, "Rez.Tests", "Hyperliquid", "Fixtures", "vectors.json")));
        var vector = document.RootElement.GetProperty("vectors").EnumerateArray().Single(v => v.GetProperty("name").GetString() == name);
        Assert.Equal(vector.GetProperty("msgpackHex").GetString(), "0x" + Convert.ToHexStringLower(Built[name].MsgPackBytes));
        Assert.Equal(vector.GetProperty("action").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), Encoding.UTF8.GetString(Built[name].Json));
    }

    [Fact]
    public void A_bracket_is_one_action_with_its_keys_in_order()
    {
        var json = Encoding.UTF8.GetString(VenueAction.Order(Some.Bracket(Side.Buy, 0.10m, 100_500m, 99_000m, 102_000m), 3).Value.Json);
        Assert.Equal(
            $$$"""{"type":"order","orders":[{"a":3,"b":true,"p":"100500","s":"0.1","r":false,"t":{"limit":{"tif":"Ioc"}},"c":"{{{Some.Id("bentry")}}}"},{"a":3,"b":false,"p":"89100","s":"0.1","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"99000","tpsl":"sl"}},"c":"{{{Some.Id("bstop")}}}"},{"a":3,"b":false,"p":"91800","s":"0.1","r":true,"t":{"trigger":{"isMarket":true,"triggerPx":"102000","tpsl":"tp"}},"c":"{{{Some.Id("btarget")}}}"}],"grouping":"normalTpsl"}""",
            json);
    }

    [Fact]
    public void A_number_that_does_not_fit_refuses_the_action()
    {
        Assert.Equal("too-many-decimals", VenueAction.Order(Some.Order(Some.Leg(Side.Buy, 0.000000001m, 1m)), 0).Rejection.Code);
        Assert.Equal("bad-margin", VenueAction.UpdateIsolatedMargin(0, 0.0000001m).Rejection.Code);
    }

    [Fact]
    public void A_signed_body_carries_what_was_signed()
    {
        using var key = PrivateKey.Parse("0123456789012345678901234567890123456789012345678901234567890123").Value;
        var action = Built["cloid_1"];
        using var body = JsonDocument.Parse(action.Sign(new Secp256k1(), key, isMainnet: true, nonce: 1760000000019, expiresAfterMs: 1760000010019));
        Assert.Equal(["action", "nonce", "signature", "expiresAfter"], body.RootElement.EnumerateObject().Select(p => p.Name));
        var s = body.RootElement.GetProperty("signature");
        var signature = new Signature(Convert.FromHexString(s.GetProperty("r").GetString()!.AsSpan(2)), Convert.FromHexString(s.GetProperty("s").GetString()!.AsSpan(2)), (byte)s.GetProperty("v").GetInt32());
        var digest = Eip712.AgentDigest(ActionHash.ConnectionId(MsgPack.Encode(body.RootElement.GetProperty("action")), 1760000000019, null, 1760000010019), isMainnet: true);
        Assert.Equal(new Secp256k1().AddressOf(key), new Secp256k1().Recover(digest, signature));
    }
}
