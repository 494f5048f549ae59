using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Backtest;

/// <summary>What became of a bar that was offered to be passed over.</summary>
internal enum Passing
{
    /// <summary>Something may happen in it, or after it: it is still to be played.</summary>
    No,

    /// <summary>It was played, nothing happened in it, and no cycle was due or the cycle due would have done nothing.</summary>
    Passed,

    /// <summary>It was played and nothing happened in it; the cycle that is due now must run.</summary>
    PassedUntilCycle,

    /// <summary>The market has ended.</summary>
    Ended,
}

/// <summary>
/// Passes over bars in which the live code would do nothing: no order, liquidation or exit rule of a held position lies in their range, no plan fires, and the strategy would hold.
/// What such bars leave behind is left behind all the same: candles, indicators, marks, funding, the highest equity, best prices of positions, a point of the equity curve a cycle. Everything else goes through the live code, bar by bar; that both ways make the same trades is a test. Days begin with a played bar.
/// </summary>
internal sealed class QuietBars(DemoWorld world, TradingRig rig, FoldingDiary diary, IQuietDecider decider, SessionSettings settings)
{
    private const long DayMs = 86_400_000;

    /// <summary>Prices this near to an edge are left to the live code: edges are decimals, candles doubles.</summary>
    private const double Near = 1e-9;

    private readonly Slot[] _slots = [.. world.Venue.Instruments.Select((i, n) => new Slot(i, n, settings.Cycle.Assets.IndexOf(i.Asset) >= 0))];
    private bool _isArmed;
    private bool _isHeld;
    private bool _wantsCycle;
    private long _untilMs;
    private double _value;
    private double _peak;

    /// <summary>Bars that were passed over.</summary>
    public long Bars { get; private set; }

    /// <summary>Looks at the account anew: after bars and cycles that were played.</summary>
    public void Look()
    {
        _untilMs = long.MaxValue;
        _isHeld = !world.Venue.IsIdle;
        foreach (var slot in _slots)
        {
            slot.Forget();
        }

        _isArmed = !_isHeld || Bound();
    }

    /// <summary>A cycle runs: it fetches what could not be taken.</summary>
    public void Fetched() => _wantsCycle = false;

    /// <summary>Nothing is passed over until the next <see cref="Look"/>.</summary>
    public void Distrust() => _isArmed = false;

    /// <summary>Takes the bars that were just played, so that none is missing between those that are passed over.</summary>
    public void TakePlayed() => Take(world.Newest);

    /// <param name="interval">Of the cycles.</param>
    public Passing TryPass(Interval interval)
    {
        if (!_isArmed)
        {
            return Passing.No;
        }

        if (world.Peek() is not { } step)
        {
            return Passing.Ended;
        }

        // A day's first look at the account is one of the protections' baselines.
        if (step.CloseMs % DayMs == 0 || step.CloseMs >= _untilMs || !IsWithin(step))
        {
            return Passing.No;
        }

        world.Pass();
        Bars++;
        var isFunded = IsFunded(step);
        Keep(step, isFunded);
        _isArmed = !isFunded || Rebound();
        return interval.OpenOf(step.CloseMs) != step.CloseMs || (_isArmed && PassCycle()) ? Passing.Passed : Passing.PassedUntilCycle;
    }

