using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <content>What the passing of time does: prices, resting orders, triggers, liquidation, funding.</content>
public sealed partial class SimulatedVenue
{
    private const int PointsPerBar = 4;

    /// <summary>Bars in which stop and target of a position both lay, with nothing to say which came first: the stop was taken to.</summary>
    public long AmbiguousBars { get; private set; }

    /// <summary>Bars whose inner order was taken from a finer interval while something could have happened in them.</summary>
    public long FinerBars { get; private set; }

    /// <summary>
    /// Plays one bar of every asset: funding due at its open, then the path of prices. Where bars of a finer interval are known prices walk through those. Otherwise open → extreme → extreme →
    /// close: a rising bar goes low first, a falling one high first; but when both the stop and the target of a position lie in the bar, the stop's side comes first.
    /// </summary>
    public void Advance(MarketStep step)
    {
        Open(step);
        var points = PointsPerBar;
        for (var i = 0; i < _byIndex.Count; i++)
        {
            _lowFirst[i] = step.Has[i] && IsLowFirst(step.Bars[i], _byIndex[i].Instrument.Asset, isKnown: step.Finer[i].Length > 0);
            points = step.Has[i] ? Math.Max(points, step.Finer[i].Length * PointsPerBar) : points;
        }

        var length = step.CloseMs - step.OpenMs;
        for (var point = 0; point < points; point++)
        {
            // The last point is the last millisecond of the bar, so that a fill lies inside it.
            NowMs = step.OpenMs + (length * point / (points - 1)) - (point == points - 1 ? 1 : 0);
            for (var i = 0; i < _byIndex.Count; i++)
            {
                if (step.Has[i] && NextPoint(step, i, point, points) is { } price)
                {
                    Move(_byIndex[i], price, jumps: point == 0);
                }
            }
        }

        NowMs = step.CloseMs;
    }

    /// <summary>Price of an asset at a point of the path that all assets walk together; null where its own path rests, having fewer points.</summary>
    private double? NextPoint(MarketStep step, int asset, int point, int points)
    {
        var finer = step.Finer[asset].Span;
        var own = Math.Max(1, finer.Length) * PointsPerBar;
        var at = (int)((long)point * own / points);
        if (point > 0 && (int)((long)(point - 1) * own / points) == at)
        {
            return null;
        }

        return finer.Length == 0
            ? PointOf(step.Bars[asset], at, _lowFirst[asset])
            : at == own - 1 ? step.Bars[asset].Close : PointOf(finer[at / PointsPerBar], at % PointsPerBar, finer[at / PointsPerBar].Close >= finer[at / PointsPerBar].Open);
    }

    private bool IsLowFirst(in Candle bar, string asset, bool isKnown)
    {
        var usual = bar.Close >= bar.Open;
        if (IsIdle || !_account.Positions.TryGetValue(asset, out var position))
        {
            return usual;
        }

        FinerBars += isKnown ? 1 : 0;
        var (stops, targets) = (false, false);
        foreach (var order in _live)
        {
            if (order.Asset == asset && order is { IsTrigger: true, WaitsFor: 0 } && LevelOf(order) is var level && level >= bar.Low && level <= bar.High)
            {
                stops |= order.Leg.Trigger == TriggerKind.StopLoss;
                targets |= order.Leg.Trigger == TriggerKind.TakeProfit;
            }
        }

        if (isKnown || !stops || !targets)
        {
            return usual;
        }

        AmbiguousBars++;
        return position.SignedSize > 0;
    }

    /// <summary>Plays one bar in which nothing of the account can happen: only what is true at its close is kept. No funding may be due to a position.</summary>
    public void Pass(MarketStep step)
    {
        Open(step);
        for (var i = 0; i < _byIndex.Count; i++)
        {
            if (step.Has[i])
            {
                _byIndex[i].Mid = step.Bars[i].Close;
            }
        }

        NowMs = step.CloseMs;
    }

