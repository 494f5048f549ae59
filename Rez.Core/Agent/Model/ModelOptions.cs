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

    [Description("Seed for endpoints that take one; 0 sends none")]
    [Range(0, int.MaxValue)]
    public int Seed { get; set; }

    [Description("Value of api-version for Azure's classic addresses (https://NAME.openai.azure.com/openai/deployments/MODEL); empty leaves it out")]
    public string ApiVersion { get; set; } = string.Empty;

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

    [Description("Prices by model: MODEL=PROMPT/CACHED/ANSWER@DATE in USD for a million tokens, separated by commas, such as gpt-5=1.25/0.125/10@2026-11-01; used where the endpoint does not tell the cost")]
    public string Prices { get; set; } = string.Empty;

    [Description("A model is not asked when nothing is open, nothing happened and no mark moved more than this since it was last asked, basis points; 0 always asks")]
    [Range(0, 1_000)]
    public decimal SkipMoveBps { get; set; }

    [Description("Most cycles in a row that are skipped so")]
    [Range(1, 10_000)]
    public int SkipMostCycles { get; set; } = 12;

    [Description("USD a day for one call that reflects on yesterday's closed trades; 0 for none")]
    [Range(0, 1_000)]
    public decimal ReflectionUsd { get; set; }

    [Description("Folder of the prompts: system.md, strategy.md, notes/ASSET.md, outside.md; empty is prompts in the data dir")]
    public string PromptDir { get; set; } = string.Empty;

    [Description("Whether answers are kept in the data dir and the same question is answered from there")]
    public bool Cache { get; set; }

    [Description("Longest context payload, characters; beyond it details are left out in a stated order")]
    [Range(4_000, 4_000_000)]
    public int MaxPayloadCharacters { get; set; } = 200_000;

    [Description("Day up to which the model has read of the world, as yyyy-MM-dd; a backtest over earlier days warns, since it may remember them; empty when not known")]
    public string KnowledgeCutoff { get; set; } = string.Empty;

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
