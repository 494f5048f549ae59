using System.Text.Json;

namespace Rez.Core.Hyperliquid.Signing;

/// <summary>A vector that did not come out as recorded, and where it parted.</summary>
public sealed record VectorFault(string Name, string Signer, string What);

/// <param name="Passed">Vectors that every signer reproduced whole.</param>
public sealed record VectorReport(int Passed, int Failed, IReadOnlyList<VectorFault> Faults);

/// <summary>Runs recorded signing vectors: msgpack, connection id, digest, signature and address, with every signer given.</summary>
public static class SigningVectors
{
    /// <exception cref="FormatException">The file is not in the vectors' format.</exception>
    public static VectorReport Run(JsonElement root, IReadOnlyList<IEthereumSigner> signers)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("vectors", out var vectors) || vectors.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("The file has no 'vectors' list.");
        }

        var passed = 0;
        var failed = 0;
        var faults = new List<VectorFault>();
        foreach (var vector in vectors.EnumerateArray())
        {
            var found = Check(vector, signers).ToArray();
            faults.AddRange(found);
            if (found.Length == 0)
            {
                passed++;
            }
            else
            {
                failed++;
            }
        }

        return new VectorReport(passed, failed, faults);
    }

    private static IEnumerable<VectorFault> Check(JsonElement v, IReadOnlyList<IEthereumSigner> signers)
    {
        var name = Text(v, "name") ?? "(unnamed)";
        var digest = Digest(v, out var fault);
        if (fault is not null)
        {
            yield return new VectorFault(name, "encoding", fault);
            yield break;
        }

        using var key = PrivateKey.Parse(Text(v, "privateKey")).Value;
        var expected = v.GetProperty("signature");
        foreach (var signer in signers)
        {
            var signature = signer.Sign(digest, key);
            if (signature.RText != Text(expected, "r") || signature.SText != Text(expected, "s") || signature.V != expected.GetProperty("v").GetInt32())
            {
                yield return new VectorFault(name, signer.Name, $"signature {signature.RText} {signature.SText} {signature.V}");
            }
            else if (signer.AddressOf(key).Text != Text(v, "signerAddress")?.ToLowerInvariant() || signer.Recover(digest, signature)?.Text != signer.AddressOf(key).Text)
            {
                yield return new VectorFault(name, signer.Name, "the address does not come back");
            }
        }
    }

    private static byte[] Digest(JsonElement v, out string? fault)
    {
        var mainnet = !v.GetProperty("isTestnet").GetBoolean();
        byte[] digest;
        if (Text(v, "kind") == "userSigned")
        {
            var primary = Text(v, "primaryType")!;
            var fields = v.GetProperty("types").GetProperty(primary).EnumerateArray().Select(f => new TypedField(Text(f, "name")!, Text(f, "type")!)).ToArray();
            digest = Eip712.UserDigest(primary, fields, v.GetProperty("action"), Eip712.ChainId(Text(v, "signatureChainId")!));
        }
        else
        {
            var connection = Convert.FromHexString(Text(v, "connectionId")!.AsSpan(2));
            if (Text(v, "kind") == "l1")
            {
                var msgpack = MsgPack.Encode(v.GetProperty("action"));
                if (Text(v, "msgpackHex") is { } hex && hex != "0x" + Convert.ToHexStringLower(msgpack))
                {
                    fault = "msgpack " + Convert.ToHexStringLower(msgpack);
                    return [];
                }

                Address? vault = Address.TryParse(Text(v, "vaultAddress"), out var address) ? address : null;
                var computed = ActionHash.ConnectionId(msgpack, v.GetProperty("nonce").GetUInt64(), vault, Number(v, "expiresAfter"));
                if (!computed.AsSpan().SequenceEqual(connection))
                {
                    fault = "connection id " + Convert.ToHexStringLower(computed);
                    return [];
                }
            }

            digest = Eip712.AgentDigest(connection, mainnet);
        }

        fault = Text(v, "eip712Digest") is { } expected && expected != "0x" + Convert.ToHexStringLower(digest) ? "digest " + Convert.ToHexStringLower(digest) : null;
        return digest;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ulong? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetUInt64() : null;
}
