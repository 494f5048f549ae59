using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;

namespace Rez.Web.Live;

/// <summary>Everything the overview shows, read at one moment.</summary>
public sealed record OverviewModel(
    StatusView Status, IReadOnlyList<PositionView> Positions, IReadOnlyList<EquityView> Equity, IReadOnlyList<CycleView> Cycles, IReadOnlyList<FillView> Fills);

/// <summary>
/// Reads the overview once for all browsers: at once when the diary tells of something new, at most twenty-five times a second, and each second
/// for what moves without an event (prices). Rests while nobody looks.
/// </summary>
public sealed class LiveOverview(ITradingSession session, DiaryStore diary, Views views, TimeProvider clock, ILogger<LiveOverview> log) : BackgroundService
{
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan AtLeastEvery = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _news = new(0, 1);
    private int _watchers;
    private long _equityAt;
    private IReadOnlyList<EquityView> _equity = [];

    public OverviewModel? Model { get; private set; }

    /// <summary>Why the model could not be read the last time, or null.</summary>
    public string? Trouble { get; private set; }

    public event Action? Changed;

    /// <summary>A browser looks; it counts until the result is disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        Changed += changed;
        Interlocked.Increment(ref _watchers);
        Nudge();
        return new Watcher(this, changed);
    }

    public void Nudge()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // News is waiting already: one reading serves both.
            return;
        }
    }

    /// <summary>Reads now, for a page that has no model yet.</summary>
    public async Task<OverviewModel> ReadAsync(CancellationToken cancel)
    {
        var status = await views.StatusAsync(cancel);
        if (_equity.Count < 2 || clock.GetElapsedTime(_equityAt) >= AtLeastEvery)
        {
            _equity = await views.EquityAsync(240, cancel);
            _equityAt = clock.GetTimestamp();
        }

        return new OverviewModel(status, await views.PositionsAsync(cancel), _equity, await views.NotableCyclesAsync(4, 8, cancel), await views.FillsAsync(15, cancel));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        diary.Committed += OnCommitted;
        session.Controls.Changed += OnControls;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await _news.WaitAsync(AtLeastEvery, stoppingToken);
                if (Volatile.Read(ref _watchers) == 0)
                {
                    continue;
                }

                await RefreshAsync(stoppingToken);
                await Task.Delay(AtMostEvery, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogDebug("The overview stops with the host.");
        }
        finally
        {
            diary.Committed -= OnCommitted;
            session.Controls.Changed -= OnControls;
        }
    }

    private async Task RefreshAsync(CancellationToken cancel)
    {
        try
        {
            Model = await ReadAsync(cancel);
            Trouble = null;
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            // The page goes on showing what it had, marked.
            Trouble = e.Message;
            log.LogWarning(e, "The overview could not be read");
        }

        Changed?.Invoke();
    }

    private void OnCommitted(IReadOnlyList<DiaryRecord> records) => Nudge();

    private void OnControls(ControlState state) => Nudge();

    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    private sealed class Watcher(LiveOverview owner, Action changed) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                owner.Changed -= changed;
                Interlocked.Decrement(ref owner._watchers);
            }
        }
    }
}
