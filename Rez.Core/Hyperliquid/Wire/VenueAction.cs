using System.Buffers;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>
/// An action of <c>/exchange</c> with its keys in the order that is signed (protocol §2.1). What is left out is absent, never null or
/// false; numbers are the venue's own form or the action is refused.
/// </summary>
public sealed class VenueAction
{
    private VenueAction(byte[] json)
    {
        Json = json;
        using var document = JsonDocument.Parse(json);
        MsgPackBytes = MsgPack.Encode(document.RootElement);
    }

    /// <summary>The action as JSON, keys in order.</summary>
    public byte[] Json { get; }

    /// <summary>The bytes that are hashed.</summary>
    public byte[] MsgPackBytes { get; }

    /// <summary>One or more orders with their grouping.</summary>
    /// <param name="assetId">Index of the asset in the venue's universe.</param>
    public static Outcome<VenueAction> Order(OrderRequest request, int assetId)
    {
        foreach (var leg in request.Legs)
        {
            if (Fault(leg) is { } bad)
            {
                return bad;
            }
        }

        return Build(json =>
        {
            json.WriteString("type"u8, "order"u8);
            json.WriteStartArray("orders"u8);
            foreach (var leg in request.Legs)
            {
                WriteLeg(json, leg, assetId);
            }

            json.WriteEndArray();
            json.WriteString("grouping"u8, request.Grouping switch
            {
                OrderGrouping.NormalTpsl => "normalTpsl",
                OrderGrouping.PositionTpsl => "positionTpsl",
                _ => "na",
            });
        });
    }

    /// <summary>Replaces an order by client id; it gets a new oid. Triggers and IOCs need <c>a</c>, so it is always set (protocol §2.1).</summary>
    public static Outcome<VenueAction> Modify(Cloid old, OrderLeg leg, int assetId)
    {
        if (Fault(leg) is { } bad)
        {
            return bad;
        }

        return Build(json =>
        {
            json.WriteString("type"u8, "modify"u8);
            json.WriteString("oid"u8, old.Value);
            json.WritePropertyName("order"u8);
            WriteLeg(json, leg, assetId);
            json.WriteBoolean("a"u8, true);
        });
    }

    public static VenueAction Cancel(int assetId, long oid) => Build(json =>
    {
        json.WriteString("type"u8, "cancel"u8);
        json.WriteStartArray("cancels"u8);
        json.WriteStartObject();
        json.WriteNumber("a"u8, assetId);
        json.WriteNumber("o"u8, oid);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    public static VenueAction CancelByCloid(int assetId, Cloid cloid) => Build(json =>
    {
        json.WriteString("type"u8, "cancelByCloid"u8);
        json.WriteStartArray("cancels"u8);
        json.WriteStartObject();
        json.WriteNumber("asset"u8, assetId);
        json.WriteString("cloid"u8, cloid.Value);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    /// <summary>Arms the dead man's switch at a time (Unix ms), or disarms it. It cancels stops too.</summary>
    public static VenueAction ScheduleCancel(long? timeMs) => Build(json =>
    {
        json.WriteString("type"u8, "scheduleCancel"u8);
        if (timeMs is { } time)
        {
            json.WriteNumber("time"u8, time);
        }
    });

    public static VenueAction UpdateLeverage(int assetId, bool isCross, int leverage) => Build(json =>
    {
        json.WriteString("type"u8, "updateLeverage"u8);
        json.WriteNumber("asset"u8, assetId);
        json.WriteBoolean("isCross"u8, isCross);
        json.WriteNumber("leverage"u8, leverage);
    });

    /// <param name="usd">USD to add; below zero to take away. Six decimals at most.</param>
    public static Outcome<VenueAction> UpdateIsolatedMargin(int assetId, decimal usd)
    {
        var micros = usd * 1_000_000m;
        return micros != decimal.Truncate(micros) || Math.Abs(micros) > long.MaxValue
            ? new Rejection("bad-margin", $"{usd} USD is no amount of whole millionths.")
            : Build(json =>
            {
                json.WriteString("type"u8, "updateIsolatedMargin"u8);
                json.WriteNumber("asset"u8, assetId);
                json.WriteBoolean("isBuy"u8, true);
                json.WriteNumber("ntli"u8, (long)micros);
            });
    }

    /// <summary>Burns a nonce: with that of an action in flight it cancels the action if it has not landed.</summary>
    public static VenueAction Noop() => Build(json => json.WriteString("type"u8, "noop"u8));

    /// <summary>The signed body to post.</summary>
    /// <param name="expiresAfterMs">After this venue time the action is dead.</param>
    public byte[] Sign(IEthereumSigner signer, PrivateKey key, bool isMainnet, ulong nonce, ulong expiresAfterMs, Address? vault = null)
    {
        var connection = ActionHash.ConnectionId(MsgPackBytes, nonce, vault, expiresAfterMs);
        var signature = signer.Sign(Eip712.AgentDigest(connection, isMainnet), key);
        var buffer = new ArrayBufferWriter<byte>(Json.Length + 320);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WritePropertyName("action"u8);
            json.WriteRawValue(Json, skipInputValidation: true);
            json.WriteNumber("nonce"u8, nonce);
            json.WriteStartObject("signature"u8);
            json.WriteString("r"u8, signature.RText);
            json.WriteString("s"u8, signature.SText);
            json.WriteNumber("v"u8, signature.V);
            json.WriteEndObject();
            if (vault is { } address)
            {
                json.WriteString("vaultAddress"u8, address.Text);
            }

            json.WriteNumber("expiresAfter"u8, expiresAfterMs);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static Rejection? Fault(OrderLeg leg)
    {
        foreach (var number in new[] { leg.LimitPrice, leg.Size, leg.TriggerPrice ?? 0 })
        {
            if (WireNumber.Format(number) is { Ok: false } bad)
            {
                return bad.Rejection;
            }
        }

        return null;
    }

    private static void WriteLeg(Utf8JsonWriter json, OrderLeg leg, int assetId)
    {
        json.WriteStartObject();
        json.WriteNumber("a"u8, assetId);
        json.WriteBoolean("b"u8, leg.Side == Side.Buy);
        json.WriteString("p"u8, WireNumber.Format(leg.LimitPrice).Value);
        json.WriteString("s"u8, WireNumber.Format(leg.Size).Value);
        json.WriteBoolean("r"u8, leg.ReduceOnly);
        json.WriteStartObject("t"u8);
        if (leg.TriggerPrice is { } trigger)
        {
            json.WriteStartObject("trigger"u8);
            json.WriteBoolean("isMarket"u8, leg.IsMarketTrigger);
            json.WriteString("triggerPx"u8, WireNumber.Format(trigger).Value);
            json.WriteString("tpsl"u8, leg.Trigger == TriggerKind.StopLoss ? "sl"u8 : "tp"u8);
        }
        else
        {
            json.WriteStartObject("limit"u8);
            json.WriteString("tif"u8, leg.TimeInForce.ToString());
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("c"u8, leg.Cloid.Value);
        json.WriteEndObject();
    }

    private static VenueAction Build(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new VenueAction(buffer.WrittenSpan.ToArray());
    }
}
