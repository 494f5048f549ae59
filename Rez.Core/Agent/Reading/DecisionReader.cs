using System.Collections.Immutable;
using System.Globalization;

namespace Rez.Core.Agent.Reading;

/// <summary>An item as read. A size in base units becomes USD where the price is known.</summary>
/// <param name="Quantity">Base units, when the model gave those instead of USD.</param>
public sealed record ReadItem(DecisionItem Item, decimal? Quantity);

/// <summary>An item that is not taken, and why.</summary>
public sealed record DroppedItem(string Asset, string Reason);

/// <summary>What a model's answer says.</summary>
/// <param name="Faults">What was wrong with the answer, in words that help the model to mend it.</param>
public sealed record ReadAnswer(string Reasoning, ImmutableArray<ReadItem> Items, ImmutableArray<DroppedItem> Dropped, ImmutableArray<string> Faults)
{
    /// <summary>Whether the model should be asked once more, with the faults.</summary>
    public bool NeedsRepair => !Faults.IsEmpty;
}

/// <summary>
/// Reads decisions from what a model answered (design §7): tolerant of form, strict in meaning. Item by item: a bad one is dropped with its reason, the others
/// stay. An asset that is named twice, or whose item contradicts itself, is not traded. Nothing is guessed.
/// </summary>
public static class DecisionReader
{
    private const decimal MostNumber = 1e12m;
    private static readonly char[] Separators = ['-', '/', ':', '_'];
    private static readonly string[] Lists = ["decisions", "trade_decisions", "actions", "trades", "orders", "items", "positions"];
    private static readonly string[] AssetNames = ["asset", "coin", "symbol", "ticker", "instrument", "market"];
    private static readonly string[] ActionNames = ["action", "signal", "operation", "decision", "op"];
    private static readonly string[] Wrappers = ["trade_signal_args", "args", "arguments", "parameters", "decision"];

    /// <param name="assets">Assets that may be decided about; empty for any.</param>
    public static ReadAnswer Read(string answer, IReadOnlyCollection<string> assets)
    {
        if (string.IsNullOrWhiteSpace(answer))
        {
            return Nothing(string.Empty, "The answer is empty.");
        }

        var candidates = AnswerText.Candidates(answer, out var why);
        foreach (var candidate in candidates)
        {
            if (ItemsOf(candidate, assets) is { } items)
            {
                var reasoning = candidate.Find("reasoning", "thoughts", "analysis") is { Kind: LooseKind.Text } r ? r.Text : AnswerText.Prose(answer);
                return Judge(reasoning, items, assets);
            }
        }

        return Nothing(AnswerText.Prose(answer), candidates.Count > 0 ? "The JSON holds no decisions: expected {\"decisions\": [ … ]}."
            : why is not null ? $"The JSON can't be read: {why}." : "The answer holds no JSON.");
    }

    private static ReadAnswer Nothing(string reasoning, string fault) => new(reasoning, [], [], [fault]);

    /// <summary>The items of a container, with the name each was filed under; null when it is no container of decisions.</summary>
    private static List<(string? Key, LooseValue Value)>? ItemsOf(LooseValue value, IReadOnlyCollection<string> assets)
    {
        if (value.Kind == LooseKind.List)
        {
            return value.Items.All(i => i.Kind == LooseKind.Object) ? [.. value.Items.Select(i => ((string?)null, i))] : null;
        }

        if (value.Kind != LooseKind.Object)
        {
            return null;
        }

        if (value.Find(Lists) is { } list)
        {
            return list.Kind is LooseKind.List or LooseKind.Object ? ItemsOf(list, assets) : null;
        }

        if (value.Find(ActionNames) is not null && value.Find(AssetNames) is not null)
        {
            return [(null, value)];
        }

        // A map of assets, each with its item; words beside them (a reasoning) are no items.
        var entries = value.Members.Where(m => m.Value.Kind == LooseKind.Object).Select(m => ((string?)m.Key, m.Value)).ToList();
        return value.Members.Count == 0 || entries.Count > 0 || value.Members.All(m => m.Key is "reasoning" or "thoughts" or "analysis") ? entries : null;
    }

    private static ReadAnswer Judge(string reasoning, List<(string? Key, LooseValue Value)> entries, IReadOnlyCollection<string> assets)
    {
        var dropped = ImmutableArray.CreateBuilder<DroppedItem>();
        var read = new List<ReadItem>();
        foreach (var (key, value) in entries)
        {
            var inner = value.Find(ActionNames) is null && value.Find(Wrappers) is { Kind: LooseKind.Object } wrapped ? wrapped : value;
            var item = Item(key, inner, assets);
            if (item.Ok)
            {
                read.Add(item.Value);
            }
            else
            {
                dropped.Add(new DroppedItem(item.Rejection.Code, item.Rejection.Message));
            }
        }

        var items = ImmutableArray.CreateBuilder<ReadItem>();
        foreach (var group in read.GroupBy(i => i.Item.Asset, StringComparer.Ordinal))
        {
            // The same thing said twice is said once; two different things are none.
            if (group.Distinct().Count() == 1 || group.All(i => i.Item.Action == DecisionAction.Close))
            {
                items.Add(group.First());
            }
            else
            {
                dropped.Add(new DroppedItem(group.Key, $"named {group.Count()} times with different content"));
            }
        }

        return new ReadAnswer(reasoning, items.ToImmutable(), dropped.ToImmutable(), [.. dropped.Select(d => $"{(d.Asset.Length == 0 ? "An item" : d.Asset)}: {d.Reason}.")]);
    }

