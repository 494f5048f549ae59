using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>What the judge knows of one host from outside: what it was told, and what it has written down for good. Outlives its processes, so nothing that a process forgets is forgotten here.</summary>
internal sealed class Witness
{
    /// <summary>The account as the host was told last.</summary>
    public AccountState? Told { get; set; }

    /// <summary>Whether its diary says that nothing may be opened.</summary>
    public bool Halted { get; private set; }

    /// <summary>A fact is on the disk.</summary>
    public void Wrote(DiaryFact fact) => Halted = fact is ControlChanged control ? control.Halted : Halted;
}
