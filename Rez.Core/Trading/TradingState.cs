namespace Rez.Core.Trading;

/// <summary>What the account may do.</summary>
public enum TradingState
{
    Active,

    /// <summary>Positions are managed and closed; nothing is opened.</summary>
    Reducing,

    /// <summary>As reducing, until a person resumes.</summary>
    Halted,
}
