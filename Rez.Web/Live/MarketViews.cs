using Microsoft.EntityFrameworkCore;
using Rez.Core;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Session;

namespace Rez.Web.Live;

/// <summary>A bar as the chart takes it: open time in seconds.</summary>
public sealed record BarView(long Time, double Open, double High, double Low, double Close, double Volume);

/// <summary>A fill on the chart, at its bar.</summary>
public sealed record MarkerView(long Time, bool IsEntry, bool IsLong, string Text, string? CycleId);

/// <param name="Kind">entry, stop, target or liquidation.</param>
public sealed record LineView(double Price, string Title, string Kind);

public sealed record PointView(long Time, double Value);

/// <param name="Pane">0 beside the price, 1 and more in a pane of its own.</param>
public sealed record SeriesView(string Name, int Pane, IReadOnlyList<PointView> Points);

/// <summary>What a price chart shows.</summary>
public sealed record MarketView(IReadOnlyList<BarView> Bars, IReadOnlyList<MarkerView> Markers, IReadOnlyList<SeriesView> Indicators, int Decimals);

/// <summary>Candles of an asset with what the account did on them.</summary>
public sealed class MarketViews(Views views, ITradingSession session)
{
    public const int Bars = 500;

    /// <summary>Bars before the first one shown, so that indicators are warm there.</summary>
    private const int WarmUp = 200;

    /// <summary>Intervals that can be shown.</summary>
    public IReadOnlyList<Interval> Intervals => [.. Interval.All.Where(i => i <= Interval.D1 && (i == session.Market.BaseInterval || i.IsBuiltFrom(session.Market.BaseInterval)))];

    public async Task<Outcome<MarketView>> ReadAsync(string asset, Interval interval, IReadOnlyList<IndicatorSpec> specs, CancellationToken cancel)
    {
        var nowMs = session.Now.ToUnixTimeMilliseconds();
        var to = interval.OpenOf(nowMs);
        var read = await session.Market.CandlesAsync(asset, session.Market.BaseInterval, to - ((Bars + WarmUp) * interval.Milliseconds), to, cancel);
        if (!read.Ok)
        {
            return read.Rejection;
        }

        var candles = CandleAggregator.Whole(read.Value, session.Market.BaseInterval, interval);
        var shown = candles.TakeLast(Bars).ToArray();
        if (shown.Length == 0)
        {
            return new Rejection("no-candles", $"No {interval} candle of {asset} has closed yet.");
        }

        var first = shown[0].OpenTimeMs;
        await using var db = views.Open();
        var fills = await db.Fills.Where(f => f.Asset == asset && f.TimeMs >= first).OrderBy(f => f.TimeMs).ToListAsync(cancel);
        var markers = fills.Select(f => new MarkerView(
            interval.OpenOf(f.TimeMs) / 1000, f.ClosedPnl == 0, f.Side == "Buy" == (f.ClosedPnl == 0),
            f.ClosedPnl == 0 ? $"{(f.Side == "Buy" ? "long" : "short")}" : $"{(f.ClosedPnl > 0 ? "+" : "−")}{Math.Abs(f.ClosedPnl):0.##}", f.CycleId)).Where(m => m.Time <= shown[^1].OpenTimeMs / 1000);
        var instruments = await session.Market.InstrumentsAsync(cancel);
        var instrument = instruments.Ok ? instruments.Value.FirstOrDefault(i => i.Asset == asset) : null;
        var tick = instrument is null ? 0.01m : PriceRules.TickAt(instrument, (decimal)shown[^1].Close);
        return new MarketView(
            [.. shown.Select(c => new BarView(c.OpenTimeMs / 1000, c.Open, c.High, c.Low, c.Close, c.Volume))], [.. markers], [.. Indicators(candles, first, specs)], (int)Math.Round(-Math.Log10((double)tick)));
    }

    private static IEnumerable<SeriesView> Indicators(List<Candle> candles, long firstMs, IReadOnlyList<IndicatorSpec> specs)
    {
        var pane = 1;
        foreach (var spec in specs)
        {
            var indicator = spec.Create();
            var outputs = spec.Definition.Outputs.Select(_ => new List<PointView>()).ToArray();
            foreach (var candle in candles)
            {
                indicator.Update(candle);
                for (var o = 0; o < outputs.Length; o++)
                {
                    if (candle.OpenTimeMs >= firstMs && double.IsFinite(indicator[o]))
                    {
                        outputs[o].Add(new PointView(candle.OpenTimeMs / 1000, indicator[o]));
                    }
                }
            }

            // What lies near the price belongs to it; everything else gets a pane of its own.
            var beside = false;
            for (var o = 0; o < outputs.Length; o++)
            {
                if (outputs[o].Count == 0)
                {
                    continue;
                }

                var isPrice = outputs[o][^1].Value / candles[^1].Close is > 0.5 and < 2;
                beside |= !isPrice;
                yield return new SeriesView(o == 0 ? spec.ToString() : $"{spec}.{spec.Definition.Outputs[o]}", isPrice ? 0 : pane, outputs[o]);
            }

            pane += beside ? 1 : 0;
        }
    }
}
