using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rez.Web.Access;
using Rez.Web.Lab;

namespace Rez.Web.Api;

/// <summary>The lab for programs.</summary>
internal static class LabEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/lab", (LabDesk lab) => Results.Json(new { lab.Sources, jobs = lab.Jobs }, ApiEndpoints.Figures)).WithSummary("Candles that can be played, and the runs of this process with what they found");
        api.MapGet("/lab/{id:int}", (LabDesk lab, int id) => lab.Jobs.FirstOrDefault(j => j.Id == id) is { } job
            ? Results.Json(job, ApiEndpoints.Figures) : Results.Problem("There is no such run.", statusCode: StatusCodes.Status404NotFound)).WithSummary("One run");
        api.MapPost("/lab", (LabDesk lab, HttpContext http, LabWish wish) =>
        {
            var asked = lab.Ask(wish, http.User.Identity?.Name ?? "nobody");
            return asked.Ok
                ? Results.Accepted($"/api/lab/{asked.Value}", new { id = asked.Value })
                : Results.Problem(asked.Rejection.Message, statusCode: StatusCodes.Status400BadRequest);
        }).RequireAuthorization(Roles.Trader).WithSummary("Queues a backtest, or a sweep when a parameter has a range");
        api.MapDelete("/lab/{id:int}", (LabDesk lab, int id) => lab.Cancel(id)
            ? Results.Ok(new { cancelled = id }) : Results.Problem("There is no such run, or it is over.", statusCode: StatusCodes.Status404NotFound)).RequireAuthorization(Roles.Trader).WithSummary("Ends a run");
    }
}