    /// <summary>The nearest prices below and above at which an order or a liquidation of the asset acts, 0 and infinity where there is none; null when one acts at the price that is.</summary>
    internal (double Low, double High)? ActsBeyond(string asset)
    {
        var (now, low, high) = (_books[asset].Mid, 0d, double.PositiveInfinity);
        foreach (var order in _live)
        {
            if (order.Asset == asset && order.WaitsFor == 0)
            {
                Consider(LevelOf(order));
            }
        }

        if (_account.Positions.TryGetValue(asset, out var position) && LiquidationPrice(asset, position, _account.CrossValue(_mark)) is { } liquidation)
        {
            Consider((double)liquidation);
        }

        return low < now && now < high ? (low, high) : null;

        void Consider(double level)
        {
            low = level <= now ? Math.Max(low, level) : low;
            high = level >= now ? Math.Min(high, level) : high;
        }
    }

    /// <summary>Begins a bar: funding due at its open, and what else is true while it lasts. Prices do not move yet.</summary>
    public void Open(MarketStep step)
    {
        NowMs = step.OpenMs;
        for (var i = 0; i < _byIndex.Count; i++)
        {
            if (step.Has[i])
            {
                _byIndex[i].Premium = step.Premium[i];
                _byIndex[i].FundingHourly = step.FundingHourly[i];
                _byIndex[i].OpenInterest = step.OpenInterest[i];
            }

            if (!double.IsNaN(step.FundingDue[i]))
            {
                PayFunding(_byIndex[i], step.FundingDue[i]);
            }
        }
    }

    /// <summary>
    /// Plays an opened bar up to a moment inside it, for a market that runs along a clock: prices move evenly from point to point of
    /// the same path that <see cref="Advance"/> walks.
    /// </summary>
    /// <param name="opens">Whether this is the bar's first moment, to which prices jump.</param>
    public void PlayTo(MarketStep step, long timeMs, bool opens)
    {
        NowMs = Math.Min(timeMs, step.CloseMs - 1);
        for (var i = 0; i < _byIndex.Count; i++)
        {
            if (step.Has[i])
            {
                Move(_byIndex[i], PriceAt(step, i, NowMs), jumps: opens);
            }
        }
    }

    /// <summary>Price of an asset inside a bar: the path open → extreme → extreme → close, walked evenly.</summary>
    public static double PriceAt(MarketStep step, int asset, long timeMs)
    {
        var share = (timeMs - step.OpenMs) / (double)(step.CloseMs - 1 - step.OpenMs) * (PointsPerBar - 1);
        var point = Math.Clamp((int)share, 0, PointsPerBar - 2);
        var isLowFirst = step.Bars[asset].Close >= step.Bars[asset].Open;
        var from = PointOf(step.Bars[asset], point, isLowFirst);
        return from + ((PointOf(step.Bars[asset], point + 1, isLowFirst) - from) * Math.Clamp(share - point, 0, 1));
    }

    /// <summary>
    /// Takes prices from somewhere else, such as a live feed: from one quote to the next prices jump, and what was passed over acts at the
    /// new price.
    /// </summary>
    public void Quote(AssetContext context)
    {
        var book = _books[context.Asset];
        NowMs = Math.Max(NowMs, context.At.ToUnixTimeMilliseconds());
        book.Quoted = context;
        book.FundingHourly = (double)context.FundingHourly;
        book.OpenInterest = (double)context.OpenInterest;
        Move(book, (double)context.Mid, jumps: true);
    }

    /// <summary>Pays funding at a rate the venue published, at its time.</summary>
    public void Fund(string asset, long timeMs, decimal rate)
    {
        NowMs = Math.Max(NowMs, timeMs);
        PayFunding(_books[asset], (double)rate, timeMs);
    }

    private static double PointOf(in Candle bar, int point, bool isLowFirst) => point switch
    {
        0 => bar.Open,
        1 => isLowFirst ? bar.Low : bar.High,
        2 => isLowFirst ? bar.High : bar.Low,
        _ => bar.Close,
    };

