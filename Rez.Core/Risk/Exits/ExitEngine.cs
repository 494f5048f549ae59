using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Risk.Exits;

/// <summary>A position as the exit rules see it.</summary>
public readonly record struct ExitView
{
    public required Instrument Instrument { get; init; }

    public required Direction Direction { get; init; }

    public required decimal Entry { get; init; }

    public required decimal Mark { get; init; }

    /// <summary>Best mark since the entry, as far as it was seen.</summary>
    public required decimal Best { get; init; }

    public required TimeSpan Held { get; init; }

    public decimal? Stop { get; init; }

    public decimal? Target { get; init; }

    /// <summary>Average true range, price units.</summary>
    public decimal? Atr { get; init; }

    /// <summary>Standard deviation of a bar's return, as a share of the price.</summary>
    public decimal? Sigma { get; init; }

    public decimal? FairValue { get; init; }

    /// <summary>Whether a part was taken already.</summary>
    public bool IsPartTaken { get; init; }

    public decimal TakerFeeBps { get; init; }

    /// <summary>Price gained in the position's direction, below zero when lost.</summary>
    public decimal Gain => (Mark - Entry) * Direction.Sign();
}

public enum ExitAct
{
    Close,
    Reduce,
    MoveStop,
}

/// <summary>What the rules want done.</summary>
/// <param name="Code">Exit code; for a moved stop the code it will close with.</param>
/// <param name="Share">Part to close.</param>
/// <param name="Level">New stop.</param>
public readonly record struct ExitCall(ExitAct Act, string Code, string Words, decimal Share = 1, decimal Level = 0);

/// <summary>Marks strictly between which no exit rule acts.</summary>
/// <param name="LeansOnAtr">Whether another average true range makes it another range.</param>
public readonly record struct QuietRange(decimal Low, decimal High, bool LeansOnAtr);

/// <summary>The exit rules, pure. Exits that close come first, then parts, then moved stops; a stop is only ever moved towards the price.</summary>
public static class ExitEngine
{
    /// <summary>A stop is not moved for less than this share of the price: each move is an order and a cancel.</summary>
    private const decimal LeastMove = 0.001m;

    public static ExitCall? Judge(in ExitView view, ExitOptions options)
    {
        if (options.MaxHoldHours > 0 && view.Held >= TimeSpan.FromHours((double)options.MaxHoldHours))
        {
            return new ExitCall(ExitAct.Close, ExitCodes.Time, $"held {view.Held.TotalHours:0.#} h, at most {options.MaxHoldHours} h");
        }

        var maySell = view.Held >= TimeSpan.FromMinutes((double)options.MinHoldMinutes);
        return (maySell ? Distance(view, options) ?? Retrace(view, options) ?? Fair(view, options) ?? Part(view, options) : null) ?? Trail(view, options);
    }

    /// <summary>
    /// Marks strictly between which no rule acts, as long as average true range, stop and target stay and its time is not up; null when that can't be said, and the rules must be asked at every price.
    /// </summary>
    public static QuietRange? QuietBetween(in ExitView v, ExitOptions o)
    {
        var isPlain = o.RetraceShare <= 0 && o.PartialAt <= 0 && o.TakeProfitAtr <= 0 && o.StopLossAtr <= 0 && o.TakeProfitSigma <= 0 && o.StopLossSigma <= 0 && v.FairValue is null;
        if (!isPlain || Judge(v, o) is not null)
        {
            return null;
        }

        // Nobody waits for a price so far away; it bounds what follows.
        var (low, high) = (v.Mark * 0.8m, v.Mark * 1.25m);
        if (o.TrailArm <= 0 || v.Stop is not { } stop || v.Target is not { } target || (target - v.Entry) * v.Direction.Sign() is not (> 0 and var whole))
        {
            return new QuietRange(low, high, false);
        }

        var sign = v.Direction.Sign();
        if ((v.Best - v.Entry) * sign / whole < o.TrailArm)
        {
            var arm = v.Entry + (sign * whole * o.TrailArm);
            return sign > 0 ? new QuietRange(low, Math.Min(high, arm), false) : new QuietRange(Math.Max(low, arm), high, false);
        }

        if (o.TrailAtr <= 0 || v.Atr is not > 0)
        {
            return null;
        }

        // Armed: the stop is moved when the new level is better by a share of the mark. The lowest mark asks for the least: beyond stop and target the position is gone.
        low = Math.Max(low, sign > 0 ? stop : target);
        var distance = o.TrailAtr * v.Atr.Value;
        var level = (v.Best - (sign * distance) - BreakEven(v)) * sign > 0 ? v.Best - (sign * distance) : BreakEven(v);
        var slack = (low * LeastMove) - (2 * PriceRules.TickAt(v.Instrument, v.Mark));
        if (slack <= 0 || (level - stop) * sign > slack)
        {
            return null;
        }

        var follows = stop + (sign * (distance + slack));
        return sign > 0 ? new QuietRange(low, Math.Min(high, follows), true) : new QuietRange(Math.Max(low, follows), high, true);
    }

