using System.Collections.Immutable;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <content>Taking, matching and ending orders.</content>
public sealed partial class SimulatedVenue
{
    /// <summary>Takes one action. A client order id that was used before refuses its leg.</summary>
    public SendOutcome Place(OrderRequest request)
    {
        if (!_books.TryGetValue(request.Asset, out var book) || !book.HasPrice)
        {
            return SendOutcome.Rejected($"Unknown asset {request.Asset}.");
        }

        if (OrderChecks.Action(request) is { } fault)
        {
            return SendOutcome.Rejected(fault);
        }

        var results = ImmutableArray.CreateBuilder<LegResult>(request.Legs.Length);
        var group = 0L;
        SimulatedOrder? parent = null;
        for (var i = 0; i < request.Legs.Length; i++)
        {
            var leg = request.Legs[i];
            var isChild = request.Grouping == OrderGrouping.NormalTpsl && i > 0;
            if (isChild && parent is null)
            {
                results.Add(new LegResult(LegState.Error, Error: results[0].Error));
                continue;
            }

            if (Refusal(book, leg, isChild) is { } refusal)
            {
                results.Add(new LegResult(LegState.Error, Error: refusal));
                continue;
            }

            var order = new SimulatedOrder(++_lastOid, request.Asset, leg, NowMs)
            {
                Group = request.Grouping == OrderGrouping.None ? 0 : group == 0 ? group = _lastOid : group,
                IsPositionTrigger = request.Grouping == OrderGrouping.PositionTpsl,
            };
            if (i == 0)
            {
                parent = order;
            }

            _byCloid[leg.Cloid] = order;
            _orders.Add(order);
            order.Parent = isChild ? parent!.Oid : 0;
            results.Add(isChild ? AddChild(order, parent!) : leg.TriggerPrice is not null ? AddTrigger(order) : AddLimit(book, order));
        }

        return SendOutcome.Confirmed(results.MoveToImmutable());
    }

    /// <summary>
    /// Replaces a live order: a new oid, no queue place kept; the client order id may be used again. When the new one is refused the old
    /// one stays.
    /// </summary>
    internal SendOutcome Modify(SimulatedOrder old, OrderLeg leg)
    {
        if (!_live.Contains(old))
        {
            return SendOutcome.Confirmed(new LegResult(LegState.Error, Error: "Cannot modify canceled or filled order"));
        }

        var book = _books[old.Asset];
        _byCloid.Remove(old.Leg.Cloid);
        _live.Remove(old);
        if (Refusal(book, leg, isChild: old.WaitsFor != 0) is { } refusal)
        {
            _byCloid[old.Leg.Cloid] = old;
            _live.Add(old);
            return SendOutcome.Confirmed(new LegResult(LegState.Error, Error: refusal));
        }

        old.Status = "canceled";
        var order = new SimulatedOrder(++_lastOid, old.Asset, leg, NowMs)
        {
            Group = old.Group, IsPositionTrigger = old.IsPositionTrigger, Parent = old.Parent, WaitsFor = old.WaitsFor,
        };
        _byCloid[leg.Cloid] = order;
        _orders.Add(order);
        foreach (var child in _live.Where(o => o.WaitsFor == old.Oid))
        {
            child.WaitsFor = order.Oid;
        }

        if (order.WaitsFor != 0)
        {
            _live.Add(order);
            return SendOutcome.Confirmed(new LegResult(LegState.WaitingForFill, order.Oid));
        }

        var result = leg.TriggerPrice is not null ? AddTrigger(order) : AddLimit(book, order);
        if (order.Status == "filled")
        {
            Wake(order);
        }

        return SendOutcome.Confirmed(result);
    }

    private string? Refusal(SimulatedBook book, OrderLeg leg, bool isChild)
    {
        if (_byCloid.ContainsKey(leg.Cloid))
        {
            return $"Duplicate cloid {leg.Cloid}.";
        }

        if (Refuses?.Invoke(leg) is { } words)
        {
            return words;
        }

        if (book.Instrument.IsDelisted)
        {
            return "Asset is delisted.";
        }

        if (OrderChecks.Numbers(book.Instrument, leg) is { } numbers)
        {
            return numbers;
        }

        var position = _account.Positions.GetValueOrDefault(book.Instrument.Asset)?.SignedSize ?? 0;
        if (leg.ReduceOnly && !isChild && (position == 0 || Math.Sign(position) == leg.Side.Sign()))
        {
            return OrderChecks.ReduceOnly;
        }

        if (leg.TriggerPrice is not null)
        {
            var probe = new SimulatedOrder(0, book.Instrument.Asset, leg, NowMs);
            return probe.IsTriggeredAt(book.Mark) ? OrderChecks.BadTrigger : null;
        }

        return leg.ReduceOnly || HasMarginFor(book, leg.Side, leg.Size, leg.LimitPrice) ? null : OrderChecks.Margin;
    }

    private LegResult AddChild(SimulatedOrder child, SimulatedOrder parent)
    {
        if (parent.Status == "filled" && parent.Remaining == 0)
        {
            _live.Add(child);
            return new LegResult(LegState.WaitingForTrigger, child.Oid);
        }

        if (parent.Status == "open")
        {
            child.WaitsFor = parent.Oid;
            _live.Add(child);
            return new LegResult(LegState.WaitingForFill, child.Oid);
        }

        // The parent ended without being filled whole (an IOC cut short): its children go with it, as the real venue does
        // when a partly filled parent ends. The caller must protect what was filled.
        child.Status = "canceled";
        return new LegResult(LegState.Error, child.Oid, Error: "Parent order ended unfilled.");
    }

    private LegResult AddTrigger(SimulatedOrder order)
    {
        _live.Add(order);
        return new LegResult(order.IsPositionTrigger ? LegState.WaitingForTrigger : LegState.Resting, order.Oid);
    }