    private bool IsWithin(MarketStep step)
    {
        if (!_isHeld)
        {
            return true;
        }

        foreach (var slot in _slots)
        {
            if (slot.Held is not null && step.Has[slot.Index] && (step.Bars[slot.Index].Low <= slot.Low || step.Bars[slot.Index].High >= slot.High))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsFunded(MarketStep step)
    {
        foreach (var slot in _slots)
        {
            if (slot.Held is not null && !double.IsNaN(step.FundingDue[slot.Index]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Books funding that was paid, as the beat after the bar would, and finds the prices anew: cash is another.</summary>
    private bool Rebound()
    {
        var booked = rig.Books.BookAsync(CancellationToken.None);
        return booked.IsCompletedSuccessfully ? booked.Result is null && Bound() : throw new InvalidOperationException("Invariant: a simulated venue answers at once.");
    }

    private void Take(MarketStep step)
    {
        foreach (var slot in _slots)
        {
            _wantsCycle |= slot.IsTraded && step.Has[slot.Index] && !rig.Ingest.Take(slot.Instrument.Asset, step.Bars[slot.Index]);
        }
    }

    private void Keep(MarketStep step, bool isFunded)
    {
        Take(step);
        if (!_isHeld)
        {
            return;
        }

        rig.Sentinel.Pass();
        var value = _value;
        foreach (var slot in _slots)
        {
            if (step.Has[slot.Index])
            {
                ref readonly var bar = ref step.Bars[slot.Index];
                slot.Close = bar.Close;
                if (slot.Held is { } direction && (bar.Close - slot.Best) * direction.Sign() > 0)
                {
                    slot.Best = bar.Close;
                    rig.Exits.Pass(slot.Instrument.Asset, direction, world.Venue.MarkOf(slot.Instrument.Asset));
                }
            }

            value += slot.SignedSize * slot.Close;
        }

        if (isFunded || value >= _peak * (1 - Near))
        {
            _peak = Math.Max(_peak, value);
            rig.Guard.History.NoteEquity(step.CloseMs, world.Venue.Equity);
        }
    }

    /// <summary>Does what a cycle without a wish leaves behind; false when the cycle must run.</summary>
    private bool PassCycle()
    {
        if (_wantsCycle)
        {
            return false;
        }

        foreach (var slot in _slots)
        {
            if (slot.IsTraded && !decider.IsQuiet(slot.Sheet = rig.Calculate.Live(slot.Instrument.Asset, rig.Ingest.Candles), slot.Held))
            {
                return false;
            }
        }

        foreach (var slot in _slots)
        {
            if (slot is { Held: not null, Sheet: { } sheet } && !rig.Plans.StaysWith(sheet))
            {
                return false;
            }
        }

        diary.Pass(world.Venue.Equity, world.Venue.Exposure);
        var isOther = false;
        foreach (var slot in _slots)
        {
            isOther |= slot is { Held: not null, Sheet: { } sheet } && rig.Knowledge.NoteAtr(sheet) && slot.LeansOnAtr;
        }

        _isArmed &= !isOther || Bound();
        return true;
    }

    /// <summary>Finds the prices between which nothing happens; false when there are none.</summary>
    private bool Bound()
    {
        var account = world.Venue.Account();
        _value = (double)account.Equity;
        _peak = (double)rig.Guard.History.PeakEquity;
        foreach (var slot in _slots)
        {
            slot.Forget();
            if (account.Of(slot.Instrument.Asset) is { } position)
            {
                if (Bound(slot, position, account.At) is not { } untilMs)
                {
                    return false;
                }

                _untilMs = Math.Min(_untilMs, untilMs);
                _value -= (double)position.SignedSize * slot.Close;
            }
            else if (world.Venue.HasOrders(slot.Instrument.Asset))
            {
                return false;
            }
        }

        return IsSafe(account);
    }

    /// <returns>When its time is up, or null when it can't be left alone.</returns>
    private long? Bound(Slot slot, Position position, DateTimeOffset at)
    {
        var (asset, instrument) = (slot.Instrument.Asset, slot.Instrument);
        var covered = Protector.CoverageOf(position, world.Venue.OpenOrders());
        if (!covered.IsFull || covered.Stop is null || rig.Desk.HasPending(asset) || world.Venue.ActsBeyond(asset) is not { } acts)
        {
            return null;
        }

        if (rig.Exits.QuietBetween(position, instrument, at) is not { } rules)
        {
            return null;
        }

        // The mark is the mid on the price grid: up to half a tick beside it.
        var tick = (double)PriceRules.TickAt(instrument, position.MarkPrice * 1.25m);
        slot.Low = (Math.Max(acts.Low, (double)rules.Marks.Low) * (1 + Near)) + tick;
        slot.High = (Math.Min(acts.High, (double)rules.Marks.High) * (1 - Near)) - tick;
        slot.LeansOnAtr = rules.Marks.LeansOnAtr;
        slot.Close = world.Venue.MidOf(asset);
        slot.Best = slot.Close;
        slot.Held = position.Direction;
        slot.SignedSize = (double)position.SignedSize;
        slot.Size = position.Size;
        return slot.Low < slot.Close && slot.Close < slot.High ? rules.UntilMs : null;
    }

    /// <summary>Whether margin and protections would leave the account alone even with every position at the bad end of its range, counted from the highest equity that the good ends allow.</summary>
    private bool IsSafe(AccountState account)
    {
        var worst = world.Venue.AccountAt(asset => Of(asset) is { Held: { } held } slot ? (decimal)(held == Direction.Long ? slot.Low : slot.High) : world.Venue.MarkOf(asset));
        var best = world.Venue.AccountAt(asset => Of(asset) is { Held: { } held } slot ? (decimal)(held == Direction.Long ? slot.High : slot.Low) : world.Venue.MarkOf(asset)).Equity;
        var peak = Math.Max(rig.Guard.History.PeakEquity, best);
        var (protections, exits) = (settings.Limits.Protection, settings.Limits.Exits);
        if (worst.Equity <= 0 || !rig.Margin.IsQuiet(worst, peak) || (protections.MaxDrawdown > 0 && (peak - worst.Equity) / peak >= protections.MaxDrawdown))
        {
            return false;
        }

        var (exposure, maintenance) = (0m, 0m);
        foreach (var slot in _slots)
        {
            if (slot.Held is not null)
            {
                var notional = slot.Size * (decimal)slot.High;
                exposure += notional;
                maintenance += MarginMath.Maintenance(slot.Instrument.Tiers, notional);
                if (exits.ReduceAssetLeverage > 0 && notional > worst.Equity * exits.ReduceAssetLeverage)
                {
                    return false;
                }
            }
        }

        return account.Positions.All(p => p.IsCross)
            && (exits.ReduceEffectiveLeverage <= 0 || exposure <= worst.Equity * exits.ReduceEffectiveLeverage)
            && (protections.PauseAtMarginUse <= 0 || maintenance < worst.Equity * protections.PauseAtMarginUse)
            && (protections.ReduceAtMarginUse <= 0 || maintenance < worst.Equity * protections.ReduceAtMarginUse);
    }

    private Slot Of(string asset)
    {
        foreach (var slot in _slots)
        {
            if (slot.Instrument.Asset == asset)
            {
                return slot;
            }
        }

        throw new InvalidOperationException($"Invariant: {asset} is none of the market's assets.");
    }

    /// <summary>An asset and, while a position in it is open, the prices strictly between which nothing happens to it.</summary>
    private sealed class Slot(Instrument instrument, int index, bool isTraded)
    {
        public Instrument Instrument => instrument;

        public int Index => index;

        public bool IsTraded => isTraded;

        /// <summary>Of a traded asset, as of the newest cycle that was passed over.</summary>
        public IndicatorSheet? Sheet { get; set; }

        public Direction? Held { get; set; }

        public double Low { get; set; }

        public double High { get; set; }

        public double Close { get; set; }

        public double Best { get; set; }

        public double SignedSize { get; set; }

        public decimal Size { get; set; }

        public bool LeansOnAtr { get; set; }

        public void Forget() => (Held, SignedSize, Size) = (null, 0, 0);
    }
}
