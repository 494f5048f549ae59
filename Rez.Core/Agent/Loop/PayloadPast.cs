using System.Text.Json;
using Rez.Core.Agent.Prompts;
using Rez.Core.Trading;

namespace Rez.Core.Agent.Loop;

/// <summary>What was decided before and what came of it: numbers, oldest first, so that the text before the newest stays the same from cycle to cycle.</summary>
internal static class PayloadPast
{
    private const int WordsCharacters = 300;

    public static void Write(Utf8JsonWriter j, Recall past, PayloadDetail detail)
    {
        if (past.Reflection is { } reflection)
        {
            j.WriteStartObject("your_reflection"u8);
            j.WriteString("on"u8, reflection.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            j.WriteString("text"u8, reflection.Text);
            j.WriteEndObject();
        }

        j.WriteStartArray("past_decisions"u8);
        foreach (var decision in past.Decisions.Take(detail.Decisions).Reverse())
        {
            Decision(j, decision);
        }

        j.WriteEndArray();
        j.WriteStartArray("recent_fills"u8);
        foreach (var fill in past.Fills.Take(detail.Fills).Reverse())
        {
            Fill(j, fill);
        }

        j.WriteEndArray();
    }

    public static void Trade(Utf8JsonWriter j, PastTrade t)
    {
        j.WriteString("closed"u8, PayloadNumbers.Time(t.ClosedMs));
        j.WriteString("exit_code"u8, t.ExitCode);
        j.WriteString("direction"u8, t.Direction == Direction.Long ? "long" : "short");
        j.WriteNumber("entry"u8, PayloadNumbers.Trim(decimal.Round(t.EntryPrice, 8)));
        j.WriteNumber("exit"u8, PayloadNumbers.Trim(decimal.Round(t.ExitPrice, 8)));
        j.WriteNumber("notional_usd"u8, decimal.Round(t.NotionalUsd, 2));
        j.WriteNumber("net_usd"u8, decimal.Round(t.NetUsd, 2));
        j.WriteNumber("fees_usd"u8, decimal.Round(t.FeesUsd, 2));
        j.WriteNumber("minutes"u8, (t.ClosedMs - t.OpenedMs) / 60_000);
    }

    private static void Decision(Utf8JsonWriter j, PastDecision d)
    {
        j.WriteStartObject();
        j.WriteString("time"u8, PayloadNumbers.Time(d.AtMs));
        j.WriteString("asset"u8, d.Asset);
        j.WriteString("asked"u8, d.Asked);
        j.WriteString("because"u8, Fence.Plain(d.Why, WordsCharacters));
        j.WriteString("gate"u8, d.Gated);

        // The venue's own words may stand in it.
        Fence.Write(j, "done", d.Done, WordsCharacters);
        if (d.Outcome is { } outcome)
        {
            j.WriteStartObject("outcome"u8);
            Trade(j, outcome);
            j.WriteEndObject();
        }

        j.WriteEndObject();
    }

    private static void Fill(Utf8JsonWriter j, PastFill f)
    {
        j.WriteStartObject();
        j.WriteString("time"u8, PayloadNumbers.Time(f.TimeMs));
        j.WriteString("asset"u8, f.Asset);
        j.WriteString("side"u8, f.Side == Side.Buy ? "buy" : "sell");
        j.WriteNumber("price"u8, PayloadNumbers.Trim(f.Price));
        j.WriteNumber("size"u8, PayloadNumbers.Trim(f.Size));
        j.WriteNumber("fee_usd"u8, decimal.Round(f.FeeUsd, 4));
        j.WriteNumber("closed_pnl_usd"u8, decimal.Round(f.ClosedPnlUsd, 2));
        if (f.Trigger is { } trigger)
        {
            j.WriteString("trigger"u8, trigger == TriggerKind.StopLoss ? "stop-loss" : "take-profit");
        }

        if (f.IsLiquidation)
        {
            j.WriteBoolean("liquidation"u8, true);
        }

        j.WriteEndObject();
    }
}
