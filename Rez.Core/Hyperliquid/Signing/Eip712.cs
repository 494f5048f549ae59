using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>A field of a typed-data struct: <c>string</c>, <c>address</c>, <c>uint64</c> or <c>bytes32</c>.</summary>
public sealed record TypedField(string Name, string Type);

/// <summary>EIP-712 digests: the phantom agent of L1 actions, and user-signed actions (protocol §3.1, §3.2).</summary>
public static class Eip712
{
    private const string DomainType = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    private const ulong ExchangeChainId = 1337;
    private static readonly byte[] AgentType = Keccak.Hash("Agent(string source,bytes32 connectionId)");
    private static readonly byte[] ExchangeDomain = Domain("Exchange", ExchangeChainId);
    private static readonly byte[] MainnetSource = Keccak.Hash("a");
    private static readonly byte[] TestnetSource = Keccak.Hash("b");

    /// <summary>Digest of an L1 action: an agent whose source is the network and whose connection is the action's hash.</summary>
    public static byte[] AgentDigest(byte[] connectionId, bool isMainnet) =>
        Digest(ExchangeDomain, Keccak.Hash(AgentType, isMainnet ? MainnetSource : TestnetSource, connectionId));

    /// <summary>Digest of a user-signed action over its own fields.</summary>
    /// <param name="primaryType">For example <c>HyperliquidTransaction:ApproveAgent</c>.</param>
    /// <param name="chainId">The integer of <c>signatureChainId</c>.</param>
    /// <exception cref="FormatException">A field is missing or does not fit its type.</exception>
    public static byte[] UserDigest(string primaryType, IReadOnlyList<TypedField> fields, JsonElement action, ulong chainId)
    {
        var type = $"{primaryType}({string.Join(',', fields.Select(f => $"{f.Type} {f.Name}"))})";
        var words = new List<byte[]> { Keccak.Hash(type) };
        words.AddRange(fields.Select(f => Word(f, action)));
        return Digest(Domain("HyperliquidSignTransaction", chainId), Keccak.Hash([.. words]));
    }

    private static byte[] Domain(string name, ulong chainId) =>
        Keccak.Hash(Keccak.Hash(DomainType), Keccak.Hash(name), Keccak.Hash("1"), Number(chainId), new byte[32]);

    private static byte[] Digest(byte[] domain, byte[] structHash) => Keccak.Hash([0x19, 0x01], domain, structHash);

    private static byte[] Word(TypedField field, JsonElement action)
    {
        if (!action.TryGetProperty(field.Name, out var value))
        {
            throw new FormatException($"The action lacks '{field.Name}'.");
        }

        return field.Type switch
        {
            "string" when value.ValueKind == JsonValueKind.String => Keccak.Hash(value.GetString()!),
            "uint64" when value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number) => Number(number),
            "address" when Address.TryParse(value.GetString(), out var address) => [.. new byte[32 - Address.Length], .. address.Bytes()],
            "bytes32" when value.GetString() is { Length: 66 } hex => Convert.FromHexString(hex.AsSpan(2)),
            _ => throw new FormatException($"'{field.Name}' is not a {field.Type}."),
        };
    }

    private static byte[] Number(ulong value)
    {
        var word = new byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(word.AsSpan(24), value);
        return word;
    }

    /// <summary>The integer of a chain id such as <c>0x66eee</c>.</summary>
    public static ulong ChainId(string hex) =>
        hex.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(hex.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new FormatException($"'{hex}' is not a chain id such as 0x66eee.");
}
