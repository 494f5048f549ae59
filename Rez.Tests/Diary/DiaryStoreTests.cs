using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Tests.Support;

namespace Rez.Tests.Diary;

public sealed class DiaryStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("diary.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_flushed_is_there_in_order_and_chained()
    {
        using (var diary = DiaryStore.Open(Path, TimeProvider.System))
        {
            for (var i = 1; i <= 5_000; i++)
            {
                diary.Append(new CycleStarted(i, i), $"c-{i}");
            }

            await diary.FlushAsync();
            Assert.Equal(5_000, diary.Head.Seq);
        }

        using var db = Open();
        var report = DiaryVerifier.Verify(db);
        Assert.Equal((5_000, null), (report.Events, report.Broken));
        Assert.Equal(Enumerable.Range(1, 5_000).Select(i => $"c-{i}"), DiaryQueries.Stream(db, 0).Select(r => r.CycleId));
    }

    [Fact]
    public async Task Many_writers_make_one_chain()
    {
        using (var diary = DiaryStore.Open(Path, TimeProvider.System))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
            {
                for (var i = 0; i < 3_000; i++)
                {
                    diary.Append(new FlattenAsked($"{w}/{i}", "test"));
                    if (i % 500 == 0)
                    {
                        await diary.FlushAsync();
                    }
                }
            })));
            await diary.FlushAsync();
        }

        using var db = Open();
        var report = DiaryVerifier.Verify(db);
        Assert.Equal((24_000, null), (report.Events, report.Broken));

        // Each writer's own order is kept.
        var texts = DiaryQueries.Stream(db, 0).Select(r => ((FlattenAsked)DiaryTypes.Read(r.Type, r.Version, r.Payload.Span).Value).Asset!).ToArray();
        for (var w = 0; w < 8; w++)
        {
            Assert.Equal(Enumerable.Range(0, 3_000).Select(i => $"{w}/{i}"), texts.Where(t => t.StartsWith($"{w}/", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task It_goes_on_after_a_restart_and_tells_after_it_is_durable()
    {
        string head;
        using (var diary = DiaryStore.Open(Path, TimeProvider.System))
        {
            var told = new List<long>();
            diary.Committed += records =>
            {
                using var db = Open();
                Assert.Equal(records[^1].Seq, db.Events.Max(e => e.Seq));
                told.AddRange(records.Select(r => r.Seq));
            };
            diary.Append(new FlattenAsked("a", "test"));
            diary.Append(new FlattenAsked("b", "test"));
            await diary.FlushAsync();
            Assert.Equal([1, 2], told);
            head = diary.Head.Hash;
        }

        using var again = DiaryStore.Open(Path, TimeProvider.System);
        Assert.Equal(new DiaryHead(2, head), again.Head);
        again.Append(new FlattenAsked("c", "test"));
        await again.FlushAsync();
        using var check = Open();
        Assert.Null(DiaryVerifier.Verify(check).Broken);
    }

    [Theory]
    [InlineData("UPDATE events SET payload = CAST('{\"asset\":\"x\",\"by\":\"evil\"}' AS BLOB) WHERE seq = 7", 7)]
    [InlineData("UPDATE events SET at_ms = at_ms + 1 WHERE seq = 3", 3)]
    [InlineData("UPDATE events SET cycle_id = 'other' WHERE seq = 4", 4)]
    [InlineData("UPDATE events SET type = 'control.changed' WHERE seq = 5", 5)]
    [InlineData("DELETE FROM events WHERE seq = 6", 6)]
    [InlineData("DELETE FROM events WHERE seq = 1", 1)]
    [InlineData("UPDATE events SET hash = x'00' WHERE seq = 9", 9)]
    [InlineData("UPDATE events SET prev_hash = x'00' WHERE seq = 10", 10)]
    public async Task Tampering_is_found_at_the_first_broken_event_and_refuses_the_next_start(string sql, long seq)
    {
        await FillAsync(10);
        Execute(sql);
        using (var db = Open())
        {
            Assert.Equal(seq, DiaryVerifier.Verify(db).Broken?.Seq);
        }

        var refused = Assert.Throws<DiaryUnavailableException>(() => DiaryStore.Open(Path, TimeProvider.System));
        Assert.Equal("tampered", refused.Code);
        Assert.Contains(seq.ToString(), refused.Message);
    }

    [Fact]
    public async Task A_rebuild_gives_the_same_read_models()
    {
        await SessionStage.RunAsync(_folder.Path, 500);
        var before = Dump();
        Execute("DELETE FROM trades; DELETE FROM cycles; UPDATE positions SET signed_size = '42'; DELETE FROM state; UPDATE fills SET price = '1';");
        var report = DiaryRebuild.Run(Path);
        Assert.Empty(report.Unreadable);
        Assert.Equal(before, Dump());
        Assert.Contains("trades|1|", before);
    }

    [Fact]
    public async Task The_jsonl_tail_is_the_export_also_after_a_torn_line()
    {
        var path = _folder.File("diary.jsonl");
        using (var diary = DiaryStore.Open(Path, TimeProvider.System))
        {
            await using var tail = JsonLinesTail.Start(diary, path);
            diary.Append(new FlattenAsked("a \"quoted\" \u2028 ☃ name", "test"), "c-1");
            diary.Append(new FlattenAsked(null, "test"));
            await diary.FlushAsync();
        }

        // Torn in the middle of the last line, as a kill may leave it; and an event that only the diary has.
        var lines = File.ReadAllLines(path);
        Assert.Equal(2, lines.Length);
        File.WriteAllText(path, lines[0] + "\n" + lines[1][..40]);
        using (var diary = DiaryStore.Open(Path, TimeProvider.System))
        {
            await using var tail = JsonLinesTail.Start(diary, path);
            diary.Append(new FlattenAsked("c", "test"));
            await diary.FlushAsync();
        }

        using var db = Open();
        Assert.Equal(DiaryQueries.Stream(db, 0).Select(r => r.ToJsonLine()), File.ReadAllLines(path));
        Assert.Equal("a \"quoted\" \u2028 ☃ name", System.Text.Json.JsonDocument.Parse(File.ReadAllLines(path)[0]).RootElement.GetProperty("payload").GetProperty("asset").GetString());
    }

    [Fact]
    public void A_file_that_is_no_database_is_told_and_left_alone()
    {
        File.WriteAllText(Path, "this is not a database, but it may be somebody's file ".PadRight(5_000, '.'));
        var refused = Assert.Throws<DiaryUnavailableException>(() => DiaryStore.Open(Path, TimeProvider.System));
        Assert.Equal("corrupt", refused.Code);
        Assert.StartsWith("this is not", File.ReadAllText(Path));
    }

    [Fact]
    public async Task A_locked_database_stops_writing_and_says_so()
    {
        await FillAsync(1);
        using var other = new SqliteConnection($"Data Source={Path}");
        other.Open();
        using var begin = other.CreateCommand();
        begin.CommandText = "BEGIN EXCLUSIVE";
        begin.ExecuteNonQuery();
        var refused = Assert.Throws<DiaryUnavailableException>(() => DiaryStore.Open(Path, TimeProvider.System));
        Assert.Equal("locked", refused.Code);
    }

    [Fact]
    public async Task A_full_disk_halts_appends_loses_nothing_acknowledged_and_the_diary_goes_on_later()
    {
        var mount = _folder.File("small");
        Directory.CreateDirectory(mount);
        using var disk = SmallDisk.Mount(mount, "1m");
        Assert.SkipUnless(disk is not null, "needs the right to mount a small file system (root)");
        var path = System.IO.Path.Combine(mount, "diary.db");
        var acknowledged = 0L;
        DiaryUnavailableException? full = null;
        using (var diary = DiaryStore.Open(path, TimeProvider.System))
        {
            for (var i = 0; i < 100_000 && full is null; i++)
            {
                try
                {
                    diary.Append(new FlattenAsked(new string('x', 500), "test"));
                    await diary.FlushAsync();
                    acknowledged++;
                }
                catch (DiaryUnavailableException e)
                {
                    full = e;
                }
            }

            Assert.Equal("disk-full", full?.Code);
            Assert.Throws<DiaryUnavailableException>(() => diary.Append(new FlattenAsked("y", "test")));
            Assert.Equal("disk-full", diary.Fault?.Code);
        }

        disk.Resize("8m");
        using var again = DiaryStore.Open(path, TimeProvider.System);
        Assert.InRange(again.Head.Seq, acknowledged, acknowledged + 1);
        again.Append(new FlattenAsked("z", "test"));
        await again.FlushAsync();
    }

    [Fact]
    public async Task The_migrated_schema_is_the_models()
    {
        await FillAsync(1);
        var migrated = Schema(Path);
        var fresh = _folder.File("model.db");
        using (var db = new RezDb(RezDb.Sqlite(fresh)))
        {
            db.Database.EnsureCreated();
        }

        var model = Schema(fresh);
        Assert.True(model.Count > 60);
        Assert.Equal(model, migrated.Where(m => !m.StartsWith("__EF", StringComparison.Ordinal)));
    }

    private async Task FillAsync(int events)
    {
        using var diary = DiaryStore.Open(Path, TimeProvider.System);
        for (var i = 0; i < events; i++)
        {
            diary.Append(new FlattenAsked($"a{i}", "test"), $"c{i}");
        }

        await diary.FlushAsync();
    }

    private RezDb Open() => new(RezDb.Sqlite(Path, readOnly: true));

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }

    /// <summary>All rows of all read models as text.</summary>
    private string Dump()
    {
        using var connection = new SqliteConnection($"Data Source={Path}");
        connection.Open();
        var text = new System.Text.StringBuilder();
        foreach (var table in new[] { "cycles", "orders", "fills", "positions", "trades", "equity_points", "state" })
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} ORDER BY 1, 2";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                text.Append(table);
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    text.Append('|').Append(reader.GetValue(i));
                }

                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private static List<string> Schema(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path}");
        connection.Open();
        var lines = new List<string>();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT m.name, t.name, t.type, t.\"notnull\", t.pk FROM sqlite_master m JOIN pragma_table_info(m.name) t WHERE m.type = 'table' ORDER BY 1, 2";
        Read(5);
        command.CommandText =
            "SELECT m.name, i.name, i.\"unique\", c.seqno, c.name FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c WHERE m.type = 'table' AND i.origin = 'c' ORDER BY 1, 2, 4";
        Read(5);
        return lines;

        void Read(int columns)
        {
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                lines.Add(string.Join(' ', Enumerable.Range(0, columns).Select(i => reader.GetValue(i))));
            }
        }
    }
}
