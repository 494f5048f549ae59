namespace Rez.Core.Diary;

/// <summary>A diary that is kept in memory only: for runs that nobody has to account for.</summary>
public sealed class MemoryDiary : IDiary
{
    private readonly Lock _gate = new();
    private readonly List<DiaryFact> _facts = [];

    public DiaryHead Head
    {
        get
        {
            lock (_gate)
            {
                return new DiaryHead(_facts.Count, string.Empty);
            }
        }
    }

    public bool KeepsCapsules => false;

    /// <summary>Everything appended so far.</summary>
    public IReadOnlyList<DiaryFact> Facts
    {
        get
        {
            lock (_gate)
            {
                return [.. _facts];
            }
        }
    }

    public void Append(DiaryFact fact, string? cycleId = null)
    {
        lock (_gate)
        {
            _facts.Add(fact);
        }
    }

    public Task FlushAsync() => Task.CompletedTask;
}
