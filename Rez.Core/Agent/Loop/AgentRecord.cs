using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Reading;

namespace Rez.Core.Agent.Loop;

/// <summary>A tool call with what was answered.</summary>
public sealed record ToolTurn(string Name, string Arguments, string Result);

/// <summary>One turn of the conversation: what the model said and asked for. The usage holds its cost in USD.</summary>
public sealed record AgentTurn(string Model, string Text, ImmutableArray<ToolTurn> Tools, TokenUsage Usage, string Finish);

/// <summary>The whole conversation of a cycle, as the capsule keeps it: enough to hold it again without the model. Wall-clock time is no part of its content.</summary>
/// <param name="Parameters">Model and what it was asked with, in one line.</param>
/// <param name="Bounds">Caps on turns, calls and tokens that were in force.</param>
/// <param name="System">The system message as sent.</param>
/// <param name="Payload">The user message as sent.</param>
/// <param name="Ended">Why it ended before an answer, or null.</param>
public sealed record AgentRecord(
    string Parameters, AgentBounds Bounds, string PromptDigest, string PayloadHash, string System, string Payload, ImmutableArray<AgentTurn> Turns, ImmutableArray<DroppedItem> Dropped, TokenUsage Usage, string? Ended)
{
    /// <summary>Milliseconds of each call of the model.</summary>
    [JsonIgnore]
    public ImmutableArray<double> Milliseconds { get; init; } = [];

    /// <summary>Whether the answer came out of the cache, at no cost.</summary>
    [JsonIgnore]
    public bool IsCached { get; init; }
}

/// <summary>Caps of a conversation.</summary>
public sealed record AgentBounds(int Turns, int ToolCalls, int Tokens)
{
    public static AgentBounds Of(ModelOptions options) => new(options.MaxTurns, options.MaxToolCalls, options.MaxCycleTokens);
}

/// <summary>What a model concluded from a day, and what that cost.</summary>
public sealed record Reflected(Reflection Reflection, string Model, TokenUsage Usage);

public enum AgentMomentKind
{
    /// <summary>A conversation begins; the text is the payload's hash.</summary>
    Began,

    /// <summary>A piece of the model's words.</summary>
    Said,

    /// <summary>The model asks for a tool; the text holds its arguments.</summary>
    Called,

    /// <summary>A tool's answer.</summary>
    Answered,

    /// <summary>Rez says something to the model: asks for a mended answer, or for the last word.</summary>
    Told,

    /// <summary>The conversation is over; the text says with what.</summary>
    Ended,
}

/// <summary>Something that just happened in a conversation, for whoever looks on.</summary>
/// <param name="Tool">Name of the tool, where one is meant.</param>
public readonly record struct AgentMoment(AgentMomentKind Kind, string CycleId, int Turn, string Text, string? Tool = null);
