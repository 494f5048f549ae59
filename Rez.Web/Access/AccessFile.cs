using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;

namespace Rez.Web.Access;

/// <summary>Where <c>access.db</c> lies, how it comes to be, and the services on it.</summary>
public static class AccessFile
{
    /// <summary>Who is there from the start.</summary>
    public const string Owner = "owner";

    public const int LeastPasswordLength = 10;

    private const int Schema = 1;
    private const int Failures = 5;
    private static readonly TimeSpan LockedOut = TimeSpan.FromMinutes(5);

    /// <summary>ASP.NET Core Identity on the file, and the desk that changes it.</summary>
    public static void AddAccess(this IServiceCollection services, string dataDir, TimeProvider clock)
    {
        SqlitePin.Apply();
        var path = Path.Combine(dataDir, "access.db");
        var connection = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 5 }.ToString();
        services.AddDbContext<AccessDb>(o => o.UseSqlite(connection));
        services.AddIdentityCore<RezUser>(o =>
            {
                o.Password.RequiredLength = LeastPasswordLength;

                // Length is what helps; rules about kinds of characters only bring worse passwords.
                (o.Password.RequireDigit, o.Password.RequireLowercase, o.Password.RequireUppercase, o.Password.RequireNonAlphanumeric) = (false, false, false, false);
                o.Lockout.MaxFailedAccessAttempts = Failures;
                o.Lockout.DefaultLockoutTimeSpan = LockedOut;
            })
            .AddRoles<IdentityRole>().AddEntityFrameworkStores<AccessDb>()
            .AddTokenProvider<AuthenticatorTokenProvider<RezUser>>(TokenOptions.DefaultAuthenticatorProvider);
        services.AddSingleton(p => new AccessDesk(p.GetRequiredService<IServiceScopeFactory>(), clock));
        services.AddSingleton(p => new People(p.GetRequiredService<IServiceScopeFactory>(), clock));
    }

    /// <summary>Makes the file and its owner where there are none, and takes over an <c>access.json</c> of earlier versions.</summary>
    /// <exception cref="DiaryUnavailableException">It can't be made, or is of another version.</exception>
    public static async Task OpenAsync(IServiceProvider services, string dataDir, TimeProvider clock)
    {
        var path = Path.Combine(dataDir, "access.db");
        if (!File.Exists(path) && !OperatingSystem.IsWindows())
        {
            // Made for the owner's eyes before anything is in it.
            await new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).DisposeAsync();
        }

        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AccessDb>();
        var found = (await db.Database.SqlQueryRaw<int>("SELECT user_version AS Value FROM pragma_user_version").ToListAsync())[0];
        if (found > Schema)
        {
            throw new DiaryUnavailableException("newer-schema", $"{path} is of version {found}; this version of Rez knows up to {Schema}.");
        }

        await db.Database.EnsureCreatedAsync();
        await db.Database.ExecuteSqlRawAsync($"PRAGMA user_version = {Schema}");
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        foreach (var name in Roles.Names)
        {
            if (!await roles.RoleExistsAsync(name))
            {
                await roles.CreateAsync(new IdentityRole(name));
            }
        }

        var users = scope.ServiceProvider.GetRequiredService<UserManager<RezUser>>();
        if (!await db.Users.AnyAsync())
        {
            var owner = new RezUser { UserName = Owner, CreatedMs = clock.GetUtcNow().ToUnixTimeMilliseconds() };
            await users.CreateAsync(owner);
            await users.AddToRoleAsync(owner, Roles.Admin);
            await TakeOverAsync(db, users, owner, dataDir);
        }
    }

    /// <summary>Password and tokens of the file that earlier versions kept.</summary>
    private static async Task TakeOverAsync(AccessDb db, UserManager<RezUser> users, RezUser owner, string dataDir)
    {
        var old = Path.Combine(dataDir, "access.json");
        if (!File.Exists(old))
        {
            return;
        }

        using var record = JsonDocument.Parse(await File.ReadAllBytesAsync(old));
        if (record.RootElement.TryGetProperty("passwordHash", out var hash) && hash.ValueKind == JsonValueKind.String)
        {
            owner.PasswordHash = hash.GetString();
            await users.UpdateAsync(owner);
        }

        if (record.RootElement.TryGetProperty("tokens", out var tokens))
        {
            db.Tokens.AddRange(tokens.EnumerateObject().Select(t => new TokenRow { Name = t.Name, Hash = t.Value.GetString()!, Scope = Role.Admin.Scope(), CreatedMs = owner.CreatedMs }));
            await db.SaveChangesAsync();
        }

        File.Move(old, old + ".taken-over", overwrite: true);
    }
}