    /// <summary>
    /// Walks the mid to a new price and lets everything on the way happen at its own level; from bar to bar it jumps, and
    /// what was passed over acts at the new price.
    /// </summary>
    private void Move(SimulatedBook book, double to, bool jumps)
    {
        var asset = book.Instrument.Asset;
        if (!book.HasPrice || IsIdle)
        {
            book.Mid = to;
            return;
        }

        var from = book.Mid;
        var guard = 1_000 + (4 * _live.Count);
        while (!jumps && NextLevel(book, asset, from, to) is { } level)
        {
            book.Mid = level;
            from = level;
            Settle(book, asset);
            if (--guard == 0)
            {
                throw new InvalidOperationException($"Invariant: settling {asset} between {from} and {to} does not end.");
            }
        }

        book.Mid = to;
        Settle(book, asset);
    }

    /// <summary>The nearest price strictly between here and there at which an order or a liquidation acts.</summary>
    private double? NextLevel(SimulatedBook book, string asset, double from, double to)
    {
        double? nearest = null;
        foreach (var order in _live)
        {
            if (order.Asset == asset && order.WaitsFor == 0)
            {
                Consider(LevelOf(order));
            }
        }

        if (_account.Positions.TryGetValue(asset, out var position)
            && LiquidationPrice(asset, position, _account.CrossValue(_mark)) is { } liquidation)
        {
            // One tick beyond the price itself: at it the pool still equals its maintenance.
            var tick = PriceRules.TickAt(book.Instrument, liquidation);
            var beyond = liquidation - (Math.Sign(position.SignedSize) * tick);
            if (beyond > 0)
            {
                Consider((double)beyond);
            }
        }

        return nearest;

        void Consider(double level)
        {
            if ((to > from && level > from && level < to && !(level >= nearest))
                || (to < from && level < from && level > to && !(level <= nearest)))
            {
                nearest = level;
            }
        }
    }

    private double LevelOf(SimulatedOrder order)
    {
        if (order.Leg.TriggerPrice is { } trigger)
        {
            return (double)trigger;
        }

        // A resting buy trades when the ask comes down to it: the mid is half a spread away.
        var shift = 1m - (order.Leg.Side.Sign() * _options.HalfSpreadBps / 10_000m);
        return (double)(order.Leg.LimitPrice * shift);
    }

    private void Settle(SimulatedBook book, string asset)
    {
        for (var i = 0; i < _live.Count; i++)
        {
            var order = _live[i];
            if (order.Asset != asset || order.WaitsFor != 0)
            {
                continue;
            }

            var acted = order.IsTrigger ? Fire(book, order) : FillResting(book, order);
            if (acted)
            {
                // The list has changed: start over. Each action ends an order, so this ends too.
                i = -1;
            }
        }

        Liquidate(book, asset);
    }

    private bool FillResting(SimulatedBook book, SimulatedOrder order)
    {
        var best = order.Leg.Side == Side.Buy ? book.Ask : book.Bid;
        if ((best - order.Leg.LimitPrice) * order.Leg.Side.Sign() > 0)
        {
            return false;
        }

        var size = Tradable(order);
        if (size == 0)
        {
            End(order, "reduceOnlyCanceled");
            return true;
        }

        if (!order.Leg.ReduceOnly && !HasMarginFor(book, order.Leg.Side, size, order.Leg.LimitPrice))
        {
            End(order, "marginCanceled");
            EndChildren(order.Oid, "marginCanceled");
            return true;
        }

        Execute(book, order, size, order.Leg.LimitPrice, isTaker: false);
        _live.Remove(order);
        if (order.Remaining > 0)
        {
            order.Status = "reduceOnlyCanceled";
        }

        Wake(order);
        return true;
    }

    /// <summary>Children of a parent that is now filled become live.</summary>
    private void Wake(SimulatedOrder parent)
    {
        foreach (var child in _live)
        {
            if (child.WaitsFor == parent.Oid)
            {
                child.WaitsFor = 0;
            }
        }
    }

