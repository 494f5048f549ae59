using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Rez.Core;
using Rez.Web.Access;
using Rez.Web.Settings;

namespace Rez.Web.Api;

/// <summary>A secret on its way in.</summary>
public sealed record SecretBody(string Key, string Value);

/// <summary>Settings for programs: what the page <c>/settings</c> does.</summary>
internal static class SettingsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/settings", (ISettingsDesk desk) => desk.All()).WithSummary("Every setting: what runs, what the next start takes, where from, when a change has effect; of secrets only whether they are set");
        var settings = api.MapGroup("/settings").RequireAuthorization(Roles.Admin);
        settings.MapPost("/check", (ISettingsDesk desk, SettingWish[] wishes) => Answer(desk.Check(wishes))).WithSummary("What changes would do; nothing is changed");
        settings.MapPost("/change", async (ISettingsDesk desk, HttpContext http, SettingWish[] wishes) => Answer(await desk.ChangeAsync(AccessEndpoints.ActorOf(http), wishes)))
            .WithSummary("Changes settings, all or none; 'before' guards against somebody else's change, 'after' null goes back to the files'");
        settings.MapPost("/secret", async (ISettingsDesk desk, HttpContext http, SecretBody body) =>
            Answer(await desk.SetSecretAsync(AccessEndpoints.ActorOf(http), body.Key, body.Value))).WithSummary("Sets a secret, or takes it away when the value is empty; it is never read back");
        settings.MapPost("/secret/test", async (ISettingsDesk desk, string key, CancellationToken cancel) => Answer(await desk.TestSecretAsync(key, cancel))).WithSummary("Tries a secret out, without an order");
        settings.MapPost("/restart", async (ISettingsDesk desk, HttpContext http) =>
        {
            await desk.RestartAsync(AccessEndpoints.ActorOf(http));
            return Results.Accepted();
        }).WithSummary("Ends the session in order and starts it with the settings as they are");
    }

    private static IResult Answer<T>(Outcome<T> outcome) => outcome.Ok ? Results.Ok(outcome.Value)
        : Results.Problem(outcome.Rejection.Message, statusCode: outcome.Rejection.Code switch
        {
            "conflict" or "is-pinned" => StatusCodes.Status409Conflict,
            "no-setting" => StatusCodes.Status404NotFound,
            "refused" or "unreachable" => StatusCodes.Status502BadGateway,
            _ => StatusCodes.Status400BadRequest,
        });
}
