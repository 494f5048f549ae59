namespace Rez.Core.Torture;

/// <summary>One life of the process, from a start to its death: once it is over, nothing of it reaches the world.</summary>
internal sealed class Life(FaultScript script)
{
    public bool IsOver { get; private set; }

    public bool DiaryIsBroken { get; set; }

    public FaultScript Script => script;

    /// <summary>A port is crossed: what goes wrong, after a death before the call has been dealt out.</summary>
    /// <exception cref="ProcessDiedException">It died here, or before.</exception>
    public FaultKind? Cross(Crossing crossing)
    {
        ThrowIfOver();
        var fault = script.Next(crossing);
        if (fault == FaultKind.KillBefore)
        {
            End();
            ThrowIfOver();
        }

        return fault;
    }

    /// <summary>The call was made; the process may die before it hears of it.</summary>
    public void After(FaultKind? fault)
    {
        if (fault == FaultKind.KillAfter)
        {
            End();
            ThrowIfOver();
        }
    }

    public void End() => IsOver = true;

    private void ThrowIfOver()
    {
        if (IsOver)
        {
            throw new ProcessDiedException();
        }
    }
}
