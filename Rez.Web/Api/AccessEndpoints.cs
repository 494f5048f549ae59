using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rez.Core;
using Rez.Web.Access;

namespace Rez.Web.Api;

/// <summary>People, tokens and sessions for programs: what the page <c>/access</c> does. For admins.</summary>
internal static class AccessEndpoints
{
    private const int MostDays = 3_650;

    public static void Map(IEndpointRouteBuilder api)
    {
        var access = api.MapGroup("/access").RequireAuthorization(Roles.Admin);
        access.MapGet("/people", (AccessDesk desk) => desk.PeopleAsync()).WithSummary("Who may log in, and as what");
        access.MapPost("/people", async (AccessDesk desk, HttpContext http, string name, string role) => Roles.Of(role) is { } r
            ? Answer(await desk.AddPersonAsync(ActorOf(http), name, r), link => new { link = "/login/" + link })
            : NoRole(role)).WithSummary("Adds a person; the answer holds the link that logs them in once");
        access.MapPost("/people/{name}/role", async (AccessDesk desk, HttpContext http, string name, string role) => Roles.Of(role) is { } r
            ? Answer(await desk.SetRoleAsync(ActorOf(http), name, r), now => new { role = now })
            : NoRole(role)).WithSummary("viewer, trader or admin; ends the person's sessions");
        access.MapPost("/people/{name}/disabled", async (AccessDesk desk, HttpContext http, string name, bool on) =>
            Answer(await desk.SetDisabledAsync(ActorOf(http), name, on), _ => new { disabled = on })).WithSummary("Keeps a person out, or lets them in again");
        access.MapPost("/people/{name}/link", async (AccessDesk desk, HttpContext http, string name) =>
            Answer(await desk.AddLinkAsync(ActorOf(http), name), link => new { link = "/login/" + link })).WithSummary("A link that logs the person in once, within a day");
        access.MapGet("/tokens", (AccessDesk desk) => desk.TokensAsync()).WithSummary("Tokens with scope and end; never what opens");
        access.MapPost("/tokens", async (AccessDesk desk, HttpContext http, string name, string scope, int? days) => Roles.Of(scope) is not { } r ? NoRole(scope)
            : days is < 1 or > MostDays ? Results.Problem($"days must be from 1 to {MostDays}.", statusCode: StatusCodes.Status400BadRequest)
            : Answer(await desk.AddTokenAsync(ActorOf(http), name, r, days is { } d ? TimeSpan.FromDays(d) : null), token => new { token })).WithSummary("Makes a token (scope read, trade or admin), replacing one of the same name; shown once");
        access.MapDelete("/tokens/{name}", async (AccessDesk desk, HttpContext http, string name) => Answer(await desk.RevokeTokenAsync(ActorOf(http), name), n => new { revoked = n })).WithSummary("Revokes a token");
        access.MapGet("/sessions", async (People people) => (await people.SessionsAsync(null)).Select(s => new { id = Short(s.Id), s.Name, s.How, s.From, s.Browser, s.CreatedMs, s.SeenMs })).WithSummary("Logins that stand");
        access.MapDelete("/sessions/{id}", async (AccessDesk desk, People people, HttpContext http, string id) =>
            (await people.SessionsAsync(null)).FirstOrDefault(s => Short(s.Id) == id) is { } found
                ? Answer(await desk.EndSessionAsync(ActorOf(http), found.Id, null), _ => new { ended = id })
                : Results.Problem("There is no such session.", statusCode: StatusCodes.Status404NotFound)).WithSummary("Ends a login at once");
        access.MapGet("/audit", (Live.AuditViews audit, long? before, int? count, CancellationToken cancel) => audit.PageAsync(before, Math.Clamp(count ?? 100, 1, 500), cancel))
            .WithSummary("Who changed what, from where, newest first; 'before' is the cursor");
    }

    /// <summary>Who asks, and from where.</summary>
    public static Actor ActorOf(HttpContext http) => new(http.User.Identity?.Name ?? "nobody", LoginEndpoints.From(http));

    /// <summary>A session's id is in its cookie: only its beginning is ever shown.</summary>
    public static string Short(string id) => id[..12];

    private static IResult NoRole(string text) => Results.Problem(
        $"'{(text.Length > 40 ? text[..40] : text)}' is no role ({string.Join(", ", Roles.Names)}) and no scope ({string.Join(", ", Roles.Scopes)}).", statusCode: StatusCodes.Status400BadRequest);

    private static IResult Answer(Outcome<string> outcome, Func<string, object> done) => outcome.Ok ? Results.Ok(done(outcome.Value))
        : Results.Problem(outcome.Rejection.Message, statusCode: outcome.Rejection.Code.StartsWith("no-", StringComparison.Ordinal) ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict);
}
