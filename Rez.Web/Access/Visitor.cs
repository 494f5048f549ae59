using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;

namespace Rez.Web.Access;

/// <summary>
/// Who looks at a page, what they may do there, and whether they still may: asked again at each action, since a page stays open for long after somebody was sent away. One for each open page.
/// </summary>
public sealed class Visitor(AuthenticationStateProvider state, People people)
{
    private ClaimsPrincipal? _user;
    private string _from = "console";

    public string Name => _user?.Identity?.Name ?? "nobody";

    public Role Role { get; private set; }

    public string? Session => _user?.FindFirstValue(People.SessionClaim);

    /// <summary>As the audit and the diary are told.</summary>
    public Actor Actor => new(Name, _from);

    public string By => Actor.ToString();

    public bool Can(Role role) => Role >= role && (Session is null || people.IsHere(Session));

    /// <summary>Reads who it is; once a page.</summary>
    /// <param name="http">The request, where there is one: it knows where from.</param>
    public async Task ReadAsync(HttpContext? http)
    {
        _user = (await state.GetAuthenticationStateAsync()).User;
        Role = Roles.Of(_user.FindFirstValue(ClaimTypes.Role)) ?? Role.Viewer;
        _from = http?.Connection.RemoteIpAddress?.ToString() ?? _user.FindFirstValue(AddressClaim) ?? _from;
    }

    /// <summary>Why an action is refused, or null.</summary>
    public string? Refuse(Role need) =>
        Session is { } session && !people.IsHere(session) ? "Your session was ended. Log in again."
        : Role < need ? $"That needs the role {need.Name()}; you are {Role.Name()}."
        : null;

    /// <summary>Where a session was last seen from: put beside its claims at each request, since a page that is open has no request.</summary>
    internal const string AddressClaim = "from";
}
