using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Rez.Core.Diary.Storage;

/// <summary>
/// The diary on SQLite (WAL, synchronous FULL): one writer thread, a bounded queue, everything that waits goes into one
/// transaction together with its read models. What <see cref="FlushAsync"/> has acknowledged survives a kill.
/// </summary>
public sealed class DiaryStore : IDiary, IDiaryFeed, IDisposable
{
    private const int QueueLimit = 16_384;
    private const int BatchLimit = 4_096;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly RezDb _db;
    private readonly DbConnection _connection;
    private readonly PreparedCommand _insert;
    private readonly ReadModel _model;
    private readonly Projector _projector;
    private readonly Thread _writer;
    private readonly SemaphoreSlim _work = new(0);
    private readonly SemaphoreSlim _room = new(0);
    private List<Entry> _pending = [];
    private List<TaskCompletionSource> _waiters = [];
    private int _blocked;
    private bool _stopping;
    private DiaryUnavailableException? _fault;
    private long _seq;
    private byte[] _hash;

    private DiaryStore(string path, TimeProvider clock, RezDb db)
    {
        Path = path;
        _clock = clock;
        _db = db;
        _connection = db.Database.GetDbConnection();
        _insert = new PreparedCommand(
            _connection,
            "INSERT INTO events (seq, at_ms, cycle_id, stream, type, version, payload, prev_hash, hash) VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8)",
            9);
        _model = new ReadModel(_connection);
        _projector = new Projector(_model);

        var last = db.Events.OrderByDescending(e => e.Seq).FirstOrDefault();
        _seq = last?.Seq ?? 0;
        _hash = last?.Hash ?? DiaryRecord.Genesis;
        _projector.Restore([.. db.Positions], [.. db.Orders.Where(o => o.Status != "filled" && o.Status != "rejected" && o.Status != "canceled")], DiaryQueries.Totals(db));
        _writer = new Thread(Write) { IsBackground = true, Name = "diary" };
        _writer.Start();
    }

    public event Action<IReadOnlyList<DiaryRecord>>? Committed;

    public string Path { get; }

    public DiaryHead Head
    {
        get
        {
            lock (_gate)
            {
                return new DiaryHead(_seq, Convert.ToHexStringLower(_hash));
            }
        }
    }

    /// <summary>Why the diary can no longer be written, or null.</summary>
    public DiaryUnavailableException? Fault
    {
        get
        {
            lock (_gate)
            {
                return _fault;
            }
        }
    }

    /// <summary>Events waiting to be written.</summary>
    public int QueueDepth
    {
        get
        {
            lock (_gate)
            {
                return _pending.Count;
            }
        }
    }

    /// <summary>Opens or creates the diary, brings its schema up to date and checks the end of its chain.</summary>
    /// <exception cref="DiaryUnavailableException">It can't be opened, is damaged, or was tampered with.</exception>
    public static DiaryStore Open(string path, TimeProvider clock)
    {
        RezDb? db = null;
        try
        {
            db = new RezDb(RezDb.Sqlite(path));
            db.Database.OpenConnection();
            db.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;");
            db.Database.Migrate();
            if (DiaryVerifier.CheckTail(db, 500) is { } broken)
            {
                throw new DiaryUnavailableException("tampered", $"The diary {path} does not verify: {broken.Message} Run 'rez diary verify' for the whole story.");
            }

            return new DiaryStore(path, clock, db);
        }
        catch (Exception e) when (e is not DiaryUnavailableException)
        {
            db?.Dispose();
            throw DiaryFailure.Explain(path, e);
        }
        catch (DiaryUnavailableException)
        {
            db?.Dispose();
            throw;
        }
    }

    public void Append(DiaryFact fact, string? cycleId = null)
    {
        // Serialised here, not on the writer: two threads share the work.
        var type = DiaryTypes.Of(fact);
        var entry = new Entry(fact, type, DiaryTypes.Write(fact), _clock.GetUtcNow().ToUnixTimeMilliseconds(), cycleId);
        while (true)
        {
            lock (_gate)
            {
                ThrowIfUnusable();
                if (_pending.Count < QueueLimit)
                {
                    _pending.Add(entry);
                    if (_pending.Count == 1)
                    {
                        _work.Release();
                    }

                    return;
                }

                _blocked++;
            }

            _room.Wait();
        }
    }

    public Task FlushAsync()
    {
        lock (_gate)
        {
            ThrowIfUnusable();
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add(waiter);
            _work.Release();
            return waiter.Task;
        }
    }

    /// <summary>Writes what is queued, then closes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
            _work.Release();
        }

        _writer.Join();
        _insert.Dispose();
        _model.Dispose();
        _db.Dispose();
        _work.Dispose();
        _room.Dispose();
    }

    private void ThrowIfUnusable()
    {
        if (_fault is not null)
        {
            throw new DiaryUnavailableException(_fault.Code, _fault.Message, _fault);
        }

        ObjectDisposedException.ThrowIf(_stopping, this);
    }

    private void Write()
    {
        while (true)
        {
            _work.Wait();
            List<Entry> batch;
            List<TaskCompletionSource> waiters;
            bool last;
            lock (_gate)
            {
                batch = _pending;
                waiters = _waiters;
                _pending = [];
                _waiters = [];
                last = _stopping;
                if (_blocked > 0)
                {
                    _room.Release(_blocked);
                    _blocked = 0;
                }
            }

            try
            {
                for (var from = 0; from < batch.Count; from += BatchLimit)
                {
                    Commit(batch.GetRange(from, Math.Min(BatchLimit, batch.Count - from)));
                }
            }
            catch (Exception e) when (e is DbException or IOException or InvalidOperationException or DbUpdateException)
            {
                Fail(DiaryFailure.Explain(Path, e), waiters);
                return;
            }

            foreach (var waiter in waiters)
            {
                waiter.SetResult();
            }

            if (last)
            {
                return;
            }
        }
    }

    private void Commit(List<Entry> batch)
    {
        var records = new List<DiaryRecord>(batch.Count);
        var (seq, hash) = (_seq, _hash);
        using (var transaction = _connection.BeginTransaction())
        {
            _model.Transaction = transaction;
            foreach (var e in batch)
            {
                seq++;
                var next = DiaryRecord.ComputeHash(seq, e.AtMs, e.CycleId, e.Type.Stream, e.Type.Name, e.Type.Version, e.Payload, hash);
                var record = new DiaryRecord(seq, e.AtMs, e.CycleId, e.Type.Stream, e.Type.Name, e.Type.Version, e.Payload, hash, next);
                _insert.Run(transaction, seq, e.AtMs, e.CycleId, e.Type.Stream, e.Type.Name, e.Type.Version, e.Payload, hash, next);
                _projector.Apply(e.Fact, seq, e.AtMs, e.CycleId);
                records.Add(record);
                hash = next;
            }

            _projector.EndBatch();
            transaction.Commit();
        }

        lock (_gate)
        {
            _seq = seq;
            _hash = hash;
        }

        Committed?.Invoke(records);
    }

    private void Fail(DiaryUnavailableException fault, List<TaskCompletionSource> waiters)
    {
        lock (_gate)
        {
            _fault = fault;
            waiters.AddRange(_waiters);
            _waiters = [];
            if (_blocked > 0)
            {
                _room.Release(_blocked);
                _blocked = 0;
            }
        }

        foreach (var waiter in waiters)
        {
            waiter.SetException(fault);
        }
    }

    private sealed record Entry(DiaryFact Fact, DiaryType Type, byte[] Payload, long AtMs, string? CycleId);
}
