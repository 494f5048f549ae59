using Microsoft.AspNetCore.Http;

namespace Rez.Web.Access;

/// <summary>
/// Something that changes anything, asked for with a browser's login, must come from this console's own pages. The cookie is sent to no other site, but ports don't make another site: without this, a page of another
/// program on the same machine could press Flatten.
/// </summary>
internal static class SameOrigin
{
    public static Task Guard(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.Authorization.Count > 0 || IsOwn(request))
        {
            return next(http);
        }

        return Results.Problem("This was asked for by another page than the console's own. Programs use a token (Authorization: Bearer …).", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(http);
    }

    private static bool IsOwn(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site is "same-origin" or "none";
        }

        // A client that is no browser sends neither, and carries nobody's cookie without meaning to.
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase) && from.Scheme == request.Scheme);
    }
}
