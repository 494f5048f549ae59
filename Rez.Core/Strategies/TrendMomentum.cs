using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Strategies;

/// <summary>
/// The baseline: trade with the 1 h trend when 5 min momentum agrees.
/// <list type="bullet">
/// <item>Trend (1 h): EMA 20 against EMA 50, close on the trend's side of EMA 20, ADX 14 at least 20.</item>
/// <item>Momentum (5 min): MACD histogram on the trend's side and growing, RSI 14 between 50 and 72 (mirrored for shorts).</item>
/// <item>Entry: all of them. Stop 2 × ATR 14 of 1 h (wide enough that fees stay a small part of the risk), target 2 × the stop's distance. Size risks 1 % of equity at the stop.</item>
/// <item>Exit before stop or target: the 1 h EMAs cross back.</item>
/// </list>
/// </summary>
public sealed class TrendMomentum : IQuietDecider
{
    public const string StrategyName = "trend-momentum";

    /// <summary>Indicators it needs on every interval.</summary>
    public static readonly ImmutableArray<string> Needs = ["ema:20", "ema:50", "rsi:14", "macd:12,26,9", "atr:14", "adx:14", "bollinger:20,2"];

    public static readonly ImmutableArray<Interval> Intervals = [Interval.M5, Interval.H1];

    private const double LeastAdx = 20;
    private const double StopAtrs = 2.0;
    private const decimal RewardToRisk = 2.0m;
    private const decimal RiskShare = 0.01m;

    public string Name => StrategyName;

    public ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var items = ImmutableArray.CreateBuilder<DecisionItem>(context.Assets.Length);
        foreach (var asset in context.Assets)
        {
            items.Add(Decide(asset, context.Account.Equity));
        }

