using System.Globalization;

namespace Rez.Core.Agent.Reading;

/// <summary>Reads typed invalidations: what is compared, on which candles, which way, with what.</summary>
public static class Invalidations
{
    public static Outcome<Invalidation> Read(LooseValue v)
    {
        var metric = Text(v, "metric", "indicator") ?? "close";
        var op = Text(v, "op", "operator", "condition")?.ToLowerInvariant() switch
        {
            "below" or "<" or "<=" or "lt" or "lte" or "under" or "crosses_below" => "below",
            "above" or ">" or ">=" or "gt" or "gte" or "over" or "crosses_above" => "above",
            _ => null,
        };
        var level = v.Find("level", "value", "threshold", "price");
        if (op is null || Text(v, "interval", "timeframe") is not { } interval || !Market.Interval.TryParse(interval, out var parsed))
        {
            return new Rejection("bad-invalidation", "an invalidation needs interval (such as 1h) and op (above or below)");
        }

        return level is { Kind: LooseKind.Number or LooseKind.Text }
            && decimal.TryParse(level.Text.Replace("$", string.Empty, StringComparison.Ordinal), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number)
            ? new Invalidation(metric.ToLowerInvariant(), parsed.Name, op, number)
            : new Rejection("bad-invalidation", "an invalidation needs a level");
    }

    private static string? Text(LooseValue v, params ReadOnlySpan<string> names) => v.Find(names) is { Kind: LooseKind.Text } t ? t.Text : null;
}
