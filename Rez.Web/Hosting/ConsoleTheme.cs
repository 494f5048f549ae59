using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Rez.Web.Hosting;

/// <summary>Dark or light: a cookie of each browser, set by a link, so that no script is needed and the first paint is right.</summary>
internal static class ConsoleTheme
{
    public const string Dark = "dark";
    public const string Light = "light";
    private const string Cookie = "rez-theme";

    public static string Of(HttpContext? http) => http?.Request.Cookies[Cookie] == Light ? Light : Dark;

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/theme/{name}", (HttpContext http, string name, string? back) =>
    {
        http.Response.Cookies.Append(Cookie, name == Light ? Light : Dark, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true, MaxAge = TimeSpan.FromDays(400), Path = "/" });

        // Only ever to a page of this console.
        return Results.LocalRedirect(back is ['/', not ('/' or '\\'), ..] ? back : "/");
    }).ExcludeFromDescription();
}
