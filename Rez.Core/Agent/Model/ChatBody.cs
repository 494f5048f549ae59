using System.Buffers;
using System.Text.Json;

namespace Rez.Core.Agent.Model;

/// <summary>What a model is known not to take: learnt from its refusals, so that it is not asked for that again.</summary>
public sealed class ModelCapability
{
    public bool TakesTools { get; set; } = true;

    public bool TakesSchema { get; set; } = true;
}

/// <summary>A request as the chat protocol writes it.</summary>
public static class ChatBody
{
    public static byte[] Write(ChatRequest request, string model, ModelOptions options, ModelCapability capability)
    {
        var buffer = new ArrayBufferWriter<byte>(4_096);
        using (var j = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            j.WriteStartObject();
            j.WriteString("model"u8, model);
            j.WriteBoolean("stream"u8, true);
            j.WriteStartObject("stream_options"u8);
            j.WriteBoolean("include_usage"u8, true);
            j.WriteEndObject();
            j.WriteNumber("temperature"u8, options.Temperature);
            j.WriteNumber("max_tokens"u8, options.MaxTokens);
            if (options.Seed > 0)
            {
                j.WriteNumber("seed"u8, options.Seed);
            }

            if (options.ReasoningEffort.Length > 0)
            {
                j.WriteString("reasoning_effort"u8, options.ReasoningEffort);
            }

            j.WriteStartArray("messages"u8);
            foreach (var message in request.Messages)
            {
                Write(j, message);
            }

            j.WriteEndArray();
            if (capability.TakesTools && !request.Tools.IsEmpty)
            {
                Write(j, request);
            }

            if (capability.TakesSchema && request.Schema is { } schema)
            {
                j.WriteStartObject("response_format"u8);
                j.WriteString("type"u8, "json_schema"u8);
                j.WriteStartObject("json_schema"u8);
                j.WriteString("name"u8, "decision"u8);
                j.WriteBoolean("strict"u8, true);
                j.WritePropertyName("schema"u8);
                schema.WriteTo(j);
                j.WriteEndObject();
                j.WriteEndObject();
            }

            j.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter j, ChatRequest request)
    {
        j.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
        {
            j.WriteStartObject();
            j.WriteString("type"u8, "function"u8);
            j.WriteStartObject("function"u8);
            j.WriteString("name"u8, tool.Name);
            j.WriteString("description"u8, tool.Description);
            j.WritePropertyName("parameters"u8);
            tool.Parameters.WriteTo(j);
            j.WriteEndObject();
            j.WriteEndObject();
        }

        j.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter j, ChatMessage message)
    {
        j.WriteStartObject();
        j.WriteString("role"u8, message.Role);
        j.WriteString("content"u8, message.Content);
        if (message.CallId is { } id)
        {
            j.WriteString("tool_call_id"u8, id);
        }

        if (!message.ToolCalls.IsDefaultOrEmpty)
        {
            j.WriteStartArray("tool_calls"u8);
            foreach (var call in message.ToolCalls)
            {
                j.WriteStartObject();
                j.WriteString("id"u8, call.Id);
                j.WriteString("type"u8, "function"u8);
                j.WriteStartObject("function"u8);
                j.WriteString("name"u8, call.Name);
                j.WriteString("arguments"u8, call.Arguments);
                j.WriteEndObject();
                j.WriteEndObject();
            }

            j.WriteEndArray();
        }

        j.WriteEndObject();
    }
}
