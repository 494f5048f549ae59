using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Agent.Model;
using Rez.Core.Agent.Prompts;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Core.Agent.Loop;

/// <summary>What a model may look up.</summary>
public interface IAgentTools
{
    ImmutableArray<ToolDescription> Descriptions { get; }

    /// <summary>Answers a call with JSON text, also when it makes no sense.</summary>
    ValueTask<string> CallAsync(ToolCall call, DecisionContext context, CancellationToken cancel);
}

/// <summary>The market and the account's own past, to be looked up. Nothing here changes anything; a wrong call is answered with what would be right.</summary>
public sealed class AgentTools(IMarketData market, IPast past) : IAgentTools
{
    private const int MostBars = 100;
    private const int MostArguments = 4_000;

    public static ImmutableArray<ToolDescription> All { get; } =
    [
        Describe("get_candles", "Closed candles, oldest first: [time_ms, open, high, low, close, volume]",
            """{"type":"object","properties":{"asset":{"type":"string"},"interval":{"type":"string"},"bars":{"type":"integer","minimum":1,"maximum":100}},"required":["asset","interval","bars"],"additionalProperties":false}"""),
        Describe("get_indicator", "An indicator of any parameters on closed candles, oldest first; for example rsi:14, macd:12,26,9",
            """{"type":"object","properties":{"asset":{"type":"string"},"interval":{"type":"string"},"indicator":{"type":"string"},"values":{"type":"integer","minimum":1,"maximum":50}},"required":["asset","interval","indicator"],"additionalProperties":false}"""),
        Describe("get_funding_history", "Hourly funding rates as recorded, oldest first: [time_ms, rate]",
            """{"type":"object","properties":{"asset":{"type":"string"},"hours":{"type":"integer","minimum":1,"maximum":168}},"required":["asset","hours"],"additionalProperties":false}"""),
        Describe("get_order_book", "The book now: [price, size in base units] a level, best first, and USD within 10 basis points of the best price",
            """{"type":"object","properties":{"asset":{"type":"string"},"levels":{"type":"integer","minimum":1,"maximum":20}},"required":["asset"],"additionalProperties":false}"""),
        Describe("get_recent_trades", "Round trips that this account closed, newest first; of one asset or of all",
            """{"type":"object","properties":{"asset":{"type":"string"},"count":{"type":"integer","minimum":1,"maximum":50}},"additionalProperties":false}"""),
        Describe("search_diary", "Earlier decisions, exit plans and events of this account that hold a text, newest first",
            """{"type":"object","properties":{"text":{"type":"string","minLength":2,"maxLength":100},"count":{"type":"integer","minimum":1,"maximum":20}},"required":["text"],"additionalProperties":false}"""),
        Describe("get_open_interest", "Open interest now, base units and USD",
            """{"type":"object","properties":{"asset":{"type":"string"}},"required":["asset"],"additionalProperties":false}"""),
        Describe("size_position", "Notional in USD that loses risk_percent of equity when the stop is hit",
            """{"type":"object","properties":{"asset":{"type":"string"},"stop_loss":{"type":"number"},"risk_percent":{"type":"number","minimum":0.01,"maximum":10}},"required":["asset","stop_loss","risk_percent"],"additionalProperties":false}"""),
    ];

    public ImmutableArray<ToolDescription> Descriptions => All;

