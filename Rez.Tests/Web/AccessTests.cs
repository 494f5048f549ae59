using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Rez.Core;
using Rez.Tests.Support;
using Rez.Web.Access;

namespace Rez.Tests.Web;

/// <summary>People, passwords, codes, links, tokens and sessions, on the real file.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Password = "a long enough password";
    private static readonly Actor Tester = new("tester", "here");
    private readonly TempFolder _folder = new();
    private readonly TestClock _clock = new();
    private ServiceProvider _services = null!;

    private AccessDesk Desk => _services.GetRequiredService<AccessDesk>();

    private People People => _services.GetRequiredService<People>();

    public async ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAccess(_folder.Path, _clock);
        _services = services.BuildServiceProvider();
        await AccessFile.OpenAsync(_services, _folder.Path, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_password_opens_five_wrong_ones_lock_and_time_unlocks()
    {
        Assert.True((await Desk.SetPasswordAsync(Tester, AccessFile.Owner, Password)).Ok);
        Assert.Equal(LoginResult.Ok, await LoginAsync(Password));
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(LoginResult.Wrong, await LoginAsync("wrong"));
        }

        Assert.Equal(LoginResult.LockedOut, await LoginAsync("wrong"));
        Assert.Equal(LoginResult.LockedOut, await LoginAsync(Password));
        Assert.NotNull((await Desk.PeopleAsync()).Single().LockedUntilMs);
        Assert.Equal(LoginResult.Wrong, (await People.CheckAsync("nobody-here", Password, string.Empty, string.Empty)).Result);

        // Identity's lockout runs on the wall's clock; a password set by somebody who may lifts it.
        Assert.True((await Desk.SetPasswordAsync(Tester, AccessFile.Owner, Password)).Ok);
        Assert.Equal(LoginResult.Ok, await LoginAsync(Password));
        Assert.Equal(LoginResult.Ok, (await People.CheckAsync(string.Empty, "from the settings", string.Empty, "from the settings")).Result);
        Assert.False((await Desk.SetPasswordAsync(Tester, AccessFile.Owner, "short")).Ok);
    }

    [Fact]
    public async Task A_code_is_asked_for_once_it_was_proved_and_taken_once()
    {
        await Desk.SetPasswordAsync(Tester, AccessFile.Owner, Password);
        var key = (await Desk.NewCodeKeyAsync(AccessFile.Owner)).Value!;
        Assert.False((await Desk.SetCodeAsync(Tester, AccessFile.Owner, true, "000000")).Ok && Totp.Of(key) != "000000");
        Assert.Equal(LoginResult.Ok, await LoginAsync(Password));
        Assert.True((await Desk.SetCodeAsync(Tester, AccessFile.Owner, true, Totp.Of(key))).Ok);

        Assert.Equal(LoginResult.CodeWanted, await LoginAsync(Password));
        var code = Totp.Of(key);
        Assert.Equal(LoginResult.Ok, await LoginAsync(Password, code));
        Assert.Equal(LoginResult.Wrong, await LoginAsync(Password, code));
        Assert.False((await Desk.NewCodeKeyAsync(AccessFile.Owner)).Ok);
        Assert.True((await Desk.SetCodeAsync(Tester, AccessFile.Owner, false, null)).Ok);
        Assert.Equal(LoginResult.Ok, await LoginAsync(Password));
    }

    [Fact]
    public async Task A_link_opens_once_and_not_after_a_day()
    {
        var link = (await Desk.AddLinkAsync(Tester, AccessFile.Owner)).Value!;
        var both = await Task.WhenAll(People.UseLinkAsync(link), People.UseLinkAsync(link));
        Assert.Single(both, user => user is not null);
        Assert.Null(await People.UseLinkAsync(link));

        var late = (await Desk.AddLinkAsync(Tester, AccessFile.Owner)).Value!;
        _clock.Advance(AccessDesk.LinkLife + TimeSpan.FromSeconds(1));
        Assert.Null(await People.UseLinkAsync(late));
        Assert.Null(await People.UseLinkAsync("' OR 1=1 --"));
    }

    [Fact]
    public async Task A_token_has_its_scope_and_its_end()
    {
        var token = (await Desk.AddTokenAsync(Tester, "script", Role.Trader, TimeSpan.FromDays(2))).Value!;
        Assert.Equal(("script", Role.Trader), await People.TokenAsync(token));
        Assert.Null(await People.TokenAsync(token + "0"));
        _clock.Advance(TimeSpan.FromDays(2) + TimeSpan.FromSeconds(1));
        Assert.Null(await People.TokenAsync(token));

        var again = (await Desk.AddTokenAsync(Tester, "script", Role.Viewer, null)).Value!;
        Assert.Equal(("script", Role.Viewer), await People.TokenAsync(again));
        Assert.True((await Desk.RevokeTokenAsync(Tester, "script")).Ok);
        Assert.Null(await People.TokenAsync(again));
        Assert.DoesNotContain(again, File.ReadAllText(_folder.File("access.db")));
    }

    [Fact]
    public async Task The_last_admin_stays_and_a_changed_role_ends_sessions_at_once()
    {
        Assert.Equal("last-admin", (await Desk.SetRoleAsync(Tester, AccessFile.Owner, Role.Viewer)).Rejection.Code);
        Assert.Equal("last-admin", (await Desk.SetDisabledAsync(Tester, AccessFile.Owner, true)).Rejection.Code);

        var link = (await Desk.AddPersonAsync(Tester, "anna", Role.Trader)).Value!;
        var principal = await People.EnterAsync((await People.UseLinkAsync(link))!, "link", "10.0.0.3", "a browser");
        Assert.True(principal.IsInRole("trader"));
        var session = principal.FindFirst(People.SessionClaim)!.Value;
        Assert.True(People.IsHere(session));
        var ended = new List<string>();
        People.Ended += ended.Add;
        Assert.True((await Desk.SetRoleAsync(Tester, "anna", Role.Viewer)).Ok);
        await People.RefreshAsync();
        Assert.False(People.IsHere(session));
        Assert.Equal([session], ended);
        Assert.Equal("no-person", (await Desk.SetRoleAsync(Tester, "ben", Role.Viewer)).Rejection.Code);
        Assert.Equal("bad-name", (await Desk.AddPersonAsync(Tester, "<script>", Role.Viewer)).Rejection.Code);
        Assert.False((await Desk.AddPersonAsync(Tester, "anna", Role.Viewer)).Ok);
    }

    [Fact]
    public async Task A_session_nobody_used_for_two_weeks_has_ended()
    {
        var user = (await People.UseLinkAsync((await Desk.AddLinkAsync(Tester, AccessFile.Owner)).Value!))!;
        var session = (await People.EnterAsync(user, "link", "here", new string('x', 1_000))).FindFirst(People.SessionClaim)!.Value;
        _clock.Advance(TimeSpan.FromDays(13));
        Assert.True(People.IsHere(session));
        await People.SeenAsync(session);
        _clock.Advance(TimeSpan.FromDays(13));
        Assert.True(People.IsHere(session));
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.False(People.IsHere(session));
    }

    [Fact]
    public async Task Every_change_is_told_once_with_who_what_before_and_after_and_a_refused_one_is_not()
    {
        await Desk.AddPersonAsync(Tester, "anna", Role.Viewer);
        await Desk.SetRoleAsync(Tester, "anna", Role.Admin);
        await Desk.SetRoleAsync(Tester, "nobody", Role.Admin);
        await Desk.SetPasswordAsync(Tester, "anna", Password);
        var told = new List<AuditRow>();
        Assert.Equal(3, await Desk.DrainAuditAsync(Tell));
        Assert.Equal(0, await Desk.DrainAuditAsync(Tell));
        Assert.Equal(["person anna:→viewer", "role of anna:viewer→admin", "password of anna:not set→set anew"], told.Select(r => $"{r.What}:{r.Before}→{r.After}"));
        Assert.All(told, r => Assert.Equal(("tester", "here"), (r.Who, r.From)));

        Task Tell(AuditRow row)
        {
            told.Add(row);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_the_next_time()
    {
        await Desk.AddPersonAsync(Tester, "anna", Role.Viewer);
        await Assert.ThrowsAsync<IOException>(() => Desk.DrainAuditAsync(_ => throw new IOException("full")));
        Assert.Equal(1, await Desk.DrainAuditAsync(_ => Task.CompletedTask));
    }

    [Fact]
    public async Task The_file_of_earlier_versions_is_taken_over()
    {
        using var folder = new TempFolder();
        var hash = new PasswordHasher<object>().HashPassword(new object(), Password);
        var token = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("rez_old"u8));
        await File.WriteAllTextAsync(folder.File("access.json"), System.Text.Json.JsonSerializer.Serialize(new { passwordHash = hash, tokens = new Dictionary<string, string> { ["script"] = token } }));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddAccess(folder.Path, _clock);
        await using var provider = services.BuildServiceProvider();
        await AccessFile.OpenAsync(provider, folder.Path, _clock);
        var people = provider.GetRequiredService<People>();
        Assert.Equal(LoginResult.Ok, (await people.CheckAsync(AccessFile.Owner, Password, string.Empty, string.Empty)).Result);
        Assert.Equal(("script", Role.Admin), await people.TokenAsync("rez_old"));
        Assert.False(File.Exists(folder.File("access.json")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("access.db")));
        }
    }

    private async Task<LoginResult> LoginAsync(string password, string code = "") => (await People.CheckAsync(AccessFile.Owner, password, code, string.Empty)).Result;
}
