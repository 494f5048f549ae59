using System.Collections.Immutable;
using System.Text.Json;

namespace Rez.Core.Agent.Model;

/// <summary>A call of a tool that the model asks for.</summary>
/// <param name="Arguments">JSON text as the model wrote it.</param>
public sealed record ToolCall(string Id, string Name, string Arguments);

/// <summary>A message of the conversation: system, user, assistant or tool.</summary>
/// <param name="CallId">Which call a tool's message answers.</param>
public sealed record ChatMessage(string Role, string Content, ImmutableArray<ToolCall> ToolCalls = default, string? CallId = null);

/// <summary>A tool as the model is told of it.</summary>
/// <param name="Parameters">JSON schema of its arguments.</param>
public sealed record ToolDescription(string Name, string Description, JsonElement Parameters);

/// <param name="Schema">JSON schema of the final answer; left out for models that refuse one.</param>
public sealed record ChatRequest(ImmutableArray<ChatMessage> Messages, ImmutableArray<ToolDescription> Tools, JsonElement? Schema);

/// <summary>Tokens of a call, and its price where the endpoint tells it (USD).</summary>
public sealed record TokenUsage(int Prompt, int Cached, int Completion, int Reasoning, decimal? CostUsd)
{
    public static readonly TokenUsage None = new(0, 0, 0, 0, null);

    public int Total => Prompt + Completion;

    public TokenUsage Plus(TokenUsage other) => new(
        Prompt + other.Prompt, Cached + other.Cached, Completion + other.Completion, Reasoning + other.Reasoning,
        CostUsd is null && other.CostUsd is null ? null : (CostUsd ?? 0) + (other.CostUsd ?? 0));
}

/// <param name="Model">Which model answered.</param>
/// <param name="Finish">The endpoint's word for why it ended.</param>
public sealed record ChatAnswer(string Text, ImmutableArray<ToolCall> ToolCalls, TokenUsage Usage, string Model, string Finish, double Milliseconds);

/// <summary>Something that answers a conversation. A failure is a value and holds no secret.</summary>
public interface IModel
{
    string Name { get; }

    /// <param name="told">Called with each piece of text as it comes in.</param>
    ValueTask<Outcome<ChatAnswer>> AskAsync(ChatRequest request, Action<string>? told, CancellationToken cancel);
}
