namespace Rez.Core.Trading;

/// <summary>A limit and how much of it is used now.</summary>
/// <param name="Name">For example <c>effective-leverage</c>.</param>
/// <param name="Unit">Unit of both numbers: x, %, USD, count, …</param>
public sealed record LimitUse(string Name, decimal Limit, decimal Used, string Unit)
{
    /// <summary>Whether it is a least and not a most.</summary>
    public bool IsFloor { get; init; }

    /// <summary>What is left of it, never below zero.</summary>
    public decimal Left => Math.Max(0, IsFloor ? Used - Limit : Limit - Used);

    /// <summary>Share of the limit that is used; 1 and more is all of it.</summary>
    public decimal Share => IsFloor ? (Used > 0 ? Limit / Used : 1) : Limit > 0 ? Used / Limit : Used > 0 ? 1 : 0;
}
