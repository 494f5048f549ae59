using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Rez.Core.Diary.Storage;

/// <summary>The diary and its read models as EF Core sees them.</summary>
public sealed class RezDb(DbContextOptions<RezDb> options) : DbContext(options)
{
    public DbSet<EventRow> Events => Set<EventRow>();

    public DbSet<CycleRow> Cycles => Set<CycleRow>();

    public DbSet<OrderRow> Orders => Set<OrderRow>();

    public DbSet<FillRow> Fills => Set<FillRow>();

    public DbSet<PositionRow> Positions => Set<PositionRow>();

    public DbSet<TradeRow> Trades => Set<TradeRow>();

    public DbSet<EquityRow> EquityPoints => Set<EquityRow>();

    public DbSet<StateRow> State => Set<StateRow>();

    /// <summary>Options for a SQLite file. A private cache per connection, WAL set by the writer.</summary>
    public static DbContextOptions<RezDb> Sqlite(string path, bool readOnly = false)
    {
        SqlitePin.Apply();
        var connection = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? Microsoft.Data.Sqlite.SqliteOpenMode.ReadOnly : Microsoft.Data.Sqlite.SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = 5,
        };
        return new DbContextOptionsBuilder<RezDb>()
            .UseSqlite(connection.ToString())
            // Migrations are written by hand, without a snapshot of the model; a test compares both schemas instead.
            .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning))
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .Options;
    }

    /// <summary>
    /// Makes what the first query of a process costs (the model, the query pipeline) without touching any file: beside other work at a start, so that positions are looked at sooner after a kill.
    /// </summary>
    public static void Prepare()
    {
        using var db = new RezDb(Sqlite(":memory:"));
        _ = db.Fills.OrderByDescending(f => f.Seq).Take(1).ToQueryString();
        _ = db.Events.Where(e => e.Seq > 1 && e.Type == "session.started").OrderBy(e => e.Seq).Select(e => new { e.Seq, e.AtMs }).ToQueryString();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<EventRow>(e =>
        {
            e.ToTable("events").HasKey(x => x.Seq);
            e.Property(x => x.Seq).HasColumnName("seq").ValueGeneratedNever();
            e.HasIndex(x => new { x.Type, x.Seq }).HasDatabaseName("ix_events_type");
            e.HasIndex(x => new { x.CycleId, x.Seq }).HasDatabaseName("ix_events_cycle");
        });
        modelBuilder.Entity<CycleRow>(e =>
        {
            e.ToTable("cycles").HasKey(x => x.Id);
            e.HasIndex(x => x.Seq).HasDatabaseName("ix_cycles_seq");
            e.HasIndex(x => new { x.Acted, x.Seq }).HasDatabaseName("ix_cycles_acted");
        });
        modelBuilder.Entity<OrderRow>(e => e.ToTable("orders").HasKey(x => x.Cloid));
        modelBuilder.Entity<FillRow>(e =>
        {
            e.ToTable("fills").HasKey(x => new { x.TimeMs, x.Asset, x.Tid });
            e.HasIndex(x => x.Seq).HasDatabaseName("ix_fills_seq");
        });
        modelBuilder.Entity<PositionRow>(e => e.ToTable("positions").HasKey(x => x.Asset));
        modelBuilder.Entity<TradeRow>(e =>
        {
            e.ToTable("trades").HasKey(x => x.Number);
            e.Property(x => x.Number).ValueGeneratedNever();
        });
        modelBuilder.Entity<EquityRow>(e =>
        {
            e.ToTable("equity_points").HasKey(x => x.Number);
            e.HasIndex(x => x.AtMs).HasDatabaseName("ix_equity_points_at_ms");
            e.Property(x => x.Number).ValueGeneratedNever();
        });
        modelBuilder.Entity<StateRow>(e => e.ToTable("state").HasKey(x => x.Key));

        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(t => t.GetProperties()))
        {
            property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : string.Empty) + char.ToLowerInvariant(c) : c.ToString()));
}
