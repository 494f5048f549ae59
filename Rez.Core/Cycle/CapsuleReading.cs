using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Agent;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>Reads a sealed capsule back: sealed again it gives the same bytes.</summary>
public static class CapsuleReading
{
    public static Outcome<CycleCapsule> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var version = root.GetProperty("capsule").GetInt32();
            return version == CycleCapsule.SchemaVersion
                ? Read(root)
                : new Rejection("capsule-version", $"The capsule is of version {version}; cycles can be run again from version {CycleCapsule.SchemaVersion} on.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new Rejection("unreadable-capsule", $"The capsule can't be read: {e.Message}");
        }
    }

    private static CycleCapsule Read(JsonElement root)
    {
        var layout = new SheetLayout([.. root.GetProperty("indicators").EnumerateArray().Select(i => IndicatorCatalogue.Parse(i.GetString()!).Value)]);
        var id = root.GetProperty("cycle").GetString()!;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(root.GetProperty("at").GetInt64());
        var synced = new Synced(Get<AccountState>(root, "account"), Get<ImmutableArray<OpenOrder>>(root, "openOrders"), Get<ImmutableArray<Drift>>(root, "drifts"));
        var views = root.GetProperty("markets").EnumerateArray().Select(m => View(m, layout, synced.Account)).ToImmutableArray();
        var context = new DecisionContext(id, at, synced.Account, views) { Notes = Get<ImmutableArray<string>>(root, "notes"), Orders = synced.OpenOrders };
        return new CycleCapsule(
            id,
            root.GetProperty("number").GetInt64(),
            at,
            synced,
            new Ingested([.. views.Select(v => new AssetMarket(v.Instrument, v.Context, v.Unfit))], Get<ImmutableArray<Rejection>>(root, "marketFailures")),
            [.. views.Select(v => v.Sheet)],
            new Reasoned(Get<Decision>(root, "decision"), root.TryGetProperty("decisionFailure", out var failure) ? failure.Deserialize<Rejection>(DiaryTypes.Json) : null, context),
            Get<ImmutableArray<ItemStory>>(root, "stories"),
            Get<ImmutableArray<Coverage>>(root, "protection"),
            Get<GateTerms>(root, "terms"));
    }

    private static AssetView View(JsonElement market, SheetLayout layout, AccountState account)
    {
        var instrument = Get<Instrument>(market, "instrument");
        var intervals = market.GetProperty("sheet").EnumerateObject().Select(i => Sheet(i, layout)).ToImmutableArray();
        var held = market.TryGetProperty("held", out var told) ? told.Deserialize<HeldView>(DiaryTypes.Json) : null;
        return new AssetView(
            instrument, Get<AssetContext>(market, "context"), new IndicatorSheet(instrument.Asset, intervals), account.Of(instrument.Asset), held?.Stop, held?.Target,
            market.TryGetProperty("unfit", out var unfit) ? unfit.GetString() : null)
        {
            Thesis = held?.Thesis,
            Plan = held?.Plan,
            Held = held?.HeldMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        };
    }

    private static IntervalSheet Sheet(JsonProperty interval, SheetLayout layout)
    {
        var values = new double[layout.Names.Length * SheetLayout.Depth];
        Array.Fill(values, double.NaN);
        for (var i = 0; i < layout.Names.Length; i++)
        {
            if (!interval.Value.TryGetProperty(layout.Names[i], out var series))
            {
                continue;
            }

            var at = i * SheetLayout.Depth;
            foreach (var value in series.EnumerateArray())
            {
                values[at++] = value.GetDouble();
            }
        }

        return new IntervalSheet(Interval.Parse(interval.Name), interval.Value.GetProperty("bar").GetInt64(), interval.Value.GetProperty("close").GetDouble(), layout, values);
    }

    private static T Get<T>(JsonElement from, string name) => from.GetProperty(name).Deserialize<T>(DiaryTypes.Json)!;
}
