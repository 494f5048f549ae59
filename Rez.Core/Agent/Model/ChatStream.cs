using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rez.Core.Agent.Model;

/// <summary>Puts an answer together from the pieces of a stream, or takes it whole from an endpoint that does not stream.</summary>
internal sealed class ChatStream(Action<string>? told)
{
    private const int MostText = 2 << 20;
    private readonly StringBuilder _text = new();
    private readonly SortedDictionary<int, (string Id, StringBuilder Name, StringBuilder Arguments)> _calls = [];
    private TokenUsage _usage = TokenUsage.None;
    private string _finish = string.Empty;
    private string? _model;
    private bool _any;

    /// <summary>Reads to the end; a fault when what came was no answer.</summary>
    public async Task<string?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var whole = new StringBuilder();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                var data = line.AsSpan(5).Trim();
                if (data is "[DONE]")
                {
                    break;
                }

                if (data.Length > 0 && Take(data.ToString()) is { } fault)
                {
                    return fault;
                }
            }
            else if (line.Length > 0 && line[0] != ':' && !line.StartsWith("event:", StringComparison.Ordinal) && whole.Length < MostText)
            {
                whole.AppendLine(line);
            }

            if (_text.Length > MostText)
            {
                return "the answer is longer than two million characters";
            }
        }

        return _any ? null : whole.Length > 0 ? Take(whole.ToString()) : "the answer is empty";
    }

    public ChatAnswer Answer(string model, double milliseconds) => new(
        _text.ToString(), [.. _calls.Values.Select((c, i) => new ToolCall(c.Id.Length > 0 ? c.Id : $"call_{i}", c.Name.ToString(), c.Arguments.ToString()))],
        _usage, _model ?? model, _finish, Math.Round(milliseconds, 1));

    private string? Take(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return "the answer is no object";
            }

            if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            {
                return $"the endpoint says: {(error.TryGetProperty("message", out var m) ? m.ToString() : error.GetRawText())}";
            }

            _model = root.TryGetProperty("model", out var model) && model.ValueKind == JsonValueKind.String ? model.GetString() : _model;
            if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
            {
                _usage = Usage(usage);
            }

            if (root.TryGetProperty("choices", out var choices) && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0)
            {
                Take(choices[0]);
            }

            return null;
        }
        catch (JsonException)
        {
            return $"the answer is no JSON: {Short(json)}";
        }
        catch (InvalidOperationException)
        {
            return "the answer has a field of another kind";
        }
    }

    private void Take(JsonElement choice)
    {
        _any = true;
        if (choice.TryGetProperty("finish_reason", out var finish) && finish.ValueKind == JsonValueKind.String)
        {
            _finish = finish.GetString()!;
        }

        if (!(choice.TryGetProperty("delta", out var part) || choice.TryGetProperty("message", out part)) || part.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (part.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String && content.GetString() is { Length: > 0 } text)
        {
            _text.Append(text);
            told?.Invoke(text);
        }

        if (part.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            var position = 0;
            foreach (var call in calls.EnumerateArray())
            {
                Take(call, position++);
            }
        }
    }

    private void Take(JsonElement call, int position)
    {
        var index = call.TryGetProperty("index", out var i) && i.ValueKind == JsonValueKind.Number && i.TryGetInt32(out var told) ? told : position;
        if (!_calls.TryGetValue(index, out var entry))
        {
            entry = (string.Empty, new StringBuilder(), new StringBuilder());
        }

        var id = call.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : entry.Id;
        if (call.TryGetProperty("function", out var function) && function.ValueKind == JsonValueKind.Object)
        {
            entry.Name.Append(function.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null);
            entry.Arguments.Append(function.TryGetProperty("arguments", out var arguments) ? arguments.ValueKind == JsonValueKind.String ? arguments.GetString() : arguments.GetRawText() : null);
        }

        _calls[index] = entry with { Id = id };
    }

    private static TokenUsage Usage(JsonElement usage)
    {
        static int Whole(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var n) ? n : 0;
        var details = usage.TryGetProperty("prompt_tokens_details", out var p) ? p : default;
        var completion = usage.TryGetProperty("completion_tokens_details", out var c) ? c : default;
        decimal? cost = usage.TryGetProperty("cost", out var price) && decimal.TryParse(price.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var usd) ? usd : null;
        return new TokenUsage(Whole(usage, "prompt_tokens"), Whole(details, "cached_tokens"), Whole(usage, "completion_tokens"), Whole(completion, "reasoning_tokens"), cost);
    }

    private static string Short(string text) => string.Concat(text.Take(120).Select(c => char.IsControl(c) ? ' ' : c));
}
