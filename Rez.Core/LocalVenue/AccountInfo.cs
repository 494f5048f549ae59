using System.Text.Json;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.LocalVenue;

/// <summary>An account in the venue's shapes (protocol §1.2); the socket writes the same ones.</summary>
internal sealed class AccountInfo(LocalExchange exchange)
{
    private static readonly AccountState Empty = new(DateTimeOffset.UnixEpoch, 0, 0, 0, 0, []);

    public void State(Utf8JsonWriter j, LocalAccount? account)
    {
        var state = account?.Venue.Account() ?? Empty;
        var cross = state.Positions.Where(p => p.IsCross).ToArray();
        var crossValue = account?.Venue.CrossValue ?? 0;
        j.WriteStartObject();
        Summary(j, "marginSummary", state.Equity, state.Positions.Sum(p => p.Notional), state.Equity - state.Positions.Sum(p => p.SignedSize * p.MarkPrice), state.MarginUsed);
        Summary(j, "crossMarginSummary", crossValue, cross.Sum(p => p.Notional), crossValue - cross.Sum(p => p.SignedSize * p.MarkPrice), cross.Sum(p => p.MarginUsed));
        j.Number("crossMaintenanceMarginUsed", Six(account?.Venue.CrossMaintenance ?? 0));
        j.Number("withdrawable", Six(account?.Venue.Free ?? 0));
        j.WriteStartArray("assetPositions"u8);
        foreach (var p in state.Positions)
        {
            Position(j, p);
        }

        j.WriteEndArray();
        j.WriteNumber("time"u8, exchange.NowMs);
        j.WriteEndObject();
    }

    public void OpenOrders(Utf8JsonWriter j, LocalAccount? account, bool frontend)
    {
        j.WriteStartArray();
        foreach (var order in account?.Venue.Live ?? [])
        {
            // Waiting children are rows of their own only in the front end's list.
            if (frontend || (order.WaitsFor == 0 && !order.IsTrigger))
            {
                Order(j, account!, order, frontend);
            }
        }

        j.WriteEndArray();
    }

    /// <param name="full">With the front end's fields: trigger, type, children.</param>
    public void Order(Utf8JsonWriter j, LocalAccount account, SimulatedOrder o, bool full)
    {
        j.WriteStartObject();
        j.WriteString("coin"u8, o.Asset);
        j.WriteString("side"u8, o.Leg.Side == Side.Buy ? "B"u8 : "A"u8);
        j.Number("limitPx", o.Leg.LimitPrice);
        j.Number("sz", o.Remaining);
        j.WriteNumber("oid"u8, o.Oid);
        j.WriteNumber("timestamp"u8, o.TimeMs);
        j.Number("origSz", o.Leg.Size);
        var named = account.IsNamed(o.Leg.Cloid);
        if (full)
        {
            j.WriteBoolean("reduceOnly"u8, o.Leg.ReduceOnly);
            j.WriteString("orderType"u8, TypeOf(o));
            j.WriteBoolean("isTrigger"u8, o.IsTrigger);
            j.Number("triggerPx", o.Leg.TriggerPrice ?? 0);
            j.WriteString("triggerCondition"u8, ConditionOf(o));
            j.WriteBoolean("isPositionTpsl"u8, o.IsPositionTrigger);
            if (o.IsTrigger)
            {
                j.WriteNull("tif"u8);
            }
            else
            {
                j.WriteString("tif"u8, o.Leg.TimeInForce.ToString());
            }

            j.WriteStartArray("children"u8);
            foreach (var child in account.Venue.Live.Where(c => c.WaitsFor == o.Oid))
            {
                Order(j, account, child, full: true);
            }

            j.WriteEndArray();
            if (!named)
            {
                j.WriteNull("cloid"u8);
            }
        }
        else if (o.Leg.ReduceOnly)
        {
            j.WriteBoolean("reduceOnly"u8, true);
        }

        if (named)
        {
            j.WriteString("cloid"u8, o.Leg.Cloid.Value);
        }

        j.WriteEndObject();
    }

    /// <summary>An order with where it stands, as in <c>historicalOrders</c>.</summary>
    public void Standing(Utf8JsonWriter j, LocalAccount account, SimulatedOrder o)
    {
        j.WriteStartObject();
        j.WritePropertyName("order"u8);
        Order(j, account, o, full: true);
        j.WriteString("status"u8, o.Status);
        j.WriteNumber("statusTimestamp"u8, account.StandingOf(o).SinceMs);
        j.WriteEndObject();
    }

    public void Status(Utf8JsonWriter j, LocalAccount? account, SimulatedOrder? o)
    {
        j.WriteStartObject();
        if (account is null || o is null)
        {
            j.WriteString("status"u8, "unknownOid"u8);
        }
        else
        {
            j.WriteString("status"u8, "order"u8);
            j.WritePropertyName("order"u8);
            Standing(j, account, o);
        }

        j.WriteEndObject();
    }

    public void Fills(Utf8JsonWriter j, LocalAccount account, IEnumerable<Fill> fills)
    {
        j.WriteStartArray();
        foreach (var f in fills)
        {
            Fill(j, account, f);
        }

        j.WriteEndArray();
    }

