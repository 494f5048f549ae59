using Rez.Core.Cycle;

namespace Rez.Core.Session;

/// <summary>A cycle that somebody asked for beside those that are due: asked for by any thread, run and answered by the session's.</summary>
internal sealed class WantedCycle : IDisposable
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<CycleResult>? _wanted;
    private CancellationTokenSource _asked = new();

    public bool IsWanted
    {
        get
        {
            lock (_gate)
            {
                return _wanted is not null;
            }
        }
    }

    /// <summary>Cancelled when one is asked for: ends a wait for the next that is due.</summary>
    public CancellationToken Asked
    {
        get
        {
            lock (_gate)
            {
                return _asked.Token;
            }
        }
    }

    public Task<CycleResult> Ask()
    {
        TaskCompletionSource<CycleResult> wanted;
        CancellationTokenSource asked;
        lock (_gate)
        {
            wanted = _wanted ??= new TaskCompletionSource<CycleResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            asked = _asked;
        }

        asked.Cancel();
        return wanted.Task;
    }

    /// <summary>A cycle has run: whoever waited for one has it.</summary>
    public void Done(CycleResult result)
    {
        TaskCompletionSource<CycleResult>? wanted;
        lock (_gate)
        {
            wanted = _wanted;
            _wanted = null;
            if (wanted is not null)
            {
                _asked = new CancellationTokenSource();
            }
        }

        wanted?.TrySetResult(result);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _wanted?.TrySetCanceled();
            _asked.Dispose();
        }
    }
}
