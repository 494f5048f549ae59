using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;

namespace Rez.Core.Agent.Loop;

/// <summary>Once a day the model is shown yesterday's closed trades as numbers and asked what follows from them. Tried once a day, under a budget of its own.</summary>
internal sealed class DailyReflection(IModel model, PriceTable prices, CostMeter costs)
{
    private const int MostCharacters = 1_200;

    private const string Instruction =
        "These are the trades an account closed yesterday, as numbers. Say in at most 120 words what was wrong or right in them and what to do otherwise, from these numbers only. "
        + "No praise, no plan for an asset. If too few trades say nothing, say so in one sentence. Plain text.";

    private DateOnly? _tried;

    /// <summary>Null when there is nothing to reflect on, it was done, it failed, or its budget is spent.</summary>
    public async ValueTask<Reflected?> OfAsync(DecisionContext context, CancellationToken cancel)
    {
        var today = DateOnly.FromDateTime(context.At.UtcDateTime);
        var yesterday = today.AddDays(-1);
        if (_tried == today || context.Past.Reflection?.Day >= yesterday || context.Past.Yesterday.IsEmpty || costs.Spent(context.At) is not null)
        {
            return null;
        }

        _tried = today;
        var asked = await model.AskAsync(new ChatRequest([new ChatMessage("system", Instruction), new ChatMessage("user", Trades(context.Past.Yesterday))], [], null), null, cancel);
        if (!asked.Ok)
        {
            return null;
        }

        var usage = asked.Value.Usage with { CostUsd = prices.CostOf(asked.Value.Model, asked.Value.Usage) };
        costs.Spend(usage.CostUsd ?? 0, context.At);
        return asked.Value.Text.Trim().Length == 0 ? null : new Reflected(new Reflection(yesterday, Fence.Plain(asked.Value.Text.Trim(), MostCharacters)), asked.Value.Model, usage);
    }

    private static string Trades(ImmutableArray<PastTrade> trades)
    {
        var text = new StringBuilder("asset direction entry exit notional_usd net_usd fees_usd funding_usd minutes exit_code\n");
        foreach (var t in trades)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{t.Asset} {t.Direction.ToString().ToLowerInvariant()} {t.EntryPrice:0.########} {t.ExitPrice:0.########} {t.NotionalUsd:0.##} {t.NetUsd:0.##} {t.FeesUsd:0.##} {t.FundingUsd:0.####} {(t.ClosedMs - t.OpenedMs) / 60_000} {t.ExitCode}"));
        }

        return text.ToString();
    }
}
