namespace Rez.Core.Risk;

/// <summary>Settings that may be changed while they are used: read as a whole, replaced as a whole, between two cycles. What was read once stays as it was.</summary>
public sealed class InForce<T>(T now)
    where T : class
{
    private volatile T _now = now;

    public T Now
    {
        get => _now;
        set => _now = value;
    }

    public static implicit operator InForce<T>(T now) => new(now);
}
