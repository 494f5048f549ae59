using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;
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
        api.MapGet("/agent/conversations", (AgentFeed feed) => feed.Talks()).WithSummary("The conversation that runs and the last few of this process, newest first");
        api.MapGet("/agent/spent", (Views views, int? count, CancellationToken cancel) => views.SpentAsync(Math.Clamp(count ?? 50, 1, 1_000), cancel)).WithSummary("What decisions of a model took and cost, newest first");
        api.MapGet("/diary", Diary).WithSummary("Events after a sequence number, oldest first");
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
