using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Rez.Core.Diary.Storage.Migrations;

/// <summary>Events are found by their type and by their cycle, also among a million.</summary>
[DbContext(typeof(RezDb))]
[Migration("0002_event_types")]
public sealed class M0002EventTypes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex("ix_events_type", "events", ["type", "seq"]);
        migrationBuilder.CreateIndex("ix_events_cycle", "events", ["cycle_id", "seq"]);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropIndex("ix_events_type", "events");
        migrationBuilder.DropIndex("ix_events_cycle", "events");
    }
}