    public async ValueTask<string> CallAsync(ToolCall call, DecisionContext context, CancellationToken cancel)
    {
        if (call.Arguments.Length > MostArguments)
        {
            return Error($"the arguments have {call.Arguments.Length} characters, at most {MostArguments} are read");
        }

        JsonElement arguments;
        try
        {
            using var document = JsonDocument.Parse(call.Arguments.Length == 0 ? "{}" : call.Arguments);
            arguments = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return Error("the arguments are no JSON object");
        }

        var asset = Text(arguments, "asset");
        var view = context.Assets.FirstOrDefault(a => string.Equals(a.Instrument.Asset, asset, StringComparison.OrdinalIgnoreCase));
        if (All.All(d => d.Name != call.Name))
        {
            return Error($"there is no tool '{call.Name}'; there are {string.Join(", ", All.Select(d => d.Name))}");
        }

        if (call.Name == "search_diary")
        {
            return await SearchAsync(arguments, cancel);
        }

        if (call.Name == "get_recent_trades")
        {
            return asset is not null && view is null ? UnknownAsset(context) : await TradesAsync(view, arguments, cancel);
        }

        if (view is null)
        {
            return UnknownAsset(context);
        }

        return call.Name switch
        {
            "get_candles" => await CandlesAsync(view, arguments, context, cancel),
            "get_indicator" => await IndicatorAsync(view, arguments, context, cancel),
            "get_funding_history" => await FundingAsync(view, arguments, context, cancel),
            "get_order_book" => await BookAsync(view, arguments, cancel),
            "get_open_interest" => JsonSerializer.Serialize(new { asset = view.Instrument.Asset, open_interest = view.Context.OpenInterest, usd = decimal.Round(view.Context.OpenInterest * view.Context.Mark, 0) }),
            _ => Size(view, arguments, context),
        };
    }

    private async ValueTask<string> CandlesAsync(AssetView view, JsonElement arguments, DecisionContext context, CancellationToken cancel)
    {
        if (!Interval.TryParse(Text(arguments, "interval") ?? string.Empty, out var interval) || Whole(arguments, "bars") is not { } bars || bars is < 1 or > MostBars)
        {
            return Error($"interval must be one such as 1h, bars from 1 to {MostBars}");
        }

        var candles = await ReadAsync(view, interval, bars, context, cancel);
        return candles.Ok ? JsonSerializer.Serialize(candles.Value.Select(c => new[] { c.OpenTimeMs, c.Open, c.High, c.Low, c.Close, Math.Round(c.Volume, 4) })) : Error(candles.Rejection.Message);
    }

    private async ValueTask<string> IndicatorAsync(AssetView view, JsonElement arguments, DecisionContext context, CancellationToken cancel)
    {
        var spec = IndicatorCatalogue.Parse(Text(arguments, "indicator") ?? string.Empty);
        if (!spec.Ok || !Interval.TryParse(Text(arguments, "interval") ?? string.Empty, out var interval))
        {
            return Error(spec.Ok ? "interval must be one such as 1h" : spec.Rejection.Message);
        }

        var wanted = Math.Clamp(Whole(arguments, "values") ?? 10, 1, 50);
        var candles = await ReadAsync(view, interval, 500, context, cancel);
        if (!candles.Ok)
        {
            return Error(candles.Rejection.Message);
        }

        var indicator = spec.Value.Create();
        var outputs = spec.Value.Definition.Outputs;
        var rows = new List<double[]>();
        foreach (var candle in candles.Value)
        {
            indicator.Update(candle);
            rows.Add([.. outputs.Select((_, i) => indicator[i])]);
        }

        return JsonSerializer.Serialize(outputs.Select((o, i) => (o, values: rows.TakeLast(wanted).Select(r => r[i]).Where(double.IsFinite).Select(x => Math.Round(x, 8)))).ToDictionary(x => x.o, x => x.values));
    }

    private async ValueTask<string> FundingAsync(AssetView view, JsonElement arguments, DecisionContext context, CancellationToken cancel)
    {
        if (Whole(arguments, "hours") is not { } hours || hours is < 1 or > 168)
        {
            return Error("hours must be from 1 to 168");
        }

        var to = context.At.ToUnixTimeMilliseconds();
        var rates = await market.FundingAsync(view.Instrument.Asset, to - (hours * 3_600_000L), to, cancel);
        return rates.Ok ? JsonSerializer.Serialize(rates.Value.Select(r => new[] { r.TimeMs, r.Rate })) : Error(rates.Rejection.Message);
    }