        var summary = string.Join(" ", items.Select(i => $"{i.Asset}: {Words.Of(i.Action)}."));
        return new(new Decision(Name, summary, items.MoveToImmutable()));
    }

    public bool IsQuiet(IndicatorSheet sheet, Direction? held)
    {
        if (sheet.Of(Interval.H1) is not { } hour || sheet.Of(Interval.M5) is not { } five || Reading.Of(hour, five) is not { } r)
        {
            return true;
        }

        return held is { } direction ? r.Trend * direction.Sign() >= 0 : !r.Agrees();
    }

    private static DecisionItem Decide(AssetView asset, decimal equity)
    {
        var hour = asset.Sheet.Of(Interval.H1);
        var five = asset.Sheet.Of(Interval.M5);
        if (hour is null || five is null || Reading.Of(hour, five) is not { } r)
        {
            return Hold(asset, "The indicators are not warmed up yet.");
        }

        if (asset.Position is { } position)
        {
            return Manage(asset, position, r);
        }

        var direction = r.Trend > 0 ? Direction.Long : Direction.Short;
        var missing = r.Missing(direction);
        if (missing.Count > 0)
        {
            return Hold(asset, $"{r.TrendWords()}, but {string.Join(" and ", missing)}.");
        }

        return Open(asset, equity, direction, r);
    }

    private static DecisionItem Manage(AssetView asset, Position position, Reading r)
    {
        var against = r.Trend * position.Direction.Sign() < 0;
        if (against)
        {
            return new DecisionItem
            {
                Asset = asset.Instrument.Asset,
                Action = DecisionAction.Close,
                Confidence = 80,
                Rationale = $"{r.TrendWords()}: the trend the {Words.Of(position.Direction)} was opened with is gone.",
            };
        }

        return Hold(asset, $"{r.TrendWords()}; the {Words.Of(position.Direction)} stays with stop {asset.Stop} and target {asset.Target}.");
    }

    private static DecisionItem Open(AssetView asset, decimal equity, Direction direction, Reading r)
    {
        var name = asset.Instrument.Asset;
        var reference = direction == Direction.Long ? asset.Context.Ask : asset.Context.Bid;
        var distance = PriceRules.FromDouble(r.Atr * StopAtrs);
        if (!distance.Ok || distance.Value <= 0 || distance.Value >= reference / 2)
        {
            return Hold(asset, $"A stop {StopAtrs} ATR away makes no sense at {reference}.");
        }

        var sign = direction.Sign();
        // The stop is rounded away from risk growing unseen: towards the entry.
        var stop = PriceRules.Price(asset.Instrument, reference - (sign * distance.Value), direction == Direction.Long ? RoundTo.Up : RoundTo.Down);
        var target = PriceRules.Price(asset.Instrument, reference + (sign * distance.Value * RewardToRisk), RoundTo.Nearest);
        var size = equity * RiskShare / (distance.Value / reference);
        var confidence = (int)Math.Clamp(55 + (r.Adx - LeastAdx) + (Math.Abs(r.Rsi - 50) / 2), 60, 90);
        return new DecisionItem
        {
            Asset = name,
            Action = direction == Direction.Long ? DecisionAction.OpenLong : DecisionAction.OpenShort,
            SizeUsd = decimal.Round(size, 2),
            Leverage = 5,
            StopLoss = stop,
            TakeProfit = target,
            Confidence = confidence,
            ExitPlan = new ExitPlan(
                $"Out at {stop} or {target}, or when the 1 h EMAs cross back.",
                [new Invalidation("close", "1h", direction == Direction.Long ? "below" : "above", PriceRules.Price(asset.Instrument, (decimal)r.SlowEma, RoundTo.Nearest))]),
            Rationale = $"{r.TrendWords()}, and 5 min momentum agrees: MACD histogram {r.Histogram:+0.###;−0.###} and {(r.Trend > 0 ? "rising" : "falling")}, RSI {r.Rsi:0.0}. "
                + $"Stop 2 ATR away at {stop}, target {target}; the size risks 1 % of equity.",
        };
    }

    private static DecisionItem Hold(AssetView asset, string why) =>
        new() { Asset = asset.Instrument.Asset, Action = DecisionAction.Hold, Rationale = why };

    /// <summary>The numbers the rules look at, all warm.</summary>
    private readonly record struct Reading(double FastEma, double SlowEma, double HourClose, double Adx, double Histogram, double HistogramBefore, double Rsi, double Atr)
    {
        public int Trend => Math.Sign(FastEma - SlowEma);

        public static Reading? Of(IntervalSheet hour, IntervalSheet five)
        {
            var r = new Reading(
                hour["ema:20"], hour["ema:50"], hour.Close, hour["adx:14"],
                five["macd:12,26,9.histogram"], five["macd:12,26,9.histogram", 1], five["rsi:14"], hour["atr:14"]);
            return double.IsNaN(r.FastEma + r.SlowEma + r.Adx + r.Histogram + r.HistogramBefore + r.Rsi + r.Atr) || r.Trend == 0 ? null : r;
        }

        /// <summary>Whether nothing is missing in the trend's direction.</summary>
        public bool Agrees()
        {
            var rsi = Trend > 0 ? Rsi : 100 - Rsi;
            return (HourClose - FastEma) * Trend > 0 && Adx >= LeastAdx && Histogram * Trend > 0 && (Histogram - HistogramBefore) * Trend > 0 && rsi is >= 50 and <= 72;
        }

        public List<string> Missing(Direction direction)
        {
            var sign = direction.Sign();
            var missing = new List<string>();
            if ((HourClose - FastEma) * sign <= 0)
            {
                missing.Add("the 1 h close is on the wrong side of EMA 20");
            }

            if (Adx < LeastAdx)
            {
                missing.Add($"ADX {Adx:0.0} says it is weak");
            }

            if (Histogram * sign <= 0 || (Histogram - HistogramBefore) * sign <= 0)
            {
                missing.Add("5 min MACD does not push that way");
            }

            var rsi = direction == Direction.Long ? Rsi : 100 - Rsi;
            if (rsi is < 50 or > 72)
            {
                missing.Add($"RSI {Rsi:0.0} is {(rsi < 50 ? "against it" : "stretched")}");
            }

            return missing;
        }

        /// <summary>Six significant figures: enough to tell two averages apart.</summary>
        private static string Rounded(double value) => value.ToString(value >= 1_000 ? "0" : value >= 10 ? "0.00" : "0.0000");

        public string TrendWords() => $"1 h trend {(Trend > 0 ? "up" : "down")} (EMA 20 {Rounded(FastEma)} {(Trend > 0 ? ">" : "<")} EMA 50 {Rounded(SlowEma)}, ADX {Adx:0.0})";
    }
}
