using System.Collections.Immutable;
using System.Globalization;

namespace Rez.Core.Agent.Model;

/// <summary>What a model's tokens cost, USD for a million.</summary>
/// <param name="Cached">For prompt tokens that the provider had cached.</param>
/// <param name="Since">Day from which these prices were read.</param>
public sealed record ModelPrice(string Model, decimal Prompt, decimal Cached, decimal Completion, DateOnly Since);

/// <summary>Prices by model. What an endpoint itself tells of a call's cost comes before them.</summary>
public sealed class PriceTable(ImmutableArray<ModelPrice> prices, decimal promptUsdPerMillion, decimal completionUsdPerMillion)
{
    public ImmutableArray<ModelPrice> Prices => prices;

    /// <summary>Reads <c>MODEL=PROMPT/CACHED/ANSWER@yyyy-MM-dd</c>, separated by commas.</summary>
    public static Outcome<ImmutableArray<ModelPrice>> Parse(string text)
    {
        var found = ImmutableArray.CreateBuilder<ModelPrice>();
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = entry.LastIndexOf('=');
            var at = entry.LastIndexOf('@');
            var numbers = equals > 0 && at > equals ? entry[(equals + 1)..at].Split('/') : [];
            if (numbers.Length != 3 || !Usd(numbers[0], out var prompt) || !Usd(numbers[1], out var cached) || !Usd(numbers[2], out var completion)
                || !DateOnly.TryParseExact(entry[(at + 1)..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var since))
            {
                return new Rejection("bad-price", $"'{entry}' is no price: MODEL=PROMPT/CACHED/ANSWER@DATE is, such as gpt-5=1.25/0.125/10@2026-11-01");
            }

            found.Add(new ModelPrice(entry[..equals], prompt, cached, completion, since));
        }

        return found.ToImmutable();
    }

    public static PriceTable Of(ModelOptions options) => new(Parse(options.Prices) is { Ok: true } read ? read.Value : [], options.PromptUsdPerMillion, options.CompletionUsdPerMillion);

    /// <summary>Cost of a call: as the endpoint told it, else by the table, else by the two general prices.</summary>
    public decimal CostOf(string model, TokenUsage usage)
    {
        if (usage.CostUsd is { } told)
        {
            return told;
        }

        var price = prices.FirstOrDefault(p => string.Equals(p.Model, model, StringComparison.OrdinalIgnoreCase))
            ?? new ModelPrice(model, promptUsdPerMillion, promptUsdPerMillion, completionUsdPerMillion, default);
        var fresh = Math.Max(0, usage.Prompt - usage.Cached);
        return ((fresh * price.Prompt) + (usage.Cached * price.Cached) + (usage.Completion * price.Completion)) / 1_000_000m;
    }

    private static bool Usd(string text, out decimal value) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
}
