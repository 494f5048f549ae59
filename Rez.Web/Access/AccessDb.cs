using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Rez.Web.Access;

/// <summary>Somebody who may log in.</summary>
public sealed class RezUser : IdentityUser
{
    public long CreatedMs { get; set; }

    /// <summary>May not log in, and has no session.</summary>
    public bool IsDisabled { get; set; }

    /// <summary>The last one-time code that was taken, so that the same one is not taken twice.</summary>
    public string? LastCode { get; set; }
}

/// <summary>A login that stands until it is left, revoked or too old.</summary>
public sealed class SessionRow
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public long CreatedMs { get; init; }

    public long SeenMs { get; set; }

    /// <summary>password, code, link.</summary>
    public required string How { get; init; }

    public required string From { get; init; }

    /// <summary>What the browser calls itself, shortened.</summary>
    public required string Browser { get; init; }
}

/// <summary>A token of the HTTP API; only its hash is kept.</summary>
public sealed class TokenRow
{
    public required string Name { get; init; }

    /// <summary>SHA-256 of 256 random bits: nothing slower is needed.</summary>
    public required string Hash { get; set; }

    /// <summary>read, trade or admin.</summary>
    public required string Scope { get; set; }

    public long CreatedMs { get; set; }

    /// <summary>Null: until revoked.</summary>
    public long? EndsMs { get; set; }
}

/// <summary>A link that logs a person in once.</summary>
public sealed class LinkRow
{
    public required string Hash { get; init; }

    public required string UserId { get; init; }

    public long EndsMs { get; init; }
}

/// <summary>A change of who may do what, written with the change itself and taken into the diary by the worker: also what the command line does beside it.</summary>
public sealed class AuditRow
{
    public long Id { get; init; }

    public long AtMs { get; init; }

    public required string Who { get; init; }

    public required string From { get; init; }

    /// <summary>For example <c>role of anna</c>.</summary>
    public required string What { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }
}

/// <summary><c>access.db</c> in the data dir: people, sessions, tokens, links. Apart from the diary, since the command line changes it while the worker runs. Holds hashes, and keys of authenticators.</summary>
public sealed class AccessDb(DbContextOptions<AccessDb> options) : IdentityDbContext<RezUser>(options)
{
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    public DbSet<TokenRow> Tokens => Set<TokenRow>();

    public DbSet<LinkRow> Links => Set<LinkRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<SessionRow>(e =>
        {
            e.ToTable("sessions").HasKey(x => x.Id);
            e.HasIndex(x => x.UserId);
        });
        builder.Entity<TokenRow>(e =>
        {
            e.ToTable("tokens").HasKey(x => x.Name);
            e.HasIndex(x => x.Hash).IsUnique();
        });
        builder.Entity<LinkRow>(e => e.ToTable("links").HasKey(x => x.Hash));
        builder.Entity<AuditRow>(e => e.ToTable("audit").HasKey(x => x.Id));
    }
}
