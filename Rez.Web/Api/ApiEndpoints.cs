using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;
using Rez.Web.Access;
using Rez.Web.Live;

namespace Rez.Web.Api;

/// <summary>Health as a container asks for it.</summary>
public sealed record HealthView(string Status, string Phase);

/// <summary>An event as the API tells it: the same fields as a line of <c>diary.jsonl</c>.</summary>
public sealed record EventView(long Seq, long At, string? Cycle, string Stream, string Type, int V, JsonElement Payload, string Prev, string Hash)
{
    internal static EventView Of(DiaryRecord r)
    {
        using var payload = JsonDocument.Parse(r.Payload);
        return new EventView(r.Seq, r.AtMs, r.CycleId, r.Stream, r.Type, r.Version, payload.RootElement.Clone(), Convert.ToHexStringLower(r.PrevHash), r.HashText);
    }
}

/// <summary>A page of events; <paramref name="Next"/> is the <c>after</c> of the page behind it, null at the end.</summary>
public sealed record EventPage(IReadOnlyList<EventView> Events, long? Next);

/// <summary>A cycle with its capsule and the capsule's place in the chain.</summary>
public sealed record CycleDetail(CycleView Cycle, JsonElement? Capsule, long? Seq, string? Hash);

/// <summary>The HTTP API. Everything but <c>/healthz</c> needs a login or a token.</summary>
internal static class ApiEndpoints
{
    private const int MostEvents = 1_000;
    private static readonly TimeSpan CycleWait = TimeSpan.FromMinutes(5);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", Health).AllowAnonymous().WithSummary("Whether the process works: 200, or 503 once the diary can't be written");
        var api = app.MapGroup("/api").WithTags("Rez");
        api.MapGet("/status", (Views views, CancellationToken cancel) => views.StatusAsync(cancel)).WithSummary("Mode, equity, controls, protection, totals");
        api.MapGet("/positions", (Views views, CancellationToken cancel) => views.PositionsAsync(cancel)).WithSummary("Open positions with stop, target and reason");
        api.MapGet("/equity", Equity).WithSummary("Equity curve with buy-and-hold, thinned to at most 'points' points");
        api.MapGet("/cycles", Cycles).WithSummary("Cycles, newest first");
        api.MapGet("/cycles/{id}", Cycle).WithSummary("One cycle with its capsule");
        api.MapGet("/fills", (Views views, int? count, CancellationToken cancel) => views.FillsAsync(Math.Clamp(count ?? 50, 1, 1_000), cancel)).WithSummary("Newest fills");
        var control = api.MapGroup("/control").RequireAuthorization(Roles.Trader);
        control.MapPost("/halt", (ITradingSession session, HttpContext http) => Changed(session, session.Controls.HaltAsync(By(http), "halted by a person"))).WithSummary("Nothing is opened until resumed; stops stay");
        control.MapPost("/resume", (ITradingSession session, HttpContext http) => Changed(session, session.Controls.ResumeAsync(By(http)))).WithSummary("Trades again; what had happened is accepted");
        control.MapPost("/auto-trading", (ITradingSession session, HttpContext http, bool on) => Changed(session, session.Controls.SetAutoTradingAsync(on, By(http)))).WithSummary("Whether decisions are carried out");
        control.MapPost("/flatten", FlattenAsync).WithSummary("Closes one asset, or halts and closes everything, and says what is left");
        control.MapPost("/cycle", async (ITradingSession session, TimeProvider clock, CancellationToken cancel) =>
        {
            var result = await session.RunNowAsync().WaitAsync(CycleWait, clock, cancel);
            return Results.Ok(new { result.CycleId, result.FailedStage, result.Why });
        }).WithSummary("Runs a cycle as soon as one can begin, beside those that are due");
        control.MapPost("/open", OpenAsync).WithSummary("Opens a position by hand, through the gate; 'check' only says what the gate would");
        control.MapPost("/reduce", ReduceAsync).WithSummary("Closes a share of a position");
        SettingsEndpoints.Map(api);
        api.MapGet("/limits", LimitsAsync).WithSummary("Limits of the risk gate and what is used of them");
        api.MapGet("/agent/conversations", (AgentFeed feed) => feed.Talks()).WithSummary("The conversation that runs and the last few of this process, newest first");
        api.MapGet("/agent/spent", (Views views, int? count, CancellationToken cancel) => views.SpentAsync(Math.Clamp(count ?? 50, 1, 1_000), cancel)).WithSummary("What decisions of a model took and cost, newest first");
        api.MapGet("/trades", Trades).WithSummary("Round trips, filtered, sorted and paged, with the sums over all that fit");
        api.MapGet("/trades.csv", (HttpContext http, TradeViews trades, string? asset, string? direction, string? exit, long? fromMs, long? toMs, CancellationToken cancel) =>
            Exports.TradesCsvAsync(http, trades, new TradeQuery(asset, direction, exit, fromMs, toMs), cancel)).WithSummary("Every round trip that fits, as CSV");
        api.MapGet("/equity.csv", Exports.EquityCsvAsync).WithSummary("The whole equity curve, as CSV");
        api.MapGet("/record", RecordAsync).WithSummary("Statistics of the account's record; of the last 'days', or of all");
        api.MapGet("/diary.jsonl", Exports.DiaryJsonAsync).WithSummary("The whole diary, a line an event");
        api.MapGet("/events", EventStream.WriteAsync).WithSummary("Events as they are written: server-sent, resumable by Last-Event-ID or 'after'");
        AccessEndpoints.Map(api);
        LabEndpoints.Map(api);
        app.MapGet("/metrics", async (Views views, MetricsFeed metrics, CancellationToken cancel) => Results.Text(metrics.Write(await views.StatusAsync(cancel)), "text/plain; version=0.0.4"))
            .WithSummary("Metrics as Prometheus reads them");
        api.MapGet("/diary", Diary).WithSummary("Events after a sequence number, oldest first");
    }

    private static string By(HttpContext http) => AccessEndpoints.ActorOf(http).ToString();

    private static async Task<ControlState> Changed(ITradingSession session, Task change)
    {
        await change;
        return session.Controls.State;
    }

    private static async Task<IResult> FlattenAsync(ITradingSession session, HttpContext http, string? asset, CancellationToken cancel)
    {
        if (asset is not null && !session.Assets.Contains(asset, StringComparer.Ordinal) && await session.Exchange.AccountAsync(cancel) is { Ok: true } read && read.Value.Of(asset) is null)
        {
            return Results.Problem($"There is no position in {asset}.", statusCode: StatusCodes.Status404NotFound);
        }

        // Once asked for it goes through, whoever hangs up.
        var results = await session.Controls.FlattenAsync(asset, By(http), CancellationToken.None);
        return Results.Ok(new { flat = results.All(r => r.Left == 0), results });
    }

    private static async Task<IResult> ReduceAsync(ITradingSession session, HttpContext http, string asset, decimal share)
    {
        var answer = await session.Manual.ReduceAsync(asset, share, By(http), CancellationToken.None);
        return answer.Ok ? Results.Ok(new { done = answer.Value })
            : Results.Problem(answer.Rejection.Message, statusCode: answer.Rejection.Code == "bad-share" ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> OpenAsync(ITradingSession session, HttpContext http, Core.Cycle.ManualOrder order, bool? check)
    {
        if (string.IsNullOrWhiteSpace(order.Id) || order.Id.Length > 100 || string.IsNullOrWhiteSpace(order.Asset))
        {
            return Results.Problem("id (at most 100 characters, another for each order) and asset are needed.", statusCode: StatusCodes.Status400BadRequest);
        }

        // Once asked for it goes through, whoever hangs up.
        var answer = check == true ? await session.Manual.CheckAsync(order, CancellationToken.None) : await session.Manual.OpenAsync(order, By(http), CancellationToken.None);
        return answer.Ok
            ? Results.Ok(new
            {
                answer.Value.IsOpen, answer.Value.Gated, answer.Value.Done, answer.Value.LossAtStopUsd,
                verdicts = answer.Value.Verdicts.Select(v => new { v.Layer, kind = v.Kind.ToString(), v.Code, v.Message }),
            })
            : Results.Problem(answer.Rejection.Message, statusCode: StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> LimitsAsync(ITradingSession session, CancellationToken cancel)
    {
        var account = await session.Exchange.AccountAsync(cancel);
        return account.Ok ? Results.Ok(Core.Risk.RiskGate.Uses(account.Value, session.Limits)) : Results.Problem(account.Rejection.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Health(ITradingSession session, DiaryStore diary) =>
        diary.Fault is { } fault
            ? Results.Json(new HealthView("the diary can't be written: " + fault.Code, session.Phase.ToString()), statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Ok(new HealthView("ok", session.Phase.ToString()));

    private static async Task<IResult> Equity(Views views, int? points, CancellationToken cancel) =>
        points is < 2 or > 10_000
            ? Results.Problem("points must be from 2 to 10000.", statusCode: StatusCodes.Status400BadRequest)
            : Results.Ok(await views.EquityAsync(points ?? 500, cancel));

    private static async Task<IResult> Cycles(Views views, int? count, long? before, CancellationToken cancel) =>
        count is < 1 or > 500
            ? Results.Problem("count must be from 1 to 500.", statusCode: StatusCodes.Status400BadRequest)
            : Results.Ok(await views.CyclesAsync(count ?? 50, before, cancel));

    private static async Task<IResult> Cycle(Views views, string id, CancellationToken cancel)
    {
        if (await views.CycleAsync(id, cancel) is not { } found)
        {
            return Results.Problem($"There is no cycle {id}.", statusCode: StatusCodes.Status404NotFound);
        }

        JsonElement? capsule = null;
        if (found.Capsule is { } record)
        {
            using var payload = JsonDocument.Parse(record.Payload);
            capsule = payload.RootElement.GetProperty("capsule").Clone();
        }

        return Results.Ok(new CycleDetail(found.Cycle, capsule, found.Capsule?.Seq, found.Capsule?.HashText));
    }

    private static async Task<IResult> Trades(
        TradeViews trades, string? asset, string? direction, string? exit, long? fromMs, long? toMs, string? sort, bool? ascending, int? page, int? count, CancellationToken cancel)
    {
        if (count is < 1 or > 1_000 || page < 1 || (sort is not null && !TradeViews.Sorts.Contains(sort)))
        {
            return Results.Problem($"count must be from 1 to 1000, page at least 1, sort one of {string.Join(", ", TradeViews.Sorts)}.", statusCode: StatusCodes.Status400BadRequest);
        }

        return Results.Ok(await trades.PageAsync(new TradeQuery(asset, direction, exit, fromMs, toMs, sort ?? "closed", ascending ?? false, page ?? 1, count ?? 50), cancel));
    }

    private static async Task<IResult> RecordAsync(RecordViews record, ITradingSession session, int? days, CancellationToken cancel)
    {
        if (days is < 1 or > 10_000)
        {
            return Results.Problem("days must be from 1 to 10000.", statusCode: StatusCodes.Status400BadRequest);
        }

        var read = await record.ReadAsync(days is { } d ? session.Now.AddDays(-d).ToUnixTimeMilliseconds() : null, cancel);
        return read is null ? Results.Problem("There is nothing to count yet.", statusCode: StatusCodes.Status404NotFound) : Results.Json(read, Figures);
    }

    /// <summary>Figures that can't be had are NaN: JSON has no number for it.</summary>
    internal static readonly JsonSerializerOptions Figures = new(JsonSerializerDefaults.Web) { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    private static async Task<IResult> Diary(Views views, long? after, int? count, CancellationToken cancel)
    {
        if (after is < 0 || count is < 1 or > MostEvents)
        {
            return Results.Problem($"after must be 0 or more and count from 1 to {MostEvents}.", statusCode: StatusCodes.Status400BadRequest);
        }

        var wanted = count ?? 200;
        var events = await views.DiaryAsync(after ?? 0, wanted, cancel);
        return Results.Ok(new EventPage([.. events.Select(EventView.Of)], events.Count == wanted ? events[^1].Seq : null));
    }
}