    private async ValueTask<string> BookAsync(AssetView view, JsonElement arguments, CancellationToken cancel)
    {
        var levels = Math.Clamp(Whole(arguments, "levels") ?? 10, 1, 20);
        var read = await market.BookAsync(view.Instrument.Asset, cancel);
        return !read.Ok ? Error(read.Rejection.Message) : JsonSerializer.Serialize(new
        {
            time_ms = read.Value.TimeMs,
            bids = read.Value.Bids.Take(levels).Select(l => new[] { l.Price, l.Size }),
            asks = read.Value.Asks.Take(levels).Select(l => new[] { l.Price, l.Size }),
            bid_usd_10bps = decimal.Round(BookSnapshot.DepthUsd(read.Value.Bids, 10), 0),
            ask_usd_10bps = decimal.Round(BookSnapshot.DepthUsd(read.Value.Asks, 10), 0),
        });
    }

    private async ValueTask<string> TradesAsync(AssetView? view, JsonElement arguments, CancellationToken cancel)
    {
        var trades = await past.TradesAsync(view?.Instrument.Asset, Math.Clamp(Whole(arguments, "count") ?? 10, 1, 50), cancel);
        return Written(j =>
        {
            j.WriteStartArray();
            foreach (var trade in trades)
            {
                j.WriteStartObject();
                j.WriteString("asset"u8, trade.Asset);
                PayloadPast.Trade(j, trade);
                j.WriteEndObject();
            }

            j.WriteEndArray();
        });
    }

    private async ValueTask<string> SearchAsync(JsonElement arguments, CancellationToken cancel)
    {
        if (Text(arguments, "text") is not { Length: >= 2 and <= 100 } text)
        {
            return Error("text must have 2 to 100 characters");
        }

        var hits = await past.SearchAsync(text, Math.Clamp(Whole(arguments, "count") ?? 10, 1, 20), cancel);
        return Written(j =>
        {
            j.WriteStartArray();
            foreach (var hit in hits)
            {
                j.WriteStartObject();
                j.WriteString("time"u8, PayloadNumbers.Time(hit.AtMs));
                j.WriteString("type"u8, hit.Type);
                j.WriteString("cycle"u8, hit.CycleId);
                Fence.Write(j, "entry", hit.Text, 600);
                j.WriteEndObject();
            }

            j.WriteEndArray();
        });
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(json);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string UnknownAsset(DecisionContext context) => Error($"asset must be one of {string.Join(", ", context.Assets.Select(a => a.Instrument.Asset))}");

    private static string Size(AssetView view, JsonElement arguments, DecisionContext context)
    {
        if (Number(arguments, "stop_loss") is not { } stop || stop <= 0 || Number(arguments, "risk_percent") is not { } risk || risk is <= 0 or > 10 || stop == view.Context.Mark)
        {
            return Error("stop_loss must be a price other than the mark, risk_percent above 0 and at most 10");
        }

        var distance = Math.Abs(view.Context.Mark - stop) / view.Context.Mark;
        return JsonSerializer.Serialize(new { size_usd = decimal.Round(context.Account.Equity * risk / 100m / distance, 2), stop_distance_percent = decimal.Round(distance * 100m, 3), mark = view.Context.Mark });
    }

    /// <summary>Closed candles up to the decision's time: what comes later does not exist yet. Larger intervals are built from the base.</summary>
    private async ValueTask<Outcome<IReadOnlyList<Candle>>> ReadAsync(AssetView view, Interval interval, int bars, DecisionContext context, CancellationToken cancel)
    {
        var from = market.BaseInterval;
        if (interval != from && !interval.IsBuiltFrom(from))
        {
            return new Rejection("no-interval", $"{interval} can't be built from {from}");
        }

        var to = interval.OpenOf(context.At.ToUnixTimeMilliseconds());
        var read = await market.CandlesAsync(view.Instrument.Asset, from, to - (bars * interval.Milliseconds), to, cancel);
        return read.Ok ? new Outcome<IReadOnlyList<Candle>>(CandleAggregator.Whole(read.Value, from, interval)) : read;
    }

    private static ToolDescription Describe(string name, string description, string schema) => new(name, description, JsonDocument.Parse(schema).RootElement.Clone());

    private static string Error(string what) => JsonSerializer.Serialize(new { error = what });

    private static string? Text(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    private static int? Whole(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var n) ? n : null;

    private static decimal? Number(JsonElement e, string name) => e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Number && v.TryGetDecimal(out var n) ? n : null;
}
