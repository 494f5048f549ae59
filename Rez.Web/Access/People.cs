using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Rez.Web.Access;

/// <summary>A session, as the console shows one.</summary>
public sealed record SessionView(string Id, string Name, string How, string From, string Browser, long CreatedMs, long SeenMs);

/// <summary>What came of an attempt to log in.</summary>
internal enum LoginResult
{
    Ok,
    Wrong,
    LockedOut,

    /// <summary>Name and password are right; a one-time code is asked for.</summary>
    CodeWanted,
}

/// <summary>
/// Who is here: checks names and passwords, keeps the sessions that stand in memory, and says at once when one is ended. What another process changes in the file is seen with <see cref="RefreshAsync"/>.
/// </summary>
public sealed class People(IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary>How the claim with the session's id is called.</summary>
    public const string SessionClaim = "session";

    /// <summary>A session nobody used for this long has ended.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(14);

    private const int LongestBrowser = 120;
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);
    private static readonly PasswordHasher<RezUser> Hasher = new();
    private static readonly string NobodysHash = Hasher.HashPassword(new RezUser(), Random256.New());
    private readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);

    /// <summary>Raised with the id of a session that was ended.</summary>
    public event Action<string>? Ended;

    /// <summary>Whether the session still stands.</summary>
    public bool IsHere(string? session) => session is not null && _seen.TryGetValue(session, out var seen) && NowMs - seen <= (long)Life.TotalMilliseconds;

    /// <summary>Reads what stands in the file; tells of sessions that are gone.</summary>
    public async Task RefreshAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        var standing = await Of(scope).Db.Sessions.AsNoTracking().ToDictionaryAsync(s => s.Id, s => s.SeenMs, StringComparer.Ordinal);
        foreach (var (id, seen) in standing)
        {
            _seen.TryAdd(id, seen);
        }

        foreach (var gone in _seen.Keys.Where(id => !standing.ContainsKey(id)).ToArray())
        {
            if (_seen.TryRemove(gone, out _))
            {
                Ended?.Invoke(gone);
            }
        }
    }

    /// <summary>A session was used; written down once a minute at most.</summary>
    public async Task SeenAsync(string session)
    {
        if (!_seen.TryGetValue(session, out var before) || NowMs - before < (long)SeenEvery.TotalMilliseconds || !_seen.TryUpdate(session, NowMs, before))
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        await Of(scope).Db.Sessions.Where(s => s.Id == session).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenMs, NowMs));
    }

    /// <param name="of">Only of this person; null for all.</param>
    public async Task<IReadOnlyList<SessionView>> SessionsAsync(string? of)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = Of(scope).Db;
        return await (from s in db.Sessions.AsNoTracking()
                      join u in db.Users on s.UserId equals u.Id
                      where of == null || u.UserName == of
                      orderby s.SeenMs descending
                      select new SessionView(s.Id, u.UserName!, s.How, s.From, s.Browser, s.CreatedMs, s.SeenMs)).ToListAsync();
    }

    /// <param name="configured">A password of the settings that opens for the owner; empty when there is none.</param>
    internal async Task<(LoginResult Result, RezUser? User)> CheckAsync(string name, string password, string code, string configured)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (_, users) = Of(scope);
        if (await users.FindByNameAsync(name.Length == 0 ? AccessFile.Owner : name) is not { IsDisabled: false } user)
        {
            // As long as for a name there is: how long it takes tells nothing.
            Hasher.VerifyHashedPassword(new RezUser(), NobodysHash, password);
            return (LoginResult.Wrong, null);
        }

        if (await users.IsLockedOutAsync(user))
        {
            return (LoginResult.LockedOut, null);
        }

        var right = await users.CheckPasswordAsync(user, password) || (user.UserName == AccessFile.Owner && configured.Length > 0 && Random256.Same(password, configured));
        if (right && user.TwoFactorEnabled)
        {
            if (code.Length == 0)
            {
                return (LoginResult.CodeWanted, user);
            }

            right = code != user.LastCode && await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, code);
            user.LastCode = right ? code : user.LastCode;
        }

        if (!right)
        {
            await users.AccessFailedAsync(user);
            return (await users.IsLockedOutAsync(user) ? LoginResult.LockedOut : LoginResult.Wrong, null);
        }

        user.AccessFailedCount = 0;
        await users.UpdateAsync(user);
        return (LoginResult.Ok, user);
    }

    /// <summary>Uses a link up; null when it is unknown, used, too old, or its person may not enter.</summary>
    internal async Task<RezUser?> UseLinkAsync(string secret)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, _) = Of(scope);
        var hash = Random256.Hash(secret);
        var link = await db.Links.AsNoTracking().FirstOrDefaultAsync(l => l.Hash == hash && l.EndsMs > NowMs);

        // Of two at once, one removes it.
        return link is not null && await db.Links.Where(l => l.Hash == hash || l.EndsMs <= NowMs).ExecuteDeleteAsync() > 0
            ? await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == link.UserId && !u.IsDisabled)
            : null;
    }

    internal async Task<ClaimsPrincipal> EnterAsync(RezUser user, string how, string from, string browser)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, users) = Of(scope);
        var id = Random256.New();
        db.Sessions.Add(new SessionRow
        {
            Id = id, UserId = user.Id, CreatedMs = NowMs, SeenMs = NowMs, How = how, From = from, Browser = browser.Length > LongestBrowser ? browser[..LongestBrowser] : browser,
        });
        db.Sessions.RemoveRange(await db.Sessions.Where(s => s.SeenMs < NowMs - (long)Life.TotalMilliseconds).ToListAsync());
        db.Audit.Add(new AuditRow { AtMs = NowMs, Who = user.UserName!, From = from, What = "login", After = how });
        await db.SaveChangesAsync();
        _seen[id] = NowMs;
        var role = (await users.GetRolesAsync((await users.FindByIdAsync(user.Id))!)).FirstOrDefault() ?? Role.Viewer.Name();
        return new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, user.UserName!), new Claim(ClaimTypes.Role, role), new Claim(SessionClaim, id)], CookieAuthenticationDefaults.AuthenticationScheme));
    }

    internal async Task LeaveAsync(string session)
    {
        await using var scope = scopes.CreateAsyncScope();
        await Of(scope).Db.Sessions.Where(s => s.Id == session).ExecuteDeleteAsync();
        if (_seen.TryRemove(session, out _))
        {
            Ended?.Invoke(session);
        }
    }

    /// <summary>Name and role of a token; null when there is none such, or it has ended.</summary>
    internal async Task<(string Name, Role Role)?> TokenAsync(string token)
    {
        await using var scope = scopes.CreateAsyncScope();
        var hash = Random256.Hash(token);
        var row = await Of(scope).Db.Tokens.AsNoTracking().FirstOrDefaultAsync(t => t.Hash == hash);
        return row is not null && (row.EndsMs is null || row.EndsMs > NowMs) && Roles.Of(row.Scope) is { } role ? (row.Name, role) : null;
    }

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static (AccessDb Db, UserManager<RezUser> Users) Of(AsyncServiceScope scope) => (scope.ServiceProvider.GetRequiredService<AccessDb>(), scope.ServiceProvider.GetRequiredService<UserManager<RezUser>>());
}
