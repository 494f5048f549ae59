using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rez.Core.Agent.Prompts;
using Rez.Core.Market;

namespace Rez.Core.Agent.Loop;

/// <summary>How much of the payload is told.</summary>
/// <param name="Series">Values of each indicator, newest ones.</param>
/// <param name="OnlyHeld">Indicators of assets with a position only.</param>
internal sealed record PayloadDetail(int Series, int Decisions, int Fills, bool Funding, bool OnlyHeld = false);

/// <summary>
/// What the model is told of the account and the market: one JSON text, stable things first, the volatile last, each number as fine as its instrument. When it grows beyond
/// its bound details go in this order, and the payload says so: half of the past; funding history and older indicator values; all but the newest values; indicators of assets
/// without a position. Limits, marks, account, positions and orders are never left out.
/// </summary>
public static class ContextPayload
{
    public const int Version = 2;

    private const int OutsideCharacters = 6_000;

    private static readonly (PayloadDetail Detail, string? Left)[] Steps =
    [
        (new PayloadDetail(5, 12, 10, true), null),
        (new PayloadDetail(5, 5, 5, true), "older decisions and fills"),
        (new PayloadDetail(3, 5, 5, false), "funding history, older indicator values"),
        (new PayloadDetail(1, 3, 0, false), "fills, all indicator values but the newest"),
        (new PayloadDetail(1, 0, 0, false, OnlyHeld: true), "decisions, indicators of assets without a position"),
    ];

    /// <summary>The payload and its SHA-256 in hex, or why it does not fit.</summary>
    /// <param name="outside">Text of others: fenced, and cut to 6,000 characters.</param>
    /// <param name="mostCharacters">Bound on its length.</param>
    public static Outcome<(string Json, string Hash)> Build(DecisionContext context, string outside = "", int mostCharacters = int.MaxValue)
    {
        var left = new List<string>();
        var length = 0;
        foreach (var (detail, what) in Steps)
        {
            if (what is not null)
            {
                left.Add(what);
            }

            var json = Write(context, outside, detail, left);
            if (json.WrittenCount <= mostCharacters)
            {
                var bytes = json.WrittenSpan;
                return (Encoding.UTF8.GetString(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)));
            }

            length = json.WrittenCount;
        }

        return new Rejection("payload-too-large",
            $"Even without its details the context of {context.Assets.Length} assets has {length} characters; Model:MaxPayloadCharacters allows {mostCharacters}. Trade fewer assets, or allow more.");
    }

    private static ArrayBufferWriter<byte> Write(DecisionContext context, string outside, PayloadDetail detail, List<string> left)
    {
        var buffer = new ArrayBufferWriter<byte>(16_384);
        using var j = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        j.WriteStartObject();
        j.WriteNumber("payload"u8, Version);
        j.WriteStartArray("limits"u8);
        foreach (var limit in context.Limits)
        {
            j.WriteStringValue($"{limit.Name}: {PayloadNumbers.Plain(limit.Limit)} {limit.Unit}");
        }

        j.WriteEndArray();
        j.WriteStartArray("instruments"u8);
        foreach (var asset in context.Assets)
        {
            Instrument(j, asset.Instrument);
        }

        j.WriteEndArray();
        if (outside.Length > 0)
        {
            Fence.Write(j, "outside_text", outside, OutsideCharacters);
        }

        PayloadPast.Write(j, context.Past, detail);
        j.WriteStartArray("markets"u8);
        foreach (var asset in context.Assets)
        {
            PayloadMarkets.Write(j, asset, detail);
        }

        j.WriteEndArray();
        PayloadAccount.Write(j, context);
        j.WriteStartArray("notes"u8);
        foreach (var note in context.Notes)
        {
            j.WriteStringValue(note);
        }

        j.WriteEndArray();
        if (left.Count > 0)
        {
            j.WriteString("left_out"u8, string.Join("; ", left));
        }

        j.WriteString("time"u8, PayloadNumbers.Time(context.At.ToUnixTimeMilliseconds()));
        j.WriteEndObject();
        j.Flush();
        return buffer;
    }

    private static void Instrument(Utf8JsonWriter j, Instrument i)
    {
        j.WriteStartObject();
        j.WriteString("asset"u8, i.Asset);
        j.WriteNumber("max_leverage"u8, i.MaxLeverage);
        j.WriteNumber("size_decimals"u8, i.SizeDecimals);
        j.WriteNumber("min_order_usd"u8, i.MinNotional);
        j.WriteEndObject();
    }
}
