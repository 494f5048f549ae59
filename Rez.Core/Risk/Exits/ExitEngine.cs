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
    public decimal Gain => Direction.Gain(Entry, Mark);
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

/// <summary>The exit rules, pure. Exits that close come first, then parts, then moved stops; a stop is only ever moved towards the price.</summary>
public static class ExitEngine
{
    /// <summary>A stop is not moved for less than this share of the price: each move is an order and a cancel.</summary>
    internal const decimal LeastMove = 0.001m;

    public static ExitCall? Judge(in ExitView view, ExitOptions options)
    {
        if (options.MaxHoldHours > 0 && view.Held >= TimeSpan.FromHours((double)options.MaxHoldHours))
        {
            return new ExitCall(ExitAct.Close, ExitCodes.Time, $"held {view.Held.TotalHours:0.#} h, at most {options.MaxHoldHours} h");
        }

        var maySell = view.Held >= TimeSpan.FromMinutes((double)options.MinHoldMinutes);
        return (maySell ? Distance(view, options) ?? Retrace(view, options) ?? Fair(view, options) ?? Part(view, options) : null) ?? Trail(view, options);
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
        var best = v.Direction.Gain(v.Entry, v.Best);
        return o.RetraceShare > 0 && best > 0 && best >= v.Entry * o.RetraceArm && (best - v.Gain) / best >= o.RetraceShare
            ? new ExitCall(ExitAct.Close, ExitCodes.Trail, $"gave back {(best - v.Gain) / best:P0} of its best profit")
            : null;
    }

    private static ExitCall? Fair(in ExitView v, ExitOptions o) =>
        v.FairValue is { } fair && fair > 0 && v.Gain > 0 && v.Direction.Gain(fair, v.Mark) >= -fair * o.FairValueBps / 10_000m && v.Direction.Gain(v.Entry, fair) > 0
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

        var best = v.Direction.Gain(v.Entry, target) is > 0 and var whole ? v.Direction.Gain(v.Entry, v.Best) / whole : 0;
        if (best < o.TrailArm)
        {
            return null;
        }

        var distance = o.TrailAtr > 0 && v.Atr is > 0 ? o.TrailAtr * v.Atr.Value : o.TrailShare * v.Best;
        var level = BreakEven(v);
        if (distance > 0 && v.Direction.Gain(level, v.Direction.Ahead(v.Best, -distance)) > 0)
        {
            level = v.Direction.Ahead(v.Best, -distance);
        }

        if (level <= 0)
        {
            return null;
        }

        level = PriceRules.Price(v.Instrument, level, v.Direction == Direction.Long ? RoundTo.Up : RoundTo.Down);
        var isBetter = v.Direction.Gain(stop, level) > v.Mark * LeastMove;
        var isBehind = v.Direction.Gain(level, v.Mark) > v.Mark * LeastMove;
        return isBetter && isBehind ? new ExitCall(ExitAct.MoveStop, ExitCodes.Trail, $"{best:P0} of the way to the target was reached: the stop follows to {level}", Level: level) : null;
    }

    private static decimal? Progress(in ExitView v) => v.Target is { } target && v.Direction.Gain(v.Entry, target) is > 0 and var whole ? v.Gain / whole : null;
}
