using System.Globalization;
using Rez.Core.Agent;
using Rez.Core.Indicators;

namespace Rez.Core.Backtest.Checks;

/// <summary>Everything a decision was made on and what it was, by name.</summary>
public sealed record Sight(DateTimeOffset At, IReadOnlyDictionary<string, string> Values);

/// <summary>Stands between the cycle and a decider and writes down what that one sees and says. It makes every cycle run: nothing is passed over.</summary>
internal sealed class Witness(IDecider inner) : IDecider
{
    private readonly Dictionary<long, Sight> _sights = [];

    public string Name => inner.Name;

    public bool WantsBackground => inner.WantsBackground;

    /// <summary>By the time of the decision, Unix ms.</summary>
    public IReadOnlyDictionary<long, Sight> Sights => _sights;

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var decided = await inner.DecideAsync(context, cancel);
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var asset in context.Assets)
        {
            See(asset, values);
        }

        foreach (var item in decided.Ok ? decided.Value.Items : [])
        {
            values[$"{item.Asset} decision"] = string.Create(CultureInfo.InvariantCulture, $"{item.Action} {item.SizeUsd} at {item.Leverage}x stop {item.StopLoss} target {item.TakeProfit}");
        }

        _sights[context.At.ToUnixTimeMilliseconds()] = new Sight(context.At, values);
        return decided;
    }

    private static void See(AssetView asset, SortedDictionary<string, string> values)
    {
        var name = asset.Instrument.Asset;
        values[$"{name} mark"] = asset.Context.Mark.ToString(CultureInfo.InvariantCulture);
        values[$"{name} funding"] = asset.Context.FundingHourly.ToString(CultureInfo.InvariantCulture);
        values[$"{name} position"] = (asset.Position?.SignedSize ?? 0).ToString(CultureInfo.InvariantCulture);
        foreach (var bars in asset.Sheet.Intervals)
        {
            values[$"{name} {bars.Interval} close"] = bars.Close.ToString("R", CultureInfo.InvariantCulture);
            for (var i = 0; i < bars.Layout.Names.Length; i++)
            {
                values[$"{name} {bars.Interval} {bars.Layout.Names[i]}"] = bars.Values[i * SheetLayout.Depth].ToString("R", CultureInfo.InvariantCulture);
            }
        }
    }
}
