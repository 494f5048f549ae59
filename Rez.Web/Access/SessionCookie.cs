using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Rez.Web.Access;

/// <summary>The cookie of a login: good for as long as its session stands, whatever the cookie itself says.</summary>
internal static class SessionCookie
{
    public static void Configure(CookieAuthenticationOptions o)
    {
        o.Cookie.Name = "rez";
        o.Cookie.HttpOnly = true;
        o.Cookie.SameSite = SameSiteMode.Strict;
        o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        o.ExpireTimeSpan = People.Life;
        o.LoginPath = "/login";
        o.Events.OnValidatePrincipal = CheckAsync;
        o.Events.OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized, "/login");
        o.Events.OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden, null);
    }

    private static async Task CheckAsync(CookieValidatePrincipalContext context)
    {
        var people = context.HttpContext.RequestServices.GetRequiredService<People>();
        var session = context.Principal?.FindFirstValue(People.SessionClaim);
        if (!people.IsHere(session))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return;
        }

        await people.SeenAsync(session!);
        (context.Principal!.Identity as ClaimsIdentity)!.AddClaim(new Claim(Visitor.AddressClaim, LoginEndpoints.From(context.HttpContext)));
    }

    /// <summary>A program that asks the API wants a status, a person a page.</summary>
    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status, string? page)
    {
        var path = context.Request.Path;
        if (page is null || path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi") || path.StartsWithSegments("/metrics"))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(page);
        }

        return Task.CompletedTask;
    }
}