    /// <summary>One item; a rejection's code is the asset, as far as it is known.</summary>
    private static Outcome<ReadItem> Item(string? key, LooseValue v, IReadOnlyCollection<string> assets)
    {
        var name = v.Find(AssetNames) is { Kind: LooseKind.Text } named ? named.Text : key ?? string.Empty;
        if (AssetOf(name, assets) is not { } asset)
        {
            return new Rejection(name, name.Length == 0 ? "names no asset" : $"'{name}' is not an asset that may be traded");
        }

        if (key is not null && AssetOf(key, assets) is { } filed && filed != asset)
        {
            return new Rejection(filed, $"is filed under {filed} but names {asset}");
        }

        if (Twice(v) is { } twice)
        {
            return new Rejection(asset, $"'{twice}' is there twice with different values");
        }

        var word = v.Find(ActionNames) is { Kind: LooseKind.Text } a ? a.Text : string.Empty;
        if (ActionWords.Read(word) is not { } action)
        {
            return new Rejection(asset, word.Length == 0 ? "has no action" : $"'{word}' is no action: open_long, open_short, close, reduce, adjust or hold");
        }

        return action is DecisionAction.Close or DecisionAction.Hold ? Simple(asset, action, v) : Full(asset, action, v);
    }

    /// <summary>A name that stands twice with two values, or null.</summary>
    private static string? Twice(LooseValue v)
    {
        for (var i = 1; i < v.Members.Count; i++)
        {
            for (var k = 0; k < i; k++)
            {
                if (v.Members[i].Key.Length == v.Members[k].Key.Length && string.Equals(v.Members[i].Key, v.Members[k].Key, StringComparison.OrdinalIgnoreCase)
                    && v.Members[i].Value.Text != v.Members[k].Value.Text)
                {
                    return v.Members[i].Key;
                }
            }
        }

        return null;
    }

    /// <summary>A close or a hold needs nothing else: what else is wrong with it does not matter.</summary>
    private static Outcome<ReadItem> Simple(string asset, DecisionAction action, LooseValue v) => new ReadItem(
        new DecisionItem
        {
            Asset = asset, Action = action, Rationale = Words(v), Confidence = Confidence(v) is { Ok: true, Value: { } c } ? c : 0, ExitPlan = Plan(v),
        }, null);

    private static Outcome<ReadItem> Full(string asset, DecisionAction action, LooseValue v)
    {
        var size = Number(v, "size_usd", "position_size_usd", "notional_usd", "allocation_usd", "size_in_usd", "notional");
        var quantity = Number(v, "quantity", "qty", "size", "amount", "target_qty");
        var leverage = Number(v, "leverage");
        var stop = Number(v, "stop_loss", "sl_price", "stop_price", "sl", "stop", "stop_loss_price");
        var target = Number(v, "take_profit", "profit_target", "tp_price", "tp", "target", "take_profit_price", "target_price");
        var confidence = Confidence(v);
        foreach (var (field, outcome) in ((string, Outcome<decimal?>)[])[("size_usd", size), ("quantity", quantity), ("leverage", leverage), ("stop_loss", stop), ("take_profit", target)])
        {
            if (!outcome.Ok)
            {
                return new Rejection(asset, $"{field}: {outcome.Rejection.Message}");
            }

            if (outcome.Value is < 0)
            {
                return new Rejection(asset, $"{field} is below zero");
            }
        }

        if (!confidence.Ok)
        {
            return new Rejection(asset, $"confidence: {confidence.Rejection.Message}");
        }

        if (leverage.Value is { } l && (l != decimal.Truncate(l) || l is < 1 or > 1000))
        {
            return new Rejection(asset, "leverage must be a whole number from 1");
        }

        if (Contradiction(action, size.Value, quantity.Value, stop.Value, target.Value) is { } why)
        {
            return new Rejection(asset, why);
        }

        return new ReadItem(
            new DecisionItem
            {
                Asset = asset,
                Action = action,
                SizeUsd = size.Value ?? 0,
                Leverage = (int)(leverage.Value ?? 1),
                StopLoss = stop.Value,
                TakeProfit = target.Value,
                Confidence = confidence.Value ?? 0,
                ExitPlan = Plan(v),
                Rationale = Words(v),
            },
            size.Value is > 0 ? null : quantity.Value);
    }

