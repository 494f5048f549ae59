using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Rez.Core.Torture.Parsers;

/// <summary>Recorded inputs beside our own: whole files, to be cut into seeds.</summary>
/// <param name="Replies">Recorded replies and frames, JSON.</param>
/// <param name="Answers">What models answered.</param>
/// <param name="Candles">Candle files, unpacked.</param>
public sealed record RecordedInputs(IReadOnlyList<byte[]> Replies, IReadOnlyList<byte[]> Answers, IReadOnlyList<byte[]> Candles)
{
    private const int MostRows = 60;
    private const int MostAnswers = 200;

    public static readonly RecordedInputs None = new([], [], []);

    public int Count => Replies.Count + Answers.Count + Candles.Count;

    /// <summary>What a folder of reference data holds: <c>hyperliquid/fixtures</c>, <c>data/llm-decisions</c>, <c>data/dirty-data</c>; what is absent is left out.</summary>
    public static RecordedInputs Of(string folder)
    {
        string[] Files(string path, string pattern) => Directory.Exists(Path.Combine(folder, path)) ? [.. Directory.GetFiles(Path.Combine(folder, path), pattern).Order(StringComparer.Ordinal)] : [];
        var answers = Files("data/llm-decisions", "*.jsonl.gz").SelectMany(Lines).Concat(Files("data/llm-decisions/malformed", "*.jsonl").SelectMany(Lines))
            .Select(AnswerOf).Where(a => a.Length > 0).Take(MostAnswers);
        var candles = Files("data/dirty-data", "*.csv.gz").Select(f => Encoding.UTF8.GetBytes(string.Join('\n', Lines(f).Take(MostRows))));
        return new RecordedInputs([.. Files("hyperliquid/fixtures", "*.json").SelectMany(f => Parts(File.ReadAllBytes(f)))], [.. answers], [.. candles]);
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var text = new StreamReader(plain);
        while (text.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static byte[] AnswerOf(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.TryGetProperty("raw_response", out var raw) && raw.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(raw.GetString()!) : [];
    }

    /// <summary>A recording and what lies within it: some are wrapped in a note of what was asked.</summary>
    private static IEnumerable<byte[]> Parts(byte[] file)
    {
        using var document = JsonDocument.Parse(file);
        return Inner(document.RootElement, 0).Where(e => e.GetRawText().Length is > 20 and < 20_000).Select(e => Encoding.UTF8.GetBytes(e.GetRawText())).ToArray();
    }

    private static IEnumerable<JsonElement> Inner(JsonElement element, int depth)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            yield break;
        }

        yield return element;
        if (depth < 3 && element.ValueKind == JsonValueKind.Object)
        {
            foreach (var part in element.EnumerateObject().SelectMany(p => Inner(p.Value, depth + 1)))
            {
                yield return part;
            }
        }
    }
}
