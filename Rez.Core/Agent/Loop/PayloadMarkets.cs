using System.Text.Json;
using Rez.Core.Indicators;

namespace Rez.Core.Agent.Loop;

/// <summary>An asset's part of the payload.</summary>
internal static class PayloadMarkets
{
    public static void Write(Utf8JsonWriter j, AssetView a, PayloadDetail detail)
    {
        j.WriteStartObject();
        j.WriteString("asset"u8, a.Instrument.Asset);
        if (a.Unfit is not null)
        {
            j.WriteString("do_not_open"u8, a.Unfit);
        }

        if (!detail.OnlyHeld || a.Position is not null)
        {
            j.WriteStartObject("indicators"u8);
            foreach (var interval in a.Sheet.Intervals)
            {
                j.WriteStartObject(interval.Interval.Name);
                j.WriteNumber("close"u8, PayloadNumbers.Significant(interval.Close));
                for (var i = 0; i < interval.Layout.Names.Length; i++)
                {
                    Series(j, interval, i, detail.Series);
                }

                j.WriteEndObject();
            }

            j.WriteEndObject();
        }

        j.WriteNumber("mark"u8, a.Context.Mark);
        j.WriteNumber("oracle"u8, PayloadNumbers.Trim(a.Context.Oracle));
        j.WriteNumber("bid"u8, a.Context.Bid);
        j.WriteNumber("ask"u8, a.Context.Ask);
        j.WriteNumber("spread_bps"u8, decimal.Round(a.Context.SpreadBps, 2));
        j.WriteNumber("open_interest"u8, decimal.Round(a.Context.OpenInterest, a.Instrument.SizeDecimals));
        j.WriteNumber("day_volume_usd"u8, decimal.Round(a.Context.DayVolumeUsd, 0));
        j.WriteNumber("funding_hourly"u8, PayloadNumbers.Trim(a.Context.FundingHourly));
        if (a.Background is { } background)
        {
            Background(j, background, detail);
        }

        j.WriteEndObject();
    }

    private static void Background(Utf8JsonWriter j, AssetBackground b, PayloadDetail detail)
    {
        if (!b.Funding.IsEmpty)
        {
            j.WriteNumber("funding_sum_percent"u8, Math.Round(b.Funding.Sum(f => f.Rate) * 100, 5));
            j.WriteNumber("funding_hours"u8, b.Funding.Length);
            if (detail.Funding)
            {
                j.WriteStartArray("funding_history"u8);
                foreach (var rate in b.Funding)
                {
                    j.WriteNumberValue(PayloadNumbers.Significant(Math.Round(rate.Rate, 9)));
                }

                j.WriteEndArray();
            }
        }

        if (b.OpenInterestChangePercent is { } change)
        {
            j.WriteNumber("open_interest_change_percent"u8, decimal.Round(change, 3));
            j.WriteNumber("open_interest_change_hours"u8, decimal.Round(b.OpenInterestHours, 2));
        }

        if (b.VolumeRatio is { } ratio && double.IsFinite(ratio))
        {
            j.WriteNumber("volume_ratio"u8, Math.Round(ratio, 3));
        }
    }

    /// <summary>Oldest to newest; what is not warm is left out.</summary>
    private static void Series(Utf8JsonWriter j, IntervalSheet sheet, int output, int depth)
    {
        var values = sheet.Values.AsSpan(output * SheetLayout.Depth, Math.Min(depth, SheetLayout.Depth));
        if (double.IsNaN(values[0]))
        {
            return;
        }

        j.WriteStartArray(sheet.Layout.Names[output]);
        for (var i = values.Length - 1; i >= 0; i--)
        {
            if (double.IsFinite(values[i]))
            {
                j.WriteNumberValue(PayloadNumbers.Significant(values[i]));
            }
        }

        j.WriteEndArray();
    }
}
