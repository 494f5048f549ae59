using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Agent.Loop;

/// <summary>What the model is told of the account and the market: one JSON text, stable things first, the volatile last, each number as fine as its instrument.</summary>
public static class ContextPayload
{
    public const int Version = 1;

    /// <summary>The payload and its SHA-256 in hex.</summary>
    public static (string Json, string Hash) Build(DecisionContext context, string limits)
    {
        var buffer = new ArrayBufferWriter<byte>(8_192);
        using (var j = new Utf8JsonWriter(buffer))
        {
            j.WriteStartObject();
            j.WriteNumber("payload"u8, Version);
            j.WriteString("risk_limits"u8, limits);
            j.WriteStartArray("instruments"u8);
            foreach (var asset in context.Assets)
            {
                Instrument(j, asset.Instrument);
            }

            j.WriteEndArray();
            j.WriteStartArray("markets"u8);
            foreach (var asset in context.Assets)
            {
                Market(j, asset);
            }

            j.WriteEndArray();
            Account(j, context);
            j.WriteStartArray("notes"u8);
            foreach (var note in context.Notes)
            {
                j.WriteStringValue(note);
            }

            j.WriteEndArray();
            j.WriteString("time"u8, context.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture));
            j.WriteEndObject();
        }

        var bytes = buffer.WrittenSpan;
        return (Encoding.UTF8.GetString(bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    private static void Instrument(Utf8JsonWriter j, Instrument i)
    {
        j.WriteStartObject();
        j.WriteString("asset"u8, i.Asset);
        j.WriteNumber("max_leverage"u8, i.MaxLeverage);
        j.WriteNumber("size_decimals"u8, i.SizeDecimals);
        j.WriteNumber("min_order_usd"u8, i.MinNotional);
        j.WriteEndObject();
    }

    private static void Market(Utf8JsonWriter j, AssetView a)
    {
        j.WriteStartObject();
        j.WriteString("asset"u8, a.Instrument.Asset);
        if (a.Unfit is not null)
        {
            j.WriteString("do_not_open"u8, a.Unfit);
        }

        j.WriteStartObject("indicators"u8);
        foreach (var interval in a.Sheet.Intervals)
        {
            j.WriteStartObject(interval.Interval.Name);
            j.WriteNumber("close"u8, Significant(interval.Close));
            for (var i = 0; i < interval.Layout.Names.Length; i++)
            {
                Series(j, interval, i);
            }

            j.WriteEndObject();
        }

        j.WriteEndObject();
        j.WriteNumber("mark"u8, a.Context.Mark);
        j.WriteNumber("bid"u8, a.Context.Bid);
        j.WriteNumber("ask"u8, a.Context.Ask);
        j.WriteNumber("spread_bps"u8, decimal.Round(a.Context.SpreadBps, 2));
        j.WriteNumber("funding_hourly"u8, a.Context.FundingHourly);
        j.WriteNumber("open_interest"u8, decimal.Round(a.Context.OpenInterest, a.Instrument.SizeDecimals));
        j.WriteEndObject();
    }

    /// <summary>Oldest to newest; what is not warm is left out.</summary>
    private static void Series(Utf8JsonWriter j, IntervalSheet sheet, int output)
    {
        var values = sheet.Values.AsSpan(output * SheetLayout.Depth, SheetLayout.Depth);
        if (double.IsNaN(values[0]))
        {
            return;
        }

        j.WriteStartArray(sheet.Layout.Names[output]);
        for (var i = values.Length - 1; i >= 0; i--)
        {
            if (double.IsFinite(values[i]))
            {
                j.WriteNumberValue(Significant(values[i]));
            }
        }

        j.WriteEndArray();
    }

    private static void Account(Utf8JsonWriter j, DecisionContext c)
    {
        j.WriteStartObject("account"u8);
        j.WriteNumber("equity_usd"u8, decimal.Round(c.Account.Equity, 2));
        j.WriteNumber("available_usd"u8, decimal.Round(c.Account.Available, 2));
        j.WriteNumber("margin_use_percent"u8, c.Account.Equity > 0 ? decimal.Round(c.Account.MarginUsed / c.Account.Equity * 100, 2) : 0);
        j.WriteStartArray("positions"u8);
        foreach (var p in c.Account.Positions)
        {
            var view = c.Assets.FirstOrDefault(a => a.Instrument.Asset == p.Asset);
            j.WriteStartObject();
            j.WriteString("asset"u8, p.Asset);
            j.WriteString("direction"u8, p.Direction == Direction.Long ? "long" : "short");
            j.WriteNumber("size"u8, p.Size);
            j.WriteNumber("notional_usd"u8, decimal.Round(p.Notional, 2));
            j.WriteNumber("leverage"u8, p.Leverage);
            j.WriteNumber("entry"u8, Fine(p.EntryPrice, view?.Instrument));
            j.WriteNumber("mark"u8, Fine(p.MarkPrice, view?.Instrument));
            Optional(j, "stop_loss", view?.Stop);
            Optional(j, "take_profit", view?.Target);
            Optional(j, "liquidation", p.LiquidationPrice is { } l ? Fine(l, view?.Instrument) : null);
            Optional(j, "liquidation_distance_percent", p.LiquidationPrice is { } away ? decimal.Round(Math.Abs(p.MarkPrice - away) / p.MarkPrice * 100, 2) : null);
            j.WriteNumber("open_pnl_usd"u8, decimal.Round(p.UnrealisedPnl, 2));
            j.WriteNumber("funding_paid_usd"u8, decimal.Round(p.FundingSinceOpen, 4));
            Story(j, view);
            j.WriteEndObject();
        }

        j.WriteEndArray();
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
            j.WriteString("opened_because"u8, view.Thesis);
        }

        if (view?.Plan is not { } plan)
        {
            return;
        }

        j.WriteString("exit_plan"u8, plan.Text);
        j.WriteStartArray("invalidations"u8);
        foreach (var i in plan.Invalidations)
        {
            j.WriteStringValue($"{i.Metric} on {i.Interval} {i.Op} {i.Level}");
        }

        j.WriteEndArray();
    }

    private static decimal Fine(decimal price, Instrument? instrument) => instrument is null || price <= 0 ? price : PriceRules.Price(instrument, price, RoundTo.Nearest);

    private static void Optional(Utf8JsonWriter j, string name, decimal? value)
    {
        if (value is { } number)
        {
            j.WriteNumber(name, number);
        }
        else
        {
            j.WriteNull(name);
        }
    }

    /// <summary>Six significant figures, whatever the size: two decimals would be the end of a price below a dollar.</summary>
    private static double Significant(double value)
    {
        if (value == 0)
        {
            return 0;
        }

        var digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }
}
