using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;

namespace Rez.Core.Cycle;

/// <summary>
/// The whole story of a cycle: what was known, what was decided, what the gate changed, what was sent and what came back, and
/// the proof of protection. Its hash covers the content but no wall-clock time, so that a replay gives the same hash.
/// </summary>
public sealed record CycleCapsule(
    string CycleId,
    long Number,
    DateTimeOffset At,
    Synced Synced,
    Ingested Ingested,
    ImmutableArray<IndicatorSheet> Sheets,
    Reasoned Reasoned,
    ImmutableArray<ItemStory> Stories,
    ImmutableArray<Coverage> Protection,
    GateTerms Terms)
{
    /// <summary>2: with all that the decider and the gate knew, so that the cycle can be run again.</summary>
    public const int SchemaVersion = 2;

    /// <summary>The capsule as JSON bytes and their SHA-256 in hex.</summary>
    public (byte[] Json, string Hash) Seal()
    {
        var buffer = new ArrayBufferWriter<byte>(8_192);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = DiaryTypes.Json.Encoder, SkipValidation = true }))
        {
            Write(json);
        }

        var bytes = buffer.WrittenSpan.ToArray();
        return (bytes, Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("capsule"u8, SchemaVersion);
        json.WriteString("cycle"u8, CycleId);
        json.WriteNumber("number"u8, Number);
        json.WriteNumber("at"u8, At.ToUnixTimeMilliseconds());
        Put(json, "account", Synced.Account);
        Put(json, "openOrders", Synced.OpenOrders);
        Put(json, "drifts", Synced.Drifts);
        Put(json, "terms", Terms);
        Put(json, "notes", Reasoned.Context.Notes);
        WriteIndicators(json);
        json.WriteStartArray("markets"u8);
        for (var i = 0; i < Ingested.Assets.Length; i++)
        {
            WriteMarket(json, Ingested.Assets[i], Sheets[i], Reasoned.Context.Assets[i]);
        }

        json.WriteEndArray();
        Put(json, "marketFailures", Ingested.Failures);
        Put(json, "decision", Reasoned.Decision);
        if (Reasoned.Failure is { } failure)
        {
            Put(json, "decisionFailure", failure);
        }

        Put(json, "stories", Stories);
        Put(json, "protection", Protection);
        json.WriteEndObject();
    }

    /// <summary>Which indicators the sheets hold: what is not warm is missing there.</summary>
    private void WriteIndicators(Utf8JsonWriter json)
    {
        json.WriteStartArray("indicators"u8);
        foreach (var spec in Sheets.SelectMany(s => s.Intervals).FirstOrDefault()?.Layout.Specs ?? [])
        {
            json.WriteStringValue(spec.ToString());
        }

        json.WriteEndArray();
    }

    private static void WriteMarket(Utf8JsonWriter json, AssetMarket market, IndicatorSheet sheet, AssetView view)
    {
        json.WriteStartObject();
        json.WriteString("asset"u8, market.Instrument.Asset);
        Put(json, "instrument", market.Instrument);
        if (view.Position is not null)
        {
            Put(json, "held", new HeldView(view.Stop, view.Target, view.Thesis, view.Plan, view.Held is { } held ? (long)held.TotalMilliseconds : null));
        }

        Put(json, "context", market.Context);
        if (market.Unfit is not null)
        {
            json.WriteString("unfit"u8, market.Unfit);
        }

        json.WriteStartObject("sheet"u8);
        foreach (var interval in sheet.Intervals)
        {
            json.WriteStartObject(interval.Interval.Name);
            json.WriteNumber("bar"u8, interval.BarOpenMs);
            json.WriteNumber("close"u8, interval.Close);
            for (var i = 0; i < interval.Layout.Names.Length; i++)
            {
                WriteSeries(json, interval, i);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The newest values of an output, newest first; what is not warm is left out.</summary>
    private static void WriteSeries(Utf8JsonWriter json, IntervalSheet sheet, int output)
    {
        var values = sheet.Values.AsSpan(output * SheetLayout.Depth, SheetLayout.Depth);
        if (double.IsNaN(values[0]))
        {
            return;
        }

        json.WriteStartArray(sheet.Layout.Names[output]);
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                json.WriteNumberValue(value);
            }
        }

        json.WriteEndArray();
    }

    private static void Put<T>(Utf8JsonWriter json, string name, T value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, DiaryTypes.Json);
    }
}

/// <summary>Terms the gate judged by, beside market and account, and the rules that positions end by.</summary>
public sealed record GateTerms(RiskOptions Limits, ImmutableArray<string> Assets, decimal TakerFeeBps, ExitOptions Exits);

/// <summary>What the decider was told of a position beside what the venue says of it.</summary>
internal sealed record HeldView(decimal? Stop, decimal? Target, string? Thesis, ExitPlan? Plan, long? HeldMs);
