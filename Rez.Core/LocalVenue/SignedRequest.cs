using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;

namespace Rez.Core.LocalVenue;

/// <summary>A request to <c>/exchange</c> with who signed it. The action is put into the venue's own form first, as the venue does.</summary>
internal sealed record SignedRequest(JsonElement Action, string Type, ulong Nonce, Address Signer, Address? Vault, ulong? ExpiresAfter)
{
    private static readonly string[] TopKeys =
    [
        "type", "orders", "grouping", "builder", "cancels", "oid", "order", "modifies", "time", "asset", "isCross", "isBuy", "leverage", "ntli",
        "weight", "destination", "twap", "f", "a",
    ];

    private static readonly string[] InnerKeys = ["a", "b", "p", "s", "r", "t", "c", "f", "o", "asset", "cloid", "oid", "order", "limit", "trigger", "isMarket", "triggerPx", "tpsl", "tif", "m"];
    private static readonly HashSet<string> Numbers = new(StringComparer.Ordinal) { "p", "s", "triggerPx" };

    /// <summary>Actions that the account's own key signs over their fields.</summary>
    private static readonly Dictionary<string, (string Primary, TypedField[] Fields)> UserSigned = new(StringComparer.Ordinal)
    {
        ["approveAgent"] = ("HyperliquidTransaction:ApproveAgent",
            [new("hyperliquidChain", "string"), new("agentAddress", "address"), new("agentName", "string"), new("nonce", "uint64")]),
        ["approveBuilderFee"] = ("HyperliquidTransaction:ApproveBuilderFee",
            [new("hyperliquidChain", "string"), new("maxFeeRate", "string"), new("builder", "address"), new("nonce", "uint64")]),
        ["userSetAbstraction"] = ("HyperliquidTransaction:UserSetAbstraction",
            [new("hyperliquidChain", "string"), new("user", "address"), new("abstraction", "string"), new("nonce", "uint64")]),
    };

    /// <summary>Reads and recovers; a request that is no request at all is refused as the venue does (422), a bad signature with words.</summary>
    public static Outcome<SignedRequest> Read(JsonElement body, bool isMainnet)
    {
        if (body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("action", out var action) || action.ValueKind != JsonValueKind.Object
            || !action.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String
            || !body.TryGetProperty("nonce", out var n) || n.ValueKind != JsonValueKind.Number || !n.TryGetUInt64(out var nonce)
            || !body.TryGetProperty("signature", out var s) || Signature(s) is not { } signature
            || !TryOptional(body, "expiresAfter", out var expires) || !TryVault(body, out var vault))
        {
            return new Rejection("422", "Failed to deserialize the JSON body into the target type");
        }

        var name = type.GetString()!;
        byte[] digest;
        try
        {
            if (UserSigned.TryGetValue(name, out var user))
            {
                digest = Eip712.UserDigest(user.Primary, user.Fields, WithAgentName(action), Eip712.ChainId(action.GetProperty("signatureChainId").GetString()!));
            }
            else
            {
                action = Canonical(action);
                digest = Eip712.AgentDigest(ActionHash.ConnectionId(MsgPack.Encode(action), nonce, vault, expires), isMainnet);
            }
        }
        catch (Exception e) when (e is FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            return new Rejection("422", "Failed to deserialize the JSON body into the target type");
        }

        return NativeSecp256k1.Preferred.Recover(digest, signature) is { } signer
            ? new SignedRequest(action, name, nonce, signer, vault, expires)
            : new Rejection("err", "Unable to recover signer.");
    }

    /// <summary>Keys in the signed order and numbers without trailing zeros: what the venue hashes, whatever was sent.</summary>
    private static JsonElement Canonical(JsonElement action)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, action, TopKeys, null);
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }

    private static void Write(Utf8JsonWriter json, JsonElement element, string[] order, string? key)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in element.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).OrderBy(p => Rank(order, p.Name)))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value, InnerKeys, property.Name);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(json, item, InnerKeys, null);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.String when key is not null && Numbers.Contains(key) && WireNumber.TryParse(element.GetString(), out var number):
                json.WriteStringValue(number == 0 ? "0" : number.ToString("0.##################", CultureInfo.InvariantCulture));
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }

    private static int Rank(string[] order, string name) => Array.IndexOf(order, name) is >= 0 and var i ? i : order.Length;

    /// <summary>An unnamed agent is signed as the empty name, and some clients leave the key out.</summary>
    private static JsonElement WithAgentName(JsonElement action)
    {
        if (action.TryGetProperty("agentName", out var name) && name.ValueKind == JsonValueKind.String)
        {
            return action;
        }

        var copy = action.EnumerateObject().Where(p => p.Name != "agentName").ToDictionary(p => p.Name, p => (object)p.Value, StringComparer.Ordinal);
        copy["agentName"] = string.Empty;
        return JsonSerializer.SerializeToElement(copy);
    }

    private static Signature? Signature(JsonElement s) =>
        s.ValueKind == JsonValueKind.Object && s.TryGetProperty("r", out var r) && s.TryGetProperty("s", out var ss) && s.TryGetProperty("v", out var v)
        && v.ValueKind == JsonValueKind.Number && v.TryGetByte(out var recovery) && Word(r) is { } rb && Word(ss) is { } sb
            ? new Signature(rb, sb, recovery < 27 ? (byte)(recovery + 27) : recovery)
            : null;

    /// <summary>32 bytes from hex; some clients strip leading zeros.</summary>
    private static byte[]? Word(JsonElement e)
    {
        if (e.ValueKind != JsonValueKind.String || e.GetString() is not { Length: > 2 and <= 66 } text || !text.StartsWith("0x", StringComparison.Ordinal))
        {
            return null;
        }

        var bytes = new byte[32];
        return Convert.FromHexString(text[2..].PadLeft(64, '0'), bytes, out _, out var written) == OperationStatus.Done && written == 32 ? bytes : null;
    }

    private static bool TryOptional(JsonElement body, string name, out ulong? value)
    {
        value = null;
        if (!body.TryGetProperty(name, out var e) || e.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        var sound = e.ValueKind == JsonValueKind.Number && e.TryGetUInt64(out _);
        value = sound ? e.GetUInt64() : null;
        return sound;
    }

    private static bool TryVault(JsonElement body, out Address? vault)
    {
        vault = null;
        if (!body.TryGetProperty("vaultAddress", out var e) || e.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        var sound = Address.TryParse(e.ValueKind == JsonValueKind.String ? e.GetString() : null, out var address);
        vault = sound ? address : null;
        return sound;
    }
}
