using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rez.Core;

namespace Rez.Web.Access;

/// <summary>A person, as the console and the API show one.</summary>
public sealed record PersonView(string Name, string Role, bool HasPassword, bool HasCode, bool IsDisabled, long? LockedUntilMs, long CreatedMs);

/// <summary>A token, without what opens.</summary>
public sealed record TokenView(string Name, string Scope, long CreatedMs, long? EndsMs);

/// <summary>Changes who may do what. Every change is written together with its audit, in one transaction; the last admin can't be taken away.</summary>
public sealed class AccessDesk(IServiceScopeFactory scopes, TimeProvider clock)
{
    /// <summary>How long a link is good for.</summary>
    public static readonly TimeSpan LinkLife = TimeSpan.FromDays(1);

    private const int LongestName = 40;

    /// <summary>Raised after something changed here.</summary>
    public event Action? Changed;

    public async Task<IReadOnlyList<PersonView>> PeopleAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, users) = Of(scope);
        var views = new List<PersonView>();
        foreach (var user in await db.Users.AsNoTracking().OrderBy(u => u.UserName).ToListAsync())
        {
            var locked = user.LockoutEnd > clock.GetUtcNow() ? user.LockoutEnd?.ToUnixTimeMilliseconds() : null;
            views.Add(new PersonView(user.UserName!, await RoleAsync(users, user), user.PasswordHash is not null, user.TwoFactorEnabled, user.IsDisabled, locked, user.CreatedMs));
        }

        return views;
    }

    /// <summary>Adds a person, who enters by a link the first time.</summary>
    public Task<Outcome<string>> AddPersonAsync(Actor actor, string name, Role role) => ChangeAsync<string>(async (db, users) =>
    {
        if (name.Length is 0 or > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            return new Rejection("bad-name", $"A name has 1 to {LongestName} letters, digits, '-', '_' or '.'.");
        }

        var user = new RezUser { UserName = name, CreatedMs = NowMs };
        if (await users.CreateAsync(user) is { Succeeded: false } failed)
        {
            return Refused(failed);
        }

        await users.AddToRoleAsync(user, role.Name());
        Note(db, actor, $"person {name}", null, role.Name());
        return NewLink(db, user);
    });

    public Task<Outcome<string>> SetRoleAsync(Actor actor, string name, Role role) => OfPersonAsync(name, async (db, users, user) =>
    {
        var before = await RoleAsync(users, user);
        if (before == role.Name())
        {
            return before;
        }

        if (before == Roles.Admin && await IsLastAdminAsync(users, user))
        {
            return LastAdmin;
        }

        await users.RemoveFromRoleAsync(user, before);
        await users.AddToRoleAsync(user, role.Name());
        Note(db, actor, $"role of {name}", before, role.Name());
        await EndSessionsAsync(db, user);
        return role.Name();
    });

    public Task<Outcome<string>> SetDisabledAsync(Actor actor, string name, bool disabled) => OfPersonAsync(name, async (db, users, user) =>
    {
        if (disabled && await users.IsInRoleAsync(user, Roles.Admin) && await IsLastAdminAsync(users, user))
        {
            return LastAdmin;
        }

        Note(db, actor, $"access of {name}", user.IsDisabled ? "off" : "on", disabled ? "off" : "on");
        user.IsDisabled = disabled;
        await users.UpdateAsync(user);
        if (disabled)
        {
            await EndSessionsAsync(db, user);
        }

        return name;
    });

    /// <summary>Sets the password and ends the person's other sessions.</summary>
    /// <param name="keep">The session it is done from, which stays.</param>
    public Task<Outcome<string>> SetPasswordAsync(Actor actor, string name, string password, string? keep = null) => OfPersonAsync(name, async (db, users, user) =>
    {
        foreach (var check in users.PasswordValidators)
        {
            if (await check.ValidateAsync(users, user, password) is { Succeeded: false } failed)
            {
                return Refused(failed);
            }
        }

        Note(db, actor, $"password of {name}", user.PasswordHash is null ? "not set" : "set", "set anew");
        user.PasswordHash = users.PasswordHasher.HashPassword(user, password);
        (user.LockoutEnd, user.AccessFailedCount) = (null, 0);
        await users.UpdateSecurityStampAsync(user);
        await EndSessionsAsync(db, user, keep);
        return name;
    });

    /// <summary>Makes a link that logs in once, within a day.</summary>
    public Task<Outcome<string>> AddLinkAsync(Actor actor, string name) => OfPersonAsync(name, (db, _, user) =>
    {
        Note(db, actor, $"login link for {name}", null, $"good for {LinkLife.TotalHours:0} h");
        return Task.FromResult<Outcome<string>>(NewLink(db, user));
    });

    /// <summary>A new key for an authenticator app; in force once a code of it was shown.</summary>
    public Task<Outcome<string>> NewCodeKeyAsync(string name) => OfPersonAsync(name, async (_, users, user) =>
    {
        if (user.TwoFactorEnabled)
        {
            return new Rejection("has-code", "Codes are asked for already. Turn them off first.");
        }

        await users.ResetAuthenticatorKeyAsync(user);
        return (await users.GetAuthenticatorKeyAsync(user))!;
    });

    /// <summary>Turns one-time codes on, which a code proves, or off.</summary>
    public Task<Outcome<string>> SetCodeAsync(Actor actor, string name, bool on, string? code) => OfPersonAsync(name, async (db, users, user) =>
    {
        if (on && !await users.VerifyTwoFactorTokenAsync(user, TokenOptions.DefaultAuthenticatorProvider, (code ?? string.Empty).Replace(" ", string.Empty, StringComparison.Ordinal)))
        {
            return new Rejection("wrong-code", "That code is not right. Is the clock of the phone right?");
        }

        Note(db, actor, $"one-time codes of {name}", user.TwoFactorEnabled ? "on" : "off", on ? "on" : "off");
        await users.SetTwoFactorEnabledAsync(user, on);
        return name;
    });

    public async Task<IReadOnlyList<TokenView>> TokensAsync()
    {
        await using var scope = scopes.CreateAsyncScope();
        return await Of(scope).Db.Tokens.AsNoTracking().OrderBy(t => t.Name).Select(t => new TokenView(t.Name, t.Scope, t.CreatedMs, t.EndsMs)).ToListAsync();
    }

    /// <summary>Makes a token, replacing one of the same name. It is shown once and can't be read back.</summary>
    /// <param name="life">Null: until revoked.</param>
    public Task<Outcome<string>> AddTokenAsync(Actor actor, string name, Role scope, TimeSpan? life) => ChangeAsync<string>(async (db, _) =>
    {
        if (name.Trim().Length is 0 or > LongestName)
        {
            return new Rejection("bad-name", $"A token's name has 1 to {LongestName} characters.");
        }

        var token = "rez_" + Random256.New();
        var row = await db.Tokens.FirstOrDefaultAsync(t => t.Name == name);
        var before = row is null ? null : Words(row);
        if (row is null)
        {
            db.Tokens.Add(row = new TokenRow { Name = name, Hash = string.Empty, Scope = string.Empty });
        }

        (row.Hash, row.Scope, row.CreatedMs, row.EndsMs) = (Random256.Hash(token), scope.Scope(), NowMs, life is { } l ? NowMs + (long)l.TotalMilliseconds : null);
        Note(db, actor, $"token {name}", before, Words(row));
        return token;
    });

    public Task<Outcome<string>> RevokeTokenAsync(Actor actor, string name) => ChangeAsync<string>(async (db, _) =>
    {
        if (await db.Tokens.FirstOrDefaultAsync(t => t.Name == name) is not { } row)
        {
            return new Rejection("no-token", $"There is no token {name}.");
        }

        db.Tokens.Remove(row);
        Note(db, actor, $"token {name}", Words(row), "revoked");
        return name;
    });

    /// <param name="of">Only a session of this person may be ended; null for an admin, who may end any.</param>
    public Task<Outcome<string>> EndSessionAsync(Actor actor, string id, string? of) => ChangeAsync<string>(async (db, _) =>
    {
        var row = await db.Sessions.FirstOrDefaultAsync(s => s.Id == id);
        var user = row is null ? null : await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == row.UserId);
        if (row is null || (of is not null && user?.UserName != of))
        {
            return new Rejection("no-session", "There is no such session.");
        }

        db.Sessions.Remove(row);
        Note(db, actor, $"session of {user?.UserName} from {row.From}", row.How, "ended");
        return id;
    });

    /// <summary>Takes what was not told to the diary yet; each is handed over before it is removed.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DrainAuditAsync(Func<AuditRow, Task> tell)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = Of(scope).Db;
        var rows = await db.Audit.OrderBy(a => a.Id).ToListAsync();
        foreach (var row in rows)
        {
            await tell(row);
            db.Audit.Remove(row);
            await db.SaveChangesAsync();
        }

        return rows.Count;
    }

    private static Rejection LastAdmin { get; } = new("last-admin", "This is the last admin: nobody could change anything any more.");

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private static (AccessDb Db, UserManager<RezUser> Users) Of(AsyncServiceScope scope) => (scope.ServiceProvider.GetRequiredService<AccessDb>(), scope.ServiceProvider.GetRequiredService<UserManager<RezUser>>());

    private static Rejection Refused(IdentityResult result) => new("refused", string.Join(" ", result.Errors.Select(e => e.Description)));

    private static string Words(TokenRow t) => $"{t.Scope}, {(t.EndsMs is { } e ? $"until {DateTimeOffset.FromUnixTimeMilliseconds(e):yyyy-MM-dd HH:mm} UTC" : "until revoked")}";

    private static async Task<string> RoleAsync(UserManager<RezUser> users, RezUser user) => (await users.GetRolesAsync(user)).FirstOrDefault() ?? Role.Viewer.Name();

    private static async Task<bool> IsLastAdminAsync(UserManager<RezUser> users, RezUser user) => (await users.GetUsersInRoleAsync(Roles.Admin)).All(u => u.Id == user.Id || u.IsDisabled);

    private static async Task EndSessionsAsync(AccessDb db, RezUser user, string? keep = null) =>
        db.Sessions.RemoveRange(await db.Sessions.Where(s => s.UserId == user.Id && s.Id != keep).ToListAsync());

    private string NewLink(AccessDb db, RezUser user)
    {
        var secret = Random256.New();
        db.Links.Add(new LinkRow { Hash = Random256.Hash(secret), UserId = user.Id, EndsMs = NowMs + (long)LinkLife.TotalMilliseconds });
        return secret;
    }

    private void Note(AccessDb db, Actor actor, string what, string? before, string? after) =>
        db.Audit.Add(new AuditRow { AtMs = NowMs, Who = actor.Name, From = actor.From, What = what, Before = before, After = after });

    private Task<Outcome<string>> OfPersonAsync(string name, Func<AccessDb, UserManager<RezUser>, RezUser, Task<Outcome<string>>> change) => ChangeAsync(async (db, users) =>
        await users.FindByNameAsync(name) is { } user ? await change(db, users, user) : new Rejection("no-person", $"There is nobody called {name}."));

    /// <summary>All of it, or nothing.</summary>
    private async Task<Outcome<T>> ChangeAsync<T>(Func<AccessDb, UserManager<RezUser>, Task<Outcome<T>>> change)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, users) = Of(scope);
        await using var transaction = await db.Database.BeginTransactionAsync();
        var result = await change(db, users);
        if (!result.Ok)
        {
            return result;
        }

        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        Changed?.Invoke();
        return result;
    }
}