    /// <summary>Break-even: the price at which fees on both ends are paid for.</summary>
    public static decimal BreakEven(in ExitView view) => view.Entry * (1m + (view.Direction.Sign() * 2m * view.TakerFeeBps / 10_000m));

    private static ExitCall? Distance(in ExitView v, ExitOptions o)
    {
        var atr = v.Atr is > 0 ? v.Gain / v.Atr.Value : (decimal?)null;
        var sigma = v.Sigma is > 0 ? v.Gain / (v.Entry * v.Sigma.Value) : (decimal?)null;
        return (o.StopLossAtr > 0 && atr <= -o.StopLossAtr) ? new ExitCall(ExitAct.Close, ExitCodes.StopLoss, $"lost {-atr:0.00} average true ranges")
            : (o.StopLossSigma > 0 && sigma <= -o.StopLossSigma) ? new ExitCall(ExitAct.Close, ExitCodes.StopLoss, $"lost {-sigma:0.00} standard deviations")
            : (o.TakeProfitAtr > 0 && atr >= o.TakeProfitAtr) ? new ExitCall(ExitAct.Close, ExitCodes.TakeProfit, $"gained {atr:0.00} average true ranges")
            : (o.TakeProfitSigma > 0 && sigma >= o.TakeProfitSigma) ? new ExitCall(ExitAct.Close, ExitCodes.TakeProfit, $"gained {sigma:0.00} standard deviations")
            : null;
    }

    private static ExitCall? Retrace(in ExitView v, ExitOptions o)
    {
        var best = (v.Best - v.Entry) * v.Direction.Sign();
        return o.RetraceShare > 0 && best > 0 && best >= v.Entry * o.RetraceArm && (best - v.Gain) / best >= o.RetraceShare
            ? new ExitCall(ExitAct.Close, ExitCodes.Trail, $"gave back {(best - v.Gain) / best:P0} of its best profit")
            : null;
    }

    private static ExitCall? Fair(in ExitView v, ExitOptions o) =>
        v.FairValue is { } fair && fair > 0 && v.Gain > 0 && (v.Mark - fair) * v.Direction.Sign() >= -fair * o.FairValueBps / 10_000m && (fair - v.Entry) * v.Direction.Sign() > 0
            ? new ExitCall(ExitAct.Close, ExitCodes.Fair, $"back at fair value {fair:0.########}")
            : null;

    private static ExitCall? Part(in ExitView v, ExitOptions o) =>
        o.PartialAt > 0 && !v.IsPartTaken && Progress(v) is { } way && way >= o.PartialAt
            ? new ExitCall(ExitAct.Reduce, ExitCodes.TakeProfit, $"{way:P0} of the way to the target: {o.PartialShare:P0} is taken", o.PartialShare)
            : null;

    private static ExitCall? Trail(in ExitView v, ExitOptions o)
    {
        if (o.TrailArm <= 0 || v.Stop is not { } stop || v.Target is not { } target)
        {
            return null;
        }

        var sign = v.Direction.Sign();
        var best = (target - v.Entry) * sign is > 0 and var whole ? (v.Best - v.Entry) * sign / whole : 0;
        if (best < o.TrailArm)
        {
            return null;
        }

        var distance = o.TrailAtr > 0 && v.Atr is > 0 ? o.TrailAtr * v.Atr.Value : o.TrailShare * v.Best;
        var level = BreakEven(v);
        if (distance > 0 && (v.Best - (sign * distance) - level) * sign > 0)
        {
            level = v.Best - (sign * distance);
        }

        if (level <= 0)
        {
            return null;
        }

        level = PriceRules.Price(v.Instrument, level, sign > 0 ? RoundTo.Up : RoundTo.Down);
        var isBetter = (level - stop) * sign > v.Mark * LeastMove;
        var isBehind = (v.Mark - level) * sign > v.Mark * LeastMove;
        return isBetter && isBehind ? new ExitCall(ExitAct.MoveStop, ExitCodes.Trail, $"{best:P0} of the way to the target was reached: the stop follows to {level}", Level: level) : null;
    }

    private static decimal? Progress(in ExitView v) => v.Target is { } target && (target - v.Entry) * v.Direction.Sign() is > 0 and var whole ? v.Gain / whole : null;
}