    public void Funding(Utf8JsonWriter j, IEnumerable<FundingPayment> payments, bool nested)
    {
        j.WriteStartArray();
        foreach (var p in payments)
        {
            j.WriteStartObject();
            j.WriteNumber("time"u8, p.TimeMs);
            if (nested)
            {
                j.WriteString("hash"u8, MarketInfo.NoHash);
                j.WriteStartObject("delta"u8);
                j.WriteString("type"u8, "funding"u8);
            }

            j.WriteString("coin"u8, p.Asset);
            j.Number("usdc", -p.Usd);
            j.Number("szi", p.SignedSize);
            j.Number("fundingRate", p.Rate);
            j.WriteNull("nSamples"u8);
            if (nested)
            {
                j.WriteEndObject();
            }

            j.WriteEndObject();
        }

        j.WriteEndArray();
    }

    private static void Summary(Utf8JsonWriter j, string name, decimal value, decimal notional, decimal raw, decimal used)
    {
        j.WriteStartObject(name);
        j.Number("accountValue", Six(value));
        j.Number("totalNtlPos", Six(notional));
        j.Number("totalRawUsd", Six(raw));
        j.Number("totalMarginUsed", Six(used));
        j.WriteEndObject();
    }

    private void Position(Utf8JsonWriter j, Position p)
    {
        j.WriteStartObject();
        j.WriteString("type"u8, "oneWay"u8);
        j.WriteStartObject("position"u8);
        j.WriteString("coin"u8, p.Asset);
        j.Number("szi", p.SignedSize);
        j.WriteStartObject("leverage"u8);
        j.WriteString("type"u8, p.IsCross ? "cross"u8 : "isolated"u8);
        j.WriteNumber("value"u8, p.Leverage);
        if (!p.IsCross)
        {
            j.Number("rawUsd", Six(p.MarginUsed - (p.SignedSize * p.MarkPrice)));
        }

        j.WriteEndObject();
        j.Number("entryPx", decimal.Round(p.EntryPrice, 8));
        j.Number("positionValue", Six(p.Notional));
        j.Number("unrealizedPnl", Six(p.UnrealisedPnl));
        j.Number("returnOnEquity", p.MarginUsed == 0 ? 0 : decimal.Round(p.UnrealisedPnl / p.MarginUsed, 10));
        j.NumberOrNull("liquidationPx", p.LiquidationPrice is { } liquidation ? decimal.Round(liquidation, 10) : null);
        j.Number("marginUsed", Six(p.MarginUsed));
        j.WriteNumber("maxLeverage"u8, exchange.Market.Instruments[exchange.Market.IndexOf(p.Asset)].MaxLeverage);
        j.WriteStartObject("cumFunding"u8);
        j.Number("allTime", p.FundingSinceOpen);
        j.Number("sinceOpen", p.FundingSinceOpen);
        j.Number("sinceChange", p.FundingSinceOpen);
        j.WriteEndObject();
        j.WriteEndObject();
        j.WriteEndObject();
    }

    private static void Fill(Utf8JsonWriter j, LocalAccount account, Fill f)
    {
        j.WriteStartObject();
        j.WriteString("coin"u8, f.Asset);
        j.Number("px", f.Price);
        j.Number("sz", f.Size);
        j.WriteString("side"u8, f.Side == Side.Buy ? "B"u8 : "A"u8);
        j.WriteNumber("time"u8, f.TimeMs);
        j.Number("startPosition", f.StartPosition);
        j.WriteString("dir"u8, DirectionOf(f));
        j.Number("closedPnl", Six(f.ClosedPnl));
        j.WriteString("hash"u8, MarketInfo.NoHash);
        j.WriteNumber("oid"u8, f.Oid);
        j.WriteBoolean("crossed"u8, f.IsTaker);
        j.Number("fee", f.Fee);
        j.WriteNumber("tid"u8, f.Tid);
        if (f.Cloid is { } cloid && account.IsNamed(cloid))
        {
            j.WriteString("cloid"u8, cloid.Value);
        }

        if (f.IsLiquidation)
        {
            j.WriteStartObject("liquidation"u8);
            j.WriteString("liquidatedUser"u8, account.Address.Text);
            j.Number("markPx", f.Price);
            j.WriteString("method"u8, f.Fee == 0 ? "backstop"u8 : "market"u8);
            j.WriteEndObject();
        }

        j.WriteString("feeToken"u8, "USDC"u8);
        j.WriteNull("twapId"u8);
        j.WriteEndObject();
    }

    private static string DirectionOf(Fill f)
    {
        var after = f.StartPosition + (f.Size * f.Side.Sign());
        return f.StartPosition == 0 || Math.Sign(f.StartPosition) == f.Side.Sign() ? f.Side == Side.Buy ? "Open Long" : "Open Short"
            : after == 0 || Math.Sign(after) == Math.Sign(f.StartPosition) ? f.StartPosition > 0 ? "Close Long" : "Close Short"
            : f.StartPosition > 0 ? "Long > Short" : "Short > Long";
    }

    private static string TypeOf(SimulatedOrder o) => !o.IsTrigger ? "Limit"
        : (o.Leg.Trigger == TriggerKind.StopLoss ? "Stop " : "Take Profit ") + (o.Leg.IsMarketTrigger ? "Market" : "Limit");

    private static string ConditionOf(SimulatedOrder o)
    {
        if (o.Leg.TriggerPrice is not { } trigger)
        {
            return "N/A";
        }

        var below = (o.Leg.Trigger == TriggerKind.StopLoss) == (o.Leg.Side == Side.Sell);
        return $"Price {(below ? "below" : "above")} {trigger.ToString("0.########", System.Globalization.CultureInfo.InvariantCulture)}";
    }

    private static decimal Six(decimal value) => decimal.Round(value, 6);
}
