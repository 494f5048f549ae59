using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk.Exits;

/// <summary>Marks strictly between which no exit rule acts, as long as average true range, stop and target stay and the position's time is not up.</summary>
/// <param name="LeansOnAtr">Whether another average true range makes it another range.</param>
public readonly record struct QuietRange(decimal Low, decimal High, bool LeansOnAtr)
{
    /// <summary>Null when it can't be said, and the rules must be asked at every price.</summary>
    public static QuietRange? Of(in ExitView v, ExitOptions o)
    {
        var isPlain = o.RetraceShare <= 0 && o.PartialAt <= 0 && o.TakeProfitAtr <= 0 && o.StopLossAtr <= 0 && o.TakeProfitSigma <= 0 && o.StopLossSigma <= 0 && v.FairValue is null;
        if (!isPlain || ExitEngine.Judge(v, o) is not null)
        {
            return null;
        }

        // Nobody waits for a price so far away; it bounds what follows.
        var far = new QuietRange(v.Mark * 0.8m, v.Mark * 1.25m, false);
        if (o.TrailArm <= 0 || v.Stop is not { } stop || v.Target is not { } target || v.Direction.Gain(v.Entry, target) is not (> 0 and var whole))
        {
            return far;
        }

        if (v.Direction.Gain(v.Entry, v.Best) / whole < o.TrailArm)
        {
            return far.Before(v.Direction, v.Direction.Ahead(v.Entry, whole * o.TrailArm));
        }

        if (o.TrailAtr <= 0 || v.Atr is not > 0)
        {
            return null;
        }

        // Armed: the stop is moved when the new level is better by a share of the mark. The lowest mark asks for the least: beyond stop and target the position is gone.
        var lowest = Math.Max(far.Low, v.Direction == Direction.Long ? stop : target);
        var slack = (lowest * ExitEngine.LeastMove) - (2 * PriceRules.TickAt(v.Instrument, v.Mark));
        var distance = o.TrailAtr * v.Atr.Value;
        var follows = v.Direction.Ahead(v.Best, -distance);
        var level = v.Direction.Gain(ExitEngine.BreakEven(v), follows) > 0 ? follows : ExitEngine.BreakEven(v);
        return slack <= 0 || v.Direction.Gain(stop, level) > slack
            ? null
            : (far with { Low = lowest, LeansOnAtr = true }).Before(v.Direction, v.Direction.Ahead(stop, distance + slack));
    }

    /// <summary>Ends before a mark in the direction of gains.</summary>
    private QuietRange Before(Direction direction, decimal mark) =>
        direction == Direction.Long ? this with { High = Math.Min(High, mark) } : this with { Low = Math.Max(Low, mark) };
}
