using Rez.Core.Indicators;
using Rez.Core.Trading;

namespace Rez.Core.Agent;

/// <summary>
/// A decider that can say cheaply, asset by asset and without remembering that it was asked, whether it would hold. A backtest asks it and spares the cycle when it, and everything else, would do nothing.
/// </summary>
public interface IQuietDecider : IDecider
{
    /// <summary>True only when a decision made now would hold the asset, and making it would change nothing in the decider.</summary>
    /// <param name="sheet">Indicators on closed candles; not to be kept, its values move on.</param>
    /// <param name="held">Direction of the open position, null when flat.</param>
    bool IsQuiet(IndicatorSheet sheet, Direction? held);
}
