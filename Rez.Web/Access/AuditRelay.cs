using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;

namespace Rez.Web.Access;

/// <summary>Takes what was changed about access into the diary's chain: at once for what is done here, within seconds for what the command line does; and tells who was sent away.</summary>
public sealed class AuditRelay(AccessDesk desk, People people, DiaryStore diary, TimeProvider clock, ILogger<AuditRelay> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _news = new(0, 1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        desk.Changed += Nudge;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await RelayAsync();
                using var beat = new CancellationTokenSource(Every, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, beat.Token);
                await _news.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            desk.Changed -= Nudge;
        }
    }

    private async Task RelayAsync()
    {
        try
        {
            await people.RefreshAsync();
            await desk.DrainAuditAsync(async row =>
            {
                diary.Append(new AccessChanged(row.Who, row.From, row.What, row.Before, row.After));
                await diary.FlushAsync();
            });
        }
        catch (Exception e) when (e is System.Data.Common.DbException or Microsoft.EntityFrameworkCore.DbUpdateException or DiaryUnavailableException)
        {
            // What was not told stays in the file and is told the next time.
            log.LogWarning(e, "Changes of access could not be taken into the diary yet");
        }
    }

    private void Nudge()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look already.
            return;
        }
    }

    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }
}
