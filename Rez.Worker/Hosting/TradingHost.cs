using System.Reflection;
using Rez.Core.Agent;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;
using Serilog.Core;

namespace Rez.Worker.Hosting;

/// <summary>A session with what it stands on: data dir, diary, diary.jsonl, logs. Opened and closed in one place, whatever the mode.</summary>
internal abstract class TradingHost : IAsyncDisposable
{
    private readonly DataDirectory _data;
    private readonly JsonLinesTail? _tail;

    protected TradingHost(RezOptions options, DataDirectory data, DiaryStore diary, Logger log)
    {
        Options = options;
        _data = data;
        Diary = diary;
        Log = log;
        _tail = options.Storage.JsonLines ? JsonLinesTail.Start(diary, data.JsonLinesPath) : null;
    }

    public static string Version { get; } =
        typeof(TradingHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>What it runs with: replaced as a whole where settings change under it.</summary>
    public RezOptions Options { get; set; }

    public string DataDir => _data.Path;

    public DiaryStore Diary { get; }

    public abstract ITradingSession Session { get; }

    public Logger Log { get; }

    public abstract SessionSummary Summarise();

    /// <summary>A decider as other settings want it.</summary>
    public abstract IDecider NewDecider(RezOptions options);

    /// <summary>Trades until cancelled or at the end of what was asked for.</summary>
    /// <returns>Exit code.</returns>
    public async Task<int> TradeAsync(CancellationToken cancel)
    {
        await using var killSwitch = KillSwitch.Start(Session, DataDir, Log);
        var code = await Task.Run(() => RunAsync(cancel), CancellationToken.None);
        if (cancel.IsCancellationRequested)
        {
            Log.Information("Stopped.");
        }

        return code;
    }

    public virtual async ValueTask DisposeAsync()
    {
        Diary.Dispose();
        if (_tail is not null)
        {
            await _tail.DisposeAsync();
            if (_tail.Fault is { } fault)
            {
                Log.Warning("{Fault}", fault);
            }
        }

        await Log.DisposeAsync();
        _data.Dispose();
    }

    protected abstract Task<int> RunAsync(CancellationToken cancel);

    /// <summary>Raised after each cycle, on the session's thread.</summary>
    public event Action? CycleEnded;

    protected void Ended() => CycleEnded?.Invoke();

    protected static void LogCycle(Logger log, CycleResult result)
    {
        if (result.FailedStage is not null)
        {
            log.Error("Cycle {Cycle} failed in {Stage}: {Why}", result.CycleId, result.FailedStage, result.Why);
        }
        else
        {
            log.Debug("Cycle {Cycle} took {Ms:0.0} ms", result.CycleId, result.Stages.Total);
        }
    }
}