    private static string? Contradiction(DecisionAction action, decimal? size, decimal? quantity, decimal? stop, decimal? target)
    {
        var opens = action is DecisionAction.OpenLong or DecisionAction.OpenShort;
        if (action != DecisionAction.Adjust && size is null or 0 && quantity is null or 0)
        {
            return "has no size_usd";
        }

        if (opens && stop is null or 0)
        {
            return "opens without a stop_loss";
        }

        if (action == DecisionAction.Adjust && stop is null or 0 && target is null or 0)
        {
            return "adjusts nothing: neither stop_loss nor take_profit";
        }

        if (opens && target is { } t && stop is { } s && t > 0 && (action == DecisionAction.OpenLong ? t <= s : t >= s))
        {
            return $"contradicts itself: {(action == DecisionAction.OpenLong ? "a long" : "a short")} with stop_loss {s} and take_profit {t}";
        }

        return null;
    }

    /// <summary>A number in whatever dress; null when the field is not there or says that it is nothing.</summary>
    private static Outcome<decimal?> Number(LooseValue v, params ReadOnlySpan<string> names)
    {
        var field = v.Find(names);
        return field is null ? new Outcome<decimal?>(null) : Number(field);
    }

    private static Outcome<decimal?> Number(LooseValue field)
    {
        if (field.Kind == LooseKind.Null)
        {
            return new Outcome<decimal?>(null);
        }

        var text = field.Kind is LooseKind.Number or LooseKind.Text ? field.Text.Trim() : "(no number)";
        if (text.Length == 0 || text.ToUpperInvariant() is "N/A" or "NA" or "NONE" or "NULL" or "NAN" or "-")
        {
            return new Outcome<decimal?>(null);
        }

        var plain = text.Replace("$", string.Empty, StringComparison.Ordinal).Replace(" ", string.Empty, StringComparison.Ordinal).TrimEnd('x', 'X');
        plain = plain.EndsWith("USD", StringComparison.OrdinalIgnoreCase) ? plain[..^3] : plain.EndsWith("USDC", StringComparison.OrdinalIgnoreCase) ? plain[..^4] : plain;
        return decimal.TryParse(plain, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) < MostNumber
            ? new Outcome<decimal?>(value)
            : new Rejection("not-a-number", $"'{(text.Length > 40 ? text[..40] + "…" : text)}' is not a number");
    }

    /// <summary>0 to 100; a fraction such as 0.62 and a percentage such as 62 % are the same.</summary>
    private static Outcome<int?> Confidence(LooseValue v)
    {
        if (v.Find("confidence", "conviction", "confidence_score") is not { } field)
        {
            return new Outcome<int?>(null);
        }

        var isPercent = field.Text.TrimEnd().EndsWith('%');
        var number = Number(isPercent ? field with { Text = field.Text.TrimEnd().TrimEnd('%') } : field);
        if (!number.Ok)
        {
            return number.Rejection;
        }

        if (number.Value is not { } value)
        {
            return new Outcome<int?>(null);
        }

        var isFraction = !isPercent && value is >= 0 and <= 1 && field.Text.Contains('.', StringComparison.Ordinal);
        value = isFraction ? value * 100 : value;
        return value is >= 0 and <= 100 ? new Outcome<int?>((int)Math.Round(value)) : new Rejection("out-of-range", $"{value} is not from 0 to 100");
    }

    private static ExitPlan? Plan(LooseValue v)
    {
        var plan = v.Find("exit_plan", "invalidation_condition", "exit_strategy");
        if (plan is null or { Kind: LooseKind.Null })
        {
            return null;
        }

        if (plan.Kind == LooseKind.Text)
        {
            return plan.Text.Length == 0 ? null : new ExitPlan(plan.Text, []);
        }

        var text = plan.Find("text", "description", "invalidation_condition") is { Kind: LooseKind.Text } t ? t.Text : string.Empty;
        var list = plan.Find("invalidations", "conditions");
        return new ExitPlan(text, [.. (list?.Items ?? []).Select(Invalidations.Read).Where(i => i.Ok).Select(i => i.Value)]);
    }

    private static string Words(LooseValue v) => v.Find("rationale", "justification", "reason", "close_reason", "why", "reasoning", "explanation") is { Kind: LooseKind.Text } t ? t.Text : string.Empty;

    /// <summary>BTC, btc, BTC-PERP, BTCUSDT and BTC/USDC:USDC are one asset.</summary>
    private static string? AssetOf(string name, IReadOnlyCollection<string> assets)
    {
        var plain = name.Trim();
        foreach (var known in assets)
        {
            if (string.Equals(plain, known, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        var cut = plain.IndexOfAny(Separators) is > 0 and var at ? plain[..at] : plain;
        foreach (var quote in (string[])["USDT", "USDC", "USD", "PERP"])
        {
            cut = cut.Length > quote.Length && cut.EndsWith(quote, StringComparison.OrdinalIgnoreCase) ? cut[..^quote.Length] : cut;
        }

        return assets.Count == 0 ? (cut.Length is > 0 and <= 12 && cut.All(c => char.IsLetterOrDigit(c)) ? cut.ToUpperInvariant() : null)
            : assets.FirstOrDefault(known => string.Equals(cut, known, StringComparison.OrdinalIgnoreCase));
    }
}
