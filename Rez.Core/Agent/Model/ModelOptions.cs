using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Rez.Core.Agent.Model;

/// <summary>The language model and its endpoint: any that speaks OpenAI's chat protocol.</summary>
public sealed class ModelOptions
{
    [Description("Address of the endpoint; OpenRouter, OpenAI, Ollama (http://localhost:11434/v1), llama.cpp, vLLM")]
    [MinLength(1)]
    public string BaseUrl { get; set; } = "https://openrouter.ai/api/v1";

    [Description("Model by the endpoint's name; empty for none")]
    public string Name { get; set; } = string.Empty;

    [Description("Key of the endpoint; local ones need none")]
    [Secret]
    public string ApiKey { get; set; } = string.Empty;

    [Description("Models to try in order when the first one fails, separated by commas")]
    public string Fallbacks { get; set; } = string.Empty;

    [Description("Randomness of the answer")]
    [Range(0, 2)]
    public decimal Temperature { get; set; } = 0.2m;

    [Description("low, medium or high where the model takes it; empty leaves it out")]
    public string ReasoningEffort { get; set; } = string.Empty;

    [Description("Most tokens of an answer")]
    [Range(100, 200_000)]
    public int MaxTokens { get; set; } = 4_000;

    [Description("Longest time a call may take, seconds")]
    [Range(1, 600)]
    public int CallSeconds { get; set; } = 90;

    [Description("Longest time all calls of a cycle may take, seconds")]
    [Range(1, 1800)]
    public int CycleSeconds { get; set; } = 240;

    [Description("Most USD a UTC day may cost; when spent, positions are managed and nothing is opened; 0 for no limit")]
    [Range(0, 100_000)]
    public decimal DailyBudgetUsd { get; set; } = 5m;

    [Description("Most USD a calendar month may cost; 0 for no limit")]
    [Range(0, 1_000_000)]
    public decimal MonthlyBudgetUsd { get; set; } = 50m;

    [Description("USD for a million prompt tokens, for endpoints that do not tell what a call cost")]
    [Range(0, 10_000)]
    public decimal PromptUsdPerMillion { get; set; }

    [Description("USD for a million answered tokens, for endpoints that do not tell what a call cost")]
    [Range(0, 10_000)]
    public decimal CompletionUsdPerMillion { get; set; }

    [Description("Most turns of a cycle's conversation")]
    [Range(1, 30)]
    public int MaxTurns { get; set; } = 8;

    [Description("Most tool calls of a cycle")]
    [Range(0, 100)]
    public int MaxToolCalls { get; set; } = 20;

    [Description("Most tokens of a cycle, prompts and answers together")]
    [Range(1_000, 10_000_000)]
    public int MaxCycleTokens { get; set; } = 150_000;
}
