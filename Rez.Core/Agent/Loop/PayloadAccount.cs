using System.Text.Json;
using Rez.Core.Agent.Prompts;
using Rez.Core.Trading;

namespace Rez.Core.Agent.Loop;

/// <summary>The account's part of the payload: what there is, how it is protected, what may still be done.</summary>
internal static class PayloadAccount
{
    private const int ThesisCharacters = 600;

    public static void Write(Utf8JsonWriter j, DecisionContext c)
    {
        j.WriteStartObject("account"u8);
        j.WriteNumber("equity_usd"u8, decimal.Round(c.Account.Equity, 2));
        j.WriteNumber("available_usd"u8, decimal.Round(c.Account.Available, 2));
        j.WriteNumber("margin_use_percent"u8, c.Account.Equity > 0 ? decimal.Round(c.Account.MarginUsed / c.Account.Equity * 100, 2) : 0);
        if (c.Past.Record is { } record)
        {
            Record(j, record);
        }

        j.WriteStartArray("limits_left"u8);
        foreach (var limit in c.Limits)
        {
            j.WriteStringValue($"{limit.Name}: {PayloadNumbers.Plain(decimal.Round(limit.Left, 4))} of {PayloadNumbers.Plain(limit.Limit)} {limit.Unit} left");
        }

        j.WriteEndArray();
        j.WriteStartArray("positions"u8);
        foreach (var p in c.Account.Positions)
        {
            Position(j, p, c.Assets.FirstOrDefault(a => a.Instrument.Asset == p.Asset));
        }

        j.WriteEndArray();
        j.WriteStartArray("open_orders"u8);
        foreach (var o in c.Orders)
        {
            Order(j, o);
        }

        j.WriteEndArray();
        j.WriteEndObject();
    }

    private static void Record(Utf8JsonWriter j, TrackRecord r)
    {
        j.WriteNumber("return_percent"u8, decimal.Round(r.ReturnPercent, 3));
        j.WriteNumber("drawdown_percent"u8, decimal.Round(r.DrawdownPercent, 3));
        j.WriteNumber("max_drawdown_percent"u8, decimal.Round(r.MaxDrawdownPercent, 3));
        if (r.Sharpe is { } sharpe)
        {
            j.WriteNumber("sharpe"u8, Math.Round(sharpe, 3));
        }

        j.WriteNumber("days"u8, r.Days);
        j.WriteNumber("closed_trades"u8, r.Trades);
        PayloadNumbers.Optional(j, "win_rate_percent", r.WinRatePercent is { } rate ? decimal.Round(rate, 1) : null);
        j.WriteNumber("net_usd"u8, decimal.Round(r.NetUsd, 2));
        j.WriteNumber("fees_usd"u8, decimal.Round(r.FeesUsd, 2));
        j.WriteNumber("funding_paid_usd"u8, decimal.Round(r.FundingUsd, 2));
    }

    private static void Position(Utf8JsonWriter j, Position p, AssetView? view)
    {
        j.WriteStartObject();
        j.WriteString("asset"u8, p.Asset);
        j.WriteString("direction"u8, p.Direction == Direction.Long ? "long" : "short");
        j.WriteNumber("size"u8, PayloadNumbers.Trim(p.Size));
        j.WriteNumber("notional_usd"u8, decimal.Round(p.Notional, 2));
        j.WriteNumber("leverage"u8, p.Leverage);
        j.WriteNumber("entry"u8, PayloadNumbers.Price(p.EntryPrice, view?.Instrument));
        j.WriteNumber("mark"u8, PayloadNumbers.Price(p.MarkPrice, view?.Instrument));
        PayloadNumbers.Optional(j, "stop_loss", view?.Stop);
        PayloadNumbers.Optional(j, "take_profit", view?.Target);
        PayloadNumbers.Optional(j, "liquidation", p.LiquidationPrice is { } l ? PayloadNumbers.Price(l, view?.Instrument) : null);
        PayloadNumbers.Optional(j, "liquidation_distance_percent", p.LiquidationPrice is { } away ? decimal.Round(Math.Abs(p.MarkPrice - away) / p.MarkPrice * 100, 2) : null);
        j.WriteNumber("open_pnl_usd"u8, decimal.Round(p.UnrealisedPnl, 2));
        j.WriteNumber("funding_paid_usd"u8, decimal.Round(p.FundingSinceOpen, 4));
        Story(j, view);
        j.WriteEndObject();
    }

    /// <summary>The position's own idea, so that it is judged by it and not by today's mood.</summary>
    private static void Story(Utf8JsonWriter j, AssetView? view)
    {
        if (view?.Held is { } held)
        {
            j.WriteNumber("held_minutes"u8, (long)held.TotalMinutes);
        }

        if (!string.IsNullOrEmpty(view?.Thesis))
        {
            j.WriteString("opened_because"u8, Fence.Plain(view.Thesis, ThesisCharacters));
        }

        if (view?.Plan is not { } plan)
        {
            return;
        }

        j.WriteString("exit_plan"u8, Fence.Plain(plan.Text, ThesisCharacters));
        j.WriteStartArray("invalidations"u8);
        foreach (var i in plan.Invalidations)
        {
            j.WriteStringValue($"{i.Metric} on {i.Interval} {i.Op} {PayloadNumbers.Plain(i.Level)}");
        }

        j.WriteEndArray();
    }

    private static void Order(Utf8JsonWriter j, OpenOrder o)
    {
        j.WriteStartObject();
        j.WriteString("asset"u8, o.Asset);
        j.WriteString("side"u8, o.Side == Side.Buy ? "buy" : "sell");
        j.WriteNumber("size"u8, PayloadNumbers.Trim(o.Size));
        j.WriteString("kind"u8, o.Trigger switch { TriggerKind.StopLoss => "stop-loss", TriggerKind.TakeProfit => "take-profit", _ => "limit" });
        j.WriteNumber("price"u8, PayloadNumbers.Trim(o.TriggerPrice ?? o.LimitPrice));
        j.WriteBoolean("reduce_only"u8, o.ReduceOnly);
        j.WriteEndObject();
    }
}
