using System.Globalization;
using System.Net;
using Rez.Core.Agent.Model;
using Rez.Core.Cycle;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Strategies;

namespace Rez.Core.Configuration;

/// <summary>Rules that no single key can check: meanings of texts, and settings that must fit each other.</summary>
internal static class SettingsRules
{
    public static IEnumerable<SettingFault> Check(RezOptions o, Func<string, EffectiveSetting> effective)
    {
        SettingFault Fault(string key, string expectation) => new(key, effective(key).Value, effective(key).Source, expectation);

        foreach (var fault in VenueRules.Check(o, Fault).Concat(RiskRules.Check(o, Fault)))
        {
            yield return fault;
        }

        if (!Interval.TryParse(o.Trading.CycleInterval, out var cycle) || cycle > Interval.D1)
        {
            yield return Fault("Trading:CycleInterval", "a candle interval up to 1d, for example 5m");
        }

        if (o.Trading.Decider != Deciders.Agent && StrategyCatalogue.Find(o.Trading.Decider) is null)
        {
            yield return Fault("Trading:Decider", $"a known decider: {Deciders.Agent}, or a strategy ({string.Join(", ", StrategyCatalogue.All.Select(s => s.Name))})");
        }

        if (!(Uri.TryCreate(o.Model.BaseUrl, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"))
        {
            yield return Fault("Model:BaseUrl", "an http or https address, such as https://openrouter.ai/api/v1");
        }

        if (o.Model.KnowledgeCutoff.Length > 0 && !DateOnly.TryParseExact(o.Model.KnowledgeCutoff, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            yield return Fault("Model:KnowledgeCutoff", "must be a day such as 2025-06-01, or empty");
        }

        if (PriceTable.Parse(o.Model.Prices) is { Ok: false } prices)
        {
            yield return Fault("Model:Prices", prices.Rejection.Message);
        }

        foreach (var asset in o.Trading.Assets.GroupBy(a => a, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            yield return Fault("Trading:Assets", $"each asset once ({asset.Key} is there {asset.Count()} times)");
        }

        if (o.Trading.Mode == TradingMode.Demo && o.Demo.Candles.Length == 0 && o.Trading.Assets.FirstOrDefault(a => DemoInstruments.Find(a) is null) is { } unknown)
        {
            yield return Fault("Trading:Assets",
                $"assets of the generated market ({string.Join(' ', DemoInstruments.Known.Select(k => k.Instrument.Asset))}); it has no {unknown}");
        }

        foreach (var name in o.Market.Intervals.Where(i => !Interval.TryParse(i, out _)))
        {
            yield return Fault("Market:Intervals", $"candle intervals ({string.Join(' ', Interval.All)}); '{name}' is none");
        }

        foreach (var parsed in o.Market.Indicators.Select(IndicatorCatalogue.Parse).Where(p => !p.Ok))
        {
            yield return Fault("Market:Indicators", parsed.Rejection.Message);
        }

        if (o.Trading.Decider == TrendMomentum.StrategyName)
        {
            var missing = TrendMomentum.Needs.Except(o.Market.Indicators, StringComparer.Ordinal)
                .Concat(TrendMomentum.Intervals.Select(i => i.Name).Except(o.Market.Intervals, StringComparer.Ordinal)).ToArray();
            if (missing.Length > 0)
            {
                yield return Fault("Market:Indicators", $"what {TrendMomentum.StrategyName} reads, indicators and intervals: {string.Join(' ', missing)} missing");
            }
        }

        if (o.Trading.Decider != TrendMomentum.StrategyName && StrategyCatalogue.Find(o.Trading.Decider) is { } strategy
            && strategy.Needs(strategy.Read([]).Value).Except(o.Market.Indicators, StringComparer.Ordinal).ToArray() is { Length: > 0 } lacking)
        {
            yield return Fault("Market:Indicators", $"what {strategy.Name} reads: {string.Join(' ', lacking)} missing");
        }

        if (Speed(o.Demo.Speed) is null)
        {
            yield return Fault("Demo:Speed", "a number above 0, or max");
        }

        if (!DateOnly.TryParseExact(o.Demo.Start, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            yield return Fault("Demo:Start", "a date such as 2025-01-01");
        }

        if (o.Alerts.Url.Length > 0 && !(Uri.TryCreate(o.Alerts.Url, UriKind.Absolute, out var alerts) && alerts.Scheme is "http" or "https"))
        {
            yield return Fault("Alerts:Url", "an http or https address, or nothing");
        }

        foreach (var proxy in o.Web.TrustedProxies.Where(p => !IPAddress.TryParse(p, out _) && !IPNetwork.TryParse(p, out _)))
        {
            yield return Fault("Web:TrustedProxies", $"addresses or networks such as 10.0.0.2 or 172.16.0.0/12; '{proxy}' is neither");
        }

        if (!IPAddress.TryParse(o.Web.Bind, out _) && o.Web.Bind != "localhost")
        {
            yield return Fault("Web:Bind", "an IP address, for example 127.0.0.1 or 0.0.0.0");
        }

        if (o.Web.Password.Length is > 0 and < 10)
        {
            yield return Fault("Web:Password", "at least 10 characters, or nothing");
        }

        if (o.Web.ApiToken.Length is > 0 and < 20)
        {
            yield return Fault("Web:ApiToken", "at least 20 characters, or nothing");
        }

        if (o.Risk.ExitSlippageBps < o.Risk.EntrySlippageBps)
        {
            yield return Fault("Risk:ExitSlippageBps", $"at least Risk:EntrySlippageBps ({o.Risk.EntrySlippageBps}): an exit must get out");
        }
    }

    /// <summary>Factor of wall time: infinity for <c>max</c>, null when it is neither.</summary>
    internal static double? Speed(string text) =>
        string.Equals(text, "max", StringComparison.OrdinalIgnoreCase) ? double.PositiveInfinity
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) && speed > 0 && double.IsFinite(speed) ? speed
        : null;
}
