using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Rez.Core.Agent.Loop;

/// <summary>Conversations by what was asked: the same model, parameters, prompts, tools and payload are not paid for twice.</summary>
public interface IDecisionCache
{
    AgentRecord? Find(string key);

    void Keep(string key, AgentRecord record);
}

/// <summary>A cache of files, each named by its key; what is not whole or not its own is not used.</summary>
public sealed class DecisionCache(string folder) : IDecisionCache
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>SHA-256 in hex over what decides the answer.</summary>
    public static string KeyOf(string parameters, AgentBounds bounds, Opening opening, IEnumerable<string> tools) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{parameters}\n{bounds}\n{opening.PromptDigest}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(opening.System)))}\n{opening.PayloadHash}\n{string.Join(',', tools)}")));

    public AgentRecord? Find(string key)
    {
        var path = PathOf(key);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var entry = JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(path), Json);
            return entry is { } e && e.Key == key && e.Record.Turns is { IsDefault: false } ? e.Record : null;
        }
        catch (JsonException)
        {
            // A torn file is no answer; asking again writes a whole one.
            return null;
        }
    }

    public void Keep(string key, AgentRecord record)
    {
        var path = PathOf(key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var half = path + ".part";
        File.WriteAllBytes(half, JsonSerializer.SerializeToUtf8Bytes(new Entry(key, record), Json));
        File.Move(half, path, overwrite: true);
    }

    private string PathOf(string key) => Path.Combine(folder, key[..2], key + ".json");

    private sealed record Entry(string Key, AgentRecord Record);
}
