using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
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

    private static IResult Page(HttpContext http, IAntiforgery antiforgery, AccessFile access, ConsoleSettings settings, string? failed) =>
        Results.Content(Html(antiforgery.GetAndStoreTokens(http), access.HasPassword || settings.Password.Length > 0, failed), "text/html; charset=utf-8");

    private static async Task<IResult> Enter(HttpContext http, IAntiforgery antiforgery, AccessFile access, ConsoleSettings settings, [FromForm] string? password)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return Results.Redirect("/login?failed=expired");
        }

        var given = password ?? string.Empty;
        var right = (settings.Password.Length > 0 && Same(given, settings.Password)) || access.CheckPassword(given);
        if (!right)
        {
            return Results.Redirect("/login?failed=password");
        }

        await SignInAsync(http, "password");
        return Results.Redirect("/");
    }

    private static async Task<IResult> UseLink(HttpContext http, AccessFile access, string secret)
    {
        if (!access.UseLink(secret))
        {
            return Results.Redirect("/login?failed=link");
        }

        await SignInAsync(http, "link");
        return Results.Redirect("/");
    }

    private static async Task<IResult> Leave(HttpContext http)
    {
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.Redirect("/login");
    }

    private static Task SignInAsync(HttpContext http, string how)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "owner"), new Claim("how", how)], CookieAuthenticationDefaults.AuthenticationScheme);
        return http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity), new AuthenticationProperties { IsPersistent = true });
    }

    private static bool Same(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(a)), SHA256.HashData(Encoding.UTF8.GetBytes(b)));

    private static string Html(AntiforgeryTokenSet tokens, bool hasPassword, string? failed)
    {
        var message = failed switch
        {
            "password" => "That password is not right.",
            "link" => "That link was used already or is too old. Make a new one: rez access link",
            "expired" => "The page was open for too long. Please try again.",
            _ => string.Empty,
        };
        var body = hasPassword
            ? $"""
              <form method="post" action="/login">
                <input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">
                <label for="password">Password</label>
                <input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
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
