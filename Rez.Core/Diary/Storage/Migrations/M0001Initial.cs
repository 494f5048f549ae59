using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Rez.Core.Diary.Storage.Migrations;

/// <summary>The diary and its first read models.</summary>
[DbContext(typeof(RezDb))]
[Migration("0001_initial")]
public sealed class M0001Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            "events",
            t => new
            {
                seq = t.Column<long>(nullable: false),
                at_ms = t.Column<long>(nullable: false),
                cycle_id = t.Column<string>(nullable: true),
                stream = t.Column<string>(nullable: false),
                type = t.Column<string>(nullable: false),
                version = t.Column<int>(nullable: false),
                payload = t.Column<byte[]>(nullable: false),
                prev_hash = t.Column<byte[]>(nullable: false),
                hash = t.Column<byte[]>(nullable: false),
            },
            constraints: t => t.PrimaryKey("PK_events", x => x.seq));

        migrationBuilder.CreateTable(
            "cycles",
            t => new
            {
                id = t.Column<string>(nullable: false),
                number = t.Column<long>(nullable: false),
                started_ms = t.Column<long>(nullable: false),
                ended_ms = t.Column<long>(nullable: false),
                status = t.Column<string>(nullable: false),
                decider = t.Column<string>(nullable: true),
                summary = t.Column<string>(nullable: true),
                equity = t.Column<decimal>(nullable: true),
                lines = t.Column<string>(nullable: true),
                stages = t.Column<string>(nullable: true),
                capsule_hash = t.Column<string>(nullable: true),
                capsule_seq = t.Column<long>(nullable: true),
                error = t.Column<string>(nullable: true),
                acted = t.Column<bool>(nullable: false),
                seq = t.Column<long>(nullable: false),
            },
            constraints: t => t.PrimaryKey("PK_cycles", x => x.id));
        migrationBuilder.CreateIndex("ix_cycles_seq", "cycles", "seq");
        migrationBuilder.CreateIndex("ix_cycles_acted", "cycles", ["acted", "seq"]);

        migrationBuilder.CreateTable(
            "orders",
            t => new
            {
                cloid = t.Column<string>(nullable: false),
                asset = t.Column<string>(nullable: false),
                purpose = t.Column<string>(nullable: false),
                code = t.Column<string>(nullable: true),
                side = t.Column<string>(nullable: false),
                size = t.Column<decimal>(nullable: false),
                limit_price = t.Column<decimal>(nullable: false),
                trigger_price = t.Column<decimal>(nullable: true),
                trigger = t.Column<string>(nullable: true),
                cycle_id = t.Column<string>(nullable: true),
                status = t.Column<string>(nullable: false),
                sent_ms = t.Column<long>(nullable: false),
                oid = t.Column<long>(nullable: true),
                filled_size = t.Column<decimal>(nullable: false),
                detail = t.Column<string>(nullable: true),
            },
            constraints: t => t.PrimaryKey("PK_orders", x => x.cloid));

        migrationBuilder.CreateTable(
            "fills",
            t => new
            {
                time_ms = t.Column<long>(nullable: false),
                asset = t.Column<string>(nullable: false),
                tid = t.Column<long>(nullable: false),
                oid = t.Column<long>(nullable: false),
                cloid = t.Column<string>(nullable: true),
                side = t.Column<string>(nullable: false),
                price = t.Column<decimal>(nullable: false),
                size = t.Column<decimal>(nullable: false),
                fee = t.Column<decimal>(nullable: false),
                closed_pnl = t.Column<decimal>(nullable: false),
                is_taker = t.Column<bool>(nullable: false),
                is_liquidation = t.Column<bool>(nullable: false),
                trigger = t.Column<string>(nullable: true),
                cycle_id = t.Column<string>(nullable: true),
                seq = t.Column<long>(nullable: false),
            },
            constraints: t => t.PrimaryKey("PK_fills", x => new { x.time_ms, x.asset, x.tid }));
        migrationBuilder.CreateIndex("ix_fills_seq", "fills", "seq");

        migrationBuilder.CreateTable(
            "positions",
            t => new
            {
                asset = t.Column<string>(nullable: false),
                signed_size = t.Column<decimal>(nullable: false),
                average_cost = t.Column<decimal>(nullable: false),
                entry_value = t.Column<decimal>(nullable: false),
                entry_size = t.Column<decimal>(nullable: false),
                exit_value = t.Column<decimal>(nullable: false),
                exit_size = t.Column<decimal>(nullable: false),
                gross = t.Column<decimal>(nullable: false),
                fees = t.Column<decimal>(nullable: false),
                funding = t.Column<decimal>(nullable: false),
                opened_ms = t.Column<long>(nullable: false),
                open_cycle_id = t.Column<string>(nullable: true),
                stop = t.Column<decimal>(nullable: true),
                target = t.Column<decimal>(nullable: true),
            },
            constraints: t => t.PrimaryKey("PK_positions", x => x.asset));

        migrationBuilder.CreateTable(
            "trades",
            t => new
            {
                number = t.Column<long>(nullable: false),
                asset = t.Column<string>(nullable: false),
                direction = t.Column<string>(nullable: false),
                size = t.Column<decimal>(nullable: false),
                entry_price = t.Column<decimal>(nullable: false),
                exit_price = t.Column<decimal>(nullable: false),
                opened_ms = t.Column<long>(nullable: false),
                closed_ms = t.Column<long>(nullable: false),
                gross_pnl = t.Column<decimal>(nullable: false),
                fees = t.Column<decimal>(nullable: false),
                funding = t.Column<decimal>(nullable: false),
                net = t.Column<decimal>(nullable: false),
                exit_code = t.Column<string>(nullable: false),
                open_cycle_id = t.Column<string>(nullable: true),
                close_cycle_id = t.Column<string>(nullable: true),
            },
            constraints: t => t.PrimaryKey("PK_trades", x => x.number));

        migrationBuilder.CreateTable(
            "equity_points",
            t => new
            {
                number = t.Column<long>(nullable: false),
                at_ms = t.Column<long>(nullable: false),
                equity = t.Column<decimal>(nullable: false),
                cash = t.Column<decimal>(nullable: false),
                unrealised_pnl = t.Column<decimal>(nullable: false),
                benchmark = t.Column<decimal>(nullable: true),
            },
            constraints: t => t.PrimaryKey("PK_equity_points", x => x.number));
        migrationBuilder.CreateIndex("ix_equity_points_at_ms", "equity_points", "at_ms");

        migrationBuilder.CreateTable(
            "state",
            t => new
            {
                key = t.Column<string>(nullable: false),
                value = t.Column<string>(nullable: false),
            },
            constraints: t => t.PrimaryKey("PK_state", x => x.key));
    }
}
