using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Rez.Web.Access;

/// <summary>The login page, the one-time link and the way out. Plain HTML: it works before anything else does.</summary>
internal static class LoginEndpoints
{
    public const string RateLimit = "login";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/login", Page).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/login", Enter).AllowAnonymous().RequireRateLimiting(RateLimit).ExcludeFromDescription();
        app.MapGet("/login/{secret}", UseLink).AllowAnonymous().RequireRateLimiting(RateLimit).ExcludeFromDescription();
        app.MapPost("/logout", (Delegate)Leave).ExcludeFromDescription();
    }

    public static string From(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static async Task<IResult> Page(HttpContext http, IAntiforgery antiforgery, AccessDesk desk, ConsoleSettings settings, string? failed, string? name) =>
        Results.Content(
            Html(antiforgery.GetAndStoreTokens(http), settings.Password.Length > 0 || (await desk.PeopleAsync()).Any(p => p.HasPassword), failed, name ?? string.Empty), "text/html; charset=utf-8");

    private static async Task<IResult> Enter(
        HttpContext http, IAntiforgery antiforgery, People people, ConsoleSettings settings, [FromForm] string? name, [FromForm] string? password, [FromForm] string? code)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return Results.Redirect("/login?failed=expired");
        }

        var asked = (name ?? string.Empty).Trim();
        var (result, user) = await people.CheckAsync(asked, password ?? string.Empty, (code ?? string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal), settings.Password);
        if (result == LoginResult.Ok)
        {
            await SignInAsync(http, people, user!, user!.TwoFactorEnabled ? "password and code" : "password");
            return Results.Redirect("/");
        }

        var failed = result switch { LoginResult.LockedOut => "locked", LoginResult.CodeWanted => "code", _ => "password" };
        return Results.Redirect($"/login?failed={failed}{(asked.Length is > 0 and <= 40 ? "&name=" + Uri.EscapeDataString(asked) : string.Empty)}");
    }

    private static async Task<IResult> UseLink(HttpContext http, People people, string secret)
    {
        if (await people.UseLinkAsync(secret) is not { } user)
        {
            return Results.Redirect("/login?failed=link");
        }

        await SignInAsync(http, people, user, "link");
        return Results.Redirect("/");
    }

    private static async Task<IResult> Leave(HttpContext http, People people)
    {
        if (http.User.FindFirst(People.SessionClaim)?.Value is { } session)
        {
            await people.LeaveAsync(session);
        }

        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.Redirect("/login");
    }

    private static async Task SignInAsync(HttpContext http, People people, RezUser user, string how) =>
        await http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme, await people.EnterAsync(user, how, From(http), http.Request.Headers.UserAgent.ToString()), new AuthenticationProperties { IsPersistent = true });

    private static string Html(AntiforgeryTokenSet tokens, bool hasPassword, string? failed, string name)
    {
        var message = failed switch
        {
            "password" => "That name, password or code is not right.",
            "locked" => "Too many attempts. Try again in five minutes, or make a link: rez access link",
            "code" => "Please enter the password again, with the code your authenticator app shows now.",
            "link" => "That link was used already or is too old. Make a new one: rez access link",
            "expired" => "The page was open for too long. Please try again.",
            _ => string.Empty,
        };
        var body = hasPassword
            ? $"""
              <form method="post" action="/login">
                <input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">
                <label for="name">Name</label>
                <input id="name" name="name" type="text" autocomplete="username" maxlength="40" value="{HtmlEncoder.Default.Encode(name.Length == 0 ? AccessFile.Owner : name)}" required>
                <label for="password">Password</label>
                <input id="password" name="password" type="password" autocomplete="current-password" maxlength="500" autofocus required>
                <label for="code">Code of the authenticator app, if you use one</label>
                <input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="10">
                <button type="submit">Log in</button>
              </form>
              """
            : "<p>Open the link that Rez printed when it started, or make a new one:</p><p><code>rez access link</code></p><p>A password can be set with <code>rez access password</code>.</p>";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
              <title>Rez: log in</title>
              <link rel="stylesheet" href="/login.css">
            </head>
            <body>
              <main><h1>Rez</h1>{(message.Length > 0 ? $"<p class=\"failed\" role=\"alert\">{message}</p>" : string.Empty)}{body}</main>
            </body>
            </html>
            """;
    }
}