    private bool Fire(SimulatedBook book, SimulatedOrder order)
    {
        if (!order.IsTriggeredAt(book.Mark))
        {
            return false;
        }

        if (order.IsPositionTrigger && _account.Positions.TryGetValue(order.Asset, out var p))
        {
            order.Remaining = Math.Abs(p.SignedSize);
        }

        _live.Remove(order);
        order.Status = "triggered";
        TakeFor(book, order);
        if (order.Filled > 0 || order.Status == "filled")
        {
            EndSiblings(order);
        }

        if (order.Status != "filled")
        {
            // Nothing, or not all, could be taken at the limit: a market trigger ends here.
            order.Status = order.Filled == 0 ? "reduceOnlyCanceled" : "canceled";
        }

        return true;
    }

    private void Liquidate(SimulatedBook book, string asset)
    {
        if (!_account.Positions.TryGetValue(asset, out var p))
        {
            return;
        }

        var pool = p.IsCross ? _account.CrossValue(_mark) : p.IsolatedMargin + (p.SignedSize * (book.Mark - p.EntryPrice));
        var maintenance = p.IsCross
            ? _account.CrossMaintenance(_mark, _instrument)
            : MarginMath.Maintenance(book.Instrument.Tiers, Math.Abs(p.SignedSize) * book.Mark);
        if (pool >= maintenance)
        {
            return;
        }

        if (pool < maintenance * 2m / 3m)
        {
            Backstop(book, asset, p);
            return;
        }

        var side = p.SignedSize > 0 ? Side.Sell : Side.Buy;
        var limit = PriceRules.Price(book.Instrument, book.Mark * (side == Side.Sell ? 0.5m : 1.5m), RoundTo.Nearest);
        var cloid = Cloid.For("liquidation", asset, (++_lastOid).ToString());
        var order = new SimulatedOrder(
            _lastOid, asset, new OrderLeg { Cloid = cloid, Side = side, Size = Math.Abs(p.SignedSize), LimitPrice = limit, ReduceOnly = true }, NowMs);
        TakeFor(book, order, isLiquidation: true);
    }

    /// <summary>Below two thirds of maintenance the vault takes over at mark and the margin is lost.</summary>
    private void Backstop(SimulatedBook book, string asset, SimulatedPosition p)
    {
        var side = p.SignedSize > 0 ? Side.Sell : Side.Buy;
        _fills.Add(new Fill
        {
            Tid = ++_lastTid,
            Oid = ++_lastOid,
            Asset = asset,
            Side = side,
            Price = book.Mark,
            Size = Math.Abs(p.SignedSize),
            Fee = 0,
            ClosedPnl = p.IsCross ? -_account.Cash : -p.IsolatedMargin,
            StartPosition = p.SignedSize,
            IsTaker = true,
            TimeMs = NowMs,
            IsLiquidation = true,
        });
        _account.Forfeit(asset);
        EndPositionTriggers(asset);
    }

    /// <summary>The venue closes a position at the mark, without a fee and without an order of anybody's.</summary>
    private void Settle(SimulatedBook book, string asset, SimulatedPosition p)
    {
        var size = p.SignedSize;
        _fills.Add(new Fill
        {
            Tid = ++_lastTid,
            Oid = ++_lastOid,
            Asset = asset,
            Side = size > 0 ? Side.Sell : Side.Buy,
            Price = book.Mark,
            Size = Math.Abs(size),
            Fee = 0,
            ClosedPnl = _account.Trade(book.Instrument, -size, book.Mark, 0),
            StartPosition = size,
            IsTaker = true,
            TimeMs = NowMs,
        });
        EndPositionTriggers(asset);
    }

    private void PayFunding(SimulatedBook book, double rate, long? timeMs = null)
    {
        var asset = book.Instrument.Asset;
        if (!book.HasPrice || !_account.Positions.TryGetValue(asset, out var p))
        {
            return;
        }

        var oracle = book.Oracle;
        var usd = decimal.Round(p.SignedSize * oracle * (decimal)rate, 6);
        _account.Fund(asset, usd);
        _funding.Add(new FundingPayment(timeMs ?? NowMs, asset, p.SignedSize, oracle, (decimal)rate, usd));
    }
}
