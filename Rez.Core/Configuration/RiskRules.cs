using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Core.Configuration;

/// <summary>Limits that must fit each other: a guard that acts before its limit, or a warning behind it, is a mistake somebody made.</summary>
internal static class RiskRules
{
    public static IEnumerable<SettingFault> Check(RezOptions o, Func<string, string, SettingFault> fault)
    {
        var (r, p, e) = (o.Risk, o.Protection, o.Exits);
        (bool Holds, string Key, string Expectation)[] rules =
        [
            (r.WarnMaintenanceUse <= r.MaxMaintenanceUse, "Risk:WarnMaintenanceUse", $"at most Risk:MaxMaintenanceUse ({r.MaxMaintenanceUse})"),
            (r.WarnLiquidationDistance >= r.MinLiquidationDistance, "Risk:WarnLiquidationDistance", $"at least Risk:MinLiquidationDistance ({r.MinLiquidationDistance})"),
            (r.MinStopAtr < r.MaxStopAtr, "Risk:MinStopAtr", $"below Risk:MaxStopAtr ({r.MaxStopAtr})"),
            (r.MaxAssetLeverage <= r.MaxEffectiveLeverage, "Risk:MaxAssetLeverage", $"at most Risk:MaxEffectiveLeverage ({r.MaxEffectiveLeverage}): one asset is part of all"),
            (Interval.TryParse(r.AtrInterval, out _), "Risk:AtrInterval", "a candle interval, for example 1h"),
            (p.PauseAtMarginUse == 0 || p.ReduceAtMarginUse == 0 || p.PauseAtMarginUse <= p.ReduceAtMarginUse, "Protection:PauseAtMarginUse", $"at most Protection:ReduceAtMarginUse ({p.ReduceAtMarginUse})"),
            (p.DailyLoss == 0 || p.WeeklyLoss == 0 || p.DailyLoss <= p.WeeklyLoss, "Protection:DailyLoss", $"at most Protection:WeeklyLoss ({p.WeeklyLoss})"),
            (e.ReduceEffectiveLeverage == 0 || e.ReduceEffectiveLeverage >= r.MaxEffectiveLeverage, "Exits:ReduceEffectiveLeverage", $"at least Risk:MaxEffectiveLeverage ({r.MaxEffectiveLeverage}), or what is opened is reduced at once"),
            (e.ReduceAssetLeverage == 0 || e.ReduceAssetLeverage >= r.MaxAssetLeverage, "Exits:ReduceAssetLeverage", $"at least Risk:MaxAssetLeverage ({r.MaxAssetLeverage}), or what is opened is reduced at once"),
            (e.FlattenDrawdown == 0 || p.MaxDrawdown == 0 || e.FlattenDrawdown >= p.MaxDrawdown, "Exits:FlattenDrawdown", $"at least Protection:MaxDrawdown ({p.MaxDrawdown}): halting comes before closing"),
            (e.MaxHoldHours == 0 || e.MinHoldMinutes <= e.MaxHoldHours * 60, "Exits:MinHoldMinutes", $"at most Exits:MaxHoldHours ({e.MaxHoldHours} h)"),
            (e.FairValue.Length == 0 || o.Market.Indicators.Any(i => IndicatorCatalogue.Parse(i) is { Ok: true } spec && new SheetLayout([spec.Value]).Names.Contains(e.FairValue)), "Exits:FairValue", "an output of one of Market:Indicators, such as ema:20, or nothing"),
        ];
        return rules.Where(rule => !rule.Holds).Select(rule => fault(rule.Key, rule.Expectation));
    }
}
