using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>
/// The real diary behind a process that may die: what was not made durable is lost with it, or, as with a torn write, some of it. Knows what was acknowledged, which must never be lost.
/// </summary>
internal sealed class TortureDiary(DiaryStore store, Life life, Judge judge, Witness witness) : IDiary
{
    private readonly List<(DiaryFact Fact, string? Cycle)> _waiting = [];

    public DiaryHead Head => store.Head;

    /// <summary>Sealing capsules costs more than all the rest, and nothing here reads them.</summary>
    public bool KeepsCapsules => false;

    /// <summary>Head after the newest flush that was acknowledged.</summary>
    public DiaryHead Acknowledged { get; private set; } = store.Head;

    public void Append(DiaryFact fact, string? cycleId = null)
    {
        if (life.IsOver)
        {
            return;
        }

        if (life.DiaryIsBroken)
        {
            throw new DiaryUnavailableException("disk-full", "The disk is full.");
        }

        _waiting.Add((fact, cycleId));
    }

    public async Task FlushAsync()
    {
        var fault = life.Cross(Crossing.Flush);
        if (fault == FaultKind.DiaryFails)
        {
            life.DiaryIsBroken = true;
        }

        if (life.DiaryIsBroken)
        {
            throw new DiaryUnavailableException("disk-full", "The disk is full.");
        }

        await WriteAsync(_waiting.Count);
        Acknowledged = store.Head;
        life.After(fault);
    }

    /// <summary>The process has died: of what waited some may have reached the disk, in its order.</summary>
    /// <param name="share">From 0 to 1.</param>
    public Task TearAsync(double share) => WriteAsync((int)(share * _waiting.Count));

    private async Task WriteAsync(int count)
    {
        foreach (var (fact, cycle) in _waiting.Take(count))
        {
            store.Append(fact, cycle);
            witness.Wrote(fact);
            switch (fact)
            {
                case OrderSending sending:
                    judge.Wrote(sending.Request);
                    break;
                case OrderOutcome { State: SendState.Rejected } refused:
                    judge.Refused(refused.Cloids);
                    break;
            }
        }

        _waiting.RemoveRange(0, count);
        await store.FlushAsync();
    }
}