    private LegResult AddLimit(SimulatedBook book, SimulatedOrder order)
    {
        var leg = order.Leg;
        var best = leg.Side == Side.Buy ? book.Ask : book.Bid;
        var crosses = (best - leg.LimitPrice) * leg.Side.Sign() <= 0;
        if (leg.TimeInForce == TimeInForce.Alo && crosses)
        {
            order.Status = "badAloPxRejected";
            return new LegResult(LegState.Error, Error: $"Post only order would have immediately matched, bbo was {book.Bid}@{book.Ask}.");
        }

        if (crosses)
        {
            TakeFor(book, order);
        }

        if (order.Remaining == 0)
        {
            return FilledResult(order);
        }

        if (leg.TimeInForce == TimeInForce.Ioc)
        {
            if (order.Filled == 0)
            {
                order.Status = "iocCancelRejected";
                return new LegResult(LegState.Error, Error: OrderChecks.NoMatch);
            }

            order.Status = "canceled";
            return FilledResult(order);
        }

        _live.Add(order);
        return new LegResult(LegState.Resting, order.Oid, order.Filled);
    }

    private LegResult FilledResult(SimulatedOrder order)
    {
        var size = 0m;
        var value = 0m;
        for (var i = _fills.Count - 1; i >= 0 && _fills[i].Oid == order.Oid; i--)
        {
            size += _fills[i].Size;
            value += _fills[i].Size * _fills[i].Price;
        }

        return new LegResult(LegState.Filled, order.Oid, size, size > 0 ? value / size : 0);
    }

    /// <summary>Takes liquidity for an order up to its limit, its reduce-only bound and the account's margin.</summary>
    private void TakeFor(SimulatedBook book, SimulatedOrder order, bool isLiquidation = false)
    {
        var leg = order.Leg;
        var size = Tradable(order);
        var (filled, price) = size > 0 ? book.Take(leg.Side, size, leg.LimitPrice, order.Oid) : default;
        if (filled > 0)
        {
            Execute(book, order, filled, price, isTaker: true, isLiquidation);
        }
    }

    /// <summary>What of an order may still trade: for a reduce-only one no more than the position it closes.</summary>
    private decimal Tradable(SimulatedOrder order)
    {
        if (!order.Leg.ReduceOnly)
        {
            return order.Remaining;
        }

        var position = _account.Positions.GetValueOrDefault(order.Asset)?.SignedSize ?? 0;
        return Math.Sign(position) == -order.Leg.Side.Sign() ? Math.Min(order.Remaining, Math.Abs(position)) : 0;
    }

    private void Execute(SimulatedBook book, SimulatedOrder order, decimal size, decimal price, bool isTaker, bool isLiquidation = false)
    {
        var signed = size * order.Leg.Side.Sign();
        var start = _account.Positions.GetValueOrDefault(order.Asset)?.SignedSize ?? 0;
        var fee = size * price * (isTaker ? _options.TakerFeeBps : _options.MakerFeeBps) / 10_000m;
        fee = decimal.Round(fee, 6);
        var pnl = _account.Trade(book.Instrument, signed, price, fee);
        order.Remaining -= size;
        if (order.Remaining == 0)
        {
            order.Status = "filled";
        }

        _fills.Add(new Fill
        {
            Tid = ++_lastTid,
            Oid = order.Oid,
            Cloid = isLiquidation ? null : order.Leg.Cloid,
            Asset = order.Asset,
            Side = order.Leg.Side,
            Price = price,
            Size = size,
            Fee = fee,
            ClosedPnl = pnl,
            StartPosition = start,
            IsTaker = isTaker,
            TimeMs = NowMs,
            IsLiquidation = isLiquidation,
            Trigger = order.Leg.Trigger,
        });

        if (!_account.Positions.ContainsKey(order.Asset))
        {
            EndPositionTriggers(order.Asset);
        }
    }

    private bool HasMarginFor(SimulatedBook book, Side side, decimal size, decimal price)
    {
        var position = _account.Positions.GetValueOrDefault(book.Instrument.Asset);
        var held = position?.SignedSize ?? 0;
        var opening = Math.Sign(held) == -side.Sign() ? Math.Max(0, size - Math.Abs(held)) : size;
        if (opening == 0)
        {
            return true;
        }

        var leverage = position?.Leverage ?? _account.LeverageOf(book.Instrument).Leverage;
        var free = _account.CrossValue(_mark) - _account.CrossMarginUsed(_mark);
        var worst = side == Side.Buy ? Math.Min(price, book.Ask) : Math.Max(price, book.Bid);
        return MarginMath.Initial(opening * worst, leverage) + (opening * worst * _options.TakerFeeBps / 10_000m) <= free;
    }

    private void End(SimulatedOrder order, string status)
    {
        order.Status = status;
        _live.Remove(order);
    }

    private void EndChildren(long parentOid, string status)
    {
        for (var i = _live.Count - 1; i >= 0; i--)
        {
            if (_live[i].WaitsFor == parentOid)
            {
                End(_live[i], status);
            }
        }
    }

    private void EndSiblings(SimulatedOrder filled)
    {
        for (var i = _live.Count - 1; filled.Group != 0 && i >= 0; i--)
        {
            if (_live[i].Group == filled.Group && _live[i] != filled)
            {
                End(_live[i], "siblingFilledCanceled");
            }
        }
    }

    private void EndPositionTriggers(string asset)
    {
        for (var i = _live.Count - 1; i >= 0; i--)
        {
            if (_live[i].IsPositionTrigger && _live[i].Asset == asset && _live[i].Status == "open")
            {
                End(_live[i], "reduceOnlyCanceled");
            }
        }
    }
}
