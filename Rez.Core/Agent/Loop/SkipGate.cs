namespace Rez.Core.Agent.Loop;

/// <summary>
/// Says when a model need not be asked: nothing is open, no order rests, nothing happened in the cycle, and no mark moved more than so many basis points since it was last
/// asked, for at most so many cycles in a row. Forgets at a restart, and then asks.
/// </summary>
/// <param name="moveBps">0 never skips.</param>
public sealed class SkipGate(decimal moveBps, int mostCycles)
{
    private Dictionary<string, decimal>? _asked;
    private int _inARow;

    /// <summary>Calls that were saved so far.</summary>
    public long Skipped { get; private set; }

    /// <summary>Why the model need not be asked, or null; it then counts as asked.</summary>
    public string? Why(DecisionContext context)
    {
        if (moveBps > 0 && _asked is { } asked && _inARow < mostCycles && context.Account.Positions.IsEmpty && context.Orders.IsEmpty && context.Notes.IsEmpty
            && Farthest(context, asked) is { } moved && moved <= moveBps)
        {
            _inARow++;
            Skipped++;
            return $"The model was not asked: nothing is open and no mark moved more than {moved:0.#} bps since it was ({_inARow} of at most {mostCycles} cycles).";
        }

        _asked = context.Assets.ToDictionary(a => a.Instrument.Asset, a => a.Context.Mark, StringComparer.Ordinal);
        _inARow = 0;
        return null;
    }

    private static decimal? Farthest(DecisionContext context, Dictionary<string, decimal> asked)
    {
        var farthest = 0m;
        foreach (var view in context.Assets)
        {
            if (!asked.TryGetValue(view.Instrument.Asset, out var before) || before <= 0)
            {
                return null;
            }

            farthest = Math.Max(farthest, Math.Abs(view.Context.Mark - before) / before * 10_000m);
        }

        return farthest;
    }
}
