using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>
/// What the venue's answer to an action proves (protocol §2.2, §2.3). Only a proven refusal is a rejection; whatever can't be read may have been
/// carried out and is unresolved.
/// </summary>
public static class ExchangeReply
{
    /// <param name="status">HTTP status.</param>
    /// <param name="body">Body as it came.</param>
    /// <param name="sent">Orders or cancels in the action; 0 for actions that answer <c>default</c>.</param>
    public static SendOutcome Read(HttpStatusCode status, ReadOnlySpan<byte> body, int sent)
    {
        var code = (int)status;
        if (code is 400 or 401 or 403 or 404 or 422 or 429)
        {
            // Refused before the chain saw it. A 429 has the body 'null'.
            return SendOutcome.Rejected($"HTTP {code}: {Excerpt(body)}");
        }

        if (code != 200)
        {
            return SendOutcome.Unresolved($"HTTP {code}: {Excerpt(body)}");
        }

        using var document = WireJson.Parse(body.ToArray());
        return document is null ? SendOutcome.Unresolved($"The answer is no JSON: {Excerpt(body)}") : Read(document.RootElement, sent);
    }

    private static SendOutcome Read(JsonElement root, int sent)
    {
        var status = Text(root, "status");
        if (status == "err" && Text(root, "response") is { } why)
        {
            // Stands for every order of the action.
            return SendOutcome.Rejected(why);
        }

        if (status != "ok" || !root.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object)
        {
            return SendOutcome.Unresolved("The answer has neither 'ok' nor 'err'.");
        }

        if (sent == 0)
        {
            return Text(response, "type") == "default" ? SendOutcome.Confirmed() : SendOutcome.Unresolved("The answer is not 'default'.");
        }

        if (!response.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty("statuses", out var statuses) || statuses.ValueKind != JsonValueKind.Array)
        {
            return SendOutcome.Unresolved("The answer has no statuses.");
        }

        var legs = statuses.EnumerateArray().Select(Leg).ToImmutableArray();
        if (legs.Any(l => l is null))
        {
            return SendOutcome.Unresolved("A status of the answer is of no known form.");
        }

        if (legs.Length == 1 && sent > 1)
        {
            // One status for a batch stands for all of it, but only a refusal can: n orders can't share an id.
            return legs[0]!.State == LegState.Error
                ? SendOutcome.Confirmed([.. Enumerable.Repeat(legs[0]!, sent)])
                : SendOutcome.Unresolved($"One status came for {sent} orders.");
        }

        return legs.Length == sent
            ? SendOutcome.Confirmed([.. legs.Select(l => l!)])
            : SendOutcome.Unresolved($"{legs.Length} statuses came for {sent} orders.");
    }

    private static LegResult? Leg(JsonElement status)
    {
        if (status.ValueKind == JsonValueKind.String)
        {
            return status.GetString() switch
            {
                "success" => new LegResult(LegState.Resting),
                "waitingForFill" => new LegResult(LegState.WaitingForFill),
                "waitingForTrigger" => new LegResult(LegState.WaitingForTrigger),
                _ => null,
            };
        }

        if (status.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (Text(status, "error") is { } error)
        {
            return new LegResult(LegState.Error, Error: error);
        }

        if (status.TryGetProperty("resting", out var resting) && Oid(resting) is { } restingOid)
        {
            return new LegResult(LegState.Resting, restingOid);
        }

        return status.TryGetProperty("filled", out var filled) && Oid(filled) is { } oid
            && WireNumber.TryParse(Text(filled, "totalSz"), out var size) && WireNumber.TryParse(Text(filled, "avgPx"), out var price) && size > 0 && price > 0
            ? new LegResult(LegState.Filled, oid, size, price)
            : null;
    }

    private static long? Oid(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("oid", out var oid) && oid.ValueKind == JsonValueKind.Number && oid.TryGetInt64(out var value) ? value : null;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The beginning of a body, on one line: enough to recognise it.</summary>
    internal static string Excerpt(ReadOnlySpan<byte> body)
    {
        var text = System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)]);
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
    }
}
