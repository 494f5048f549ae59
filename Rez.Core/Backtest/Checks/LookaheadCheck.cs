using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Market;
using Rez.Core.Session;

namespace Rez.Core.Backtest.Checks;

/// <summary>A value that was another one when the data ended at the moment of the decision: something of it came from later.</summary>
/// <param name="Whole">With all data there.</param>
/// <param name="Cut">With the data cut off at <paramref name="At"/>.</param>
public sealed record Leak(string Name, DateTimeOffset At, string Whole, string Cut);

/// <param name="Moments">Decisions that were looked at.</param>
/// <param name="Values">Values that were compared.</param>
public sealed record LookaheadResult(int Moments, long Values, ImmutableArray<Leak> Leaks);

/// <summary>
/// Looks for knowledge of the future: runs the strategy with all data, then again and again with the data cut off at the moment of a decision, and names every value that comes out differently.
/// What is the same with and without a future can't have used it.
/// </summary>
/// <param name="decider">Makes the strategy from the data it may know: one that reads the data itself is found out.</param>
public sealed class LookaheadCheck(KeptMarket market, SessionSettings settings, Func<KeptMarket, IDecider> decider, TimeProvider wall)
{
    /// <param name="moments">How many decisions are looked at, spread evenly, the last one among them.</param>
    public async Task<Outcome<LookaheadResult>> RunAsync(DateTimeOffset from, DateTimeOffset to, int moments, Action<int>? told, CancellationToken cancel)
    {
        var whole = await SeeAsync(market, from, to, cancel);
        if (!whole.Ok)
        {
            return whole.Rejection;
        }

        var times = whole.Value.Sights.Keys.Order().ToArray();
        var chosen = Enumerable.Range(1, Math.Min(moments, times.Length)).Select(i => times[(int)((long)i * times.Length / Math.Min(moments, times.Length)) - 1]).Distinct().ToArray();
        var (leaks, compared) = (ImmutableArray.CreateBuilder<Leak>(), 0L);
        for (var i = 0; i < chosen.Length; i++)
        {
            var cut = await SeeAsync(market.Until(chosen[i]), from, DateTimeOffset.FromUnixTimeMilliseconds(chosen[i]), cancel);
            if (!cut.Ok)
            {
                return cut.Rejection;
            }

            // Every decision up to the cut, not only the last: a leak may show in one and not in another.
            foreach (var time in cut.Value.Sights.Keys.Order())
            {
                compared += Compare(whole.Value.Sights[time], cut.Value.Sights[time], leaks);
            }

            told?.Invoke(i + 1);
        }

        return new LookaheadResult(chosen.Length, compared, [.. leaks.DistinctBy(l => (l.Name, l.At)).OrderBy(l => l.At).ThenBy(l => l.Name, StringComparer.Ordinal)]);
    }

    private async Task<Outcome<Witness>> SeeAsync(KeptMarket data, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        var witness = new Witness(decider(data));
        var run = await new BacktestRun(settings, () => witness, wall).RunAsync(data.Play(), from, to, closes: false, null, cancel);
        return run.Ok ? witness : run.Rejection;
    }

    private static int Compare(Sight whole, Sight cut, ImmutableArray<Leak>.Builder leaks)
    {
        foreach (var name in whole.Values.Keys.Union(cut.Values.Keys, StringComparer.Ordinal))
        {
            var (a, b) = (whole.Values.GetValueOrDefault(name, "nothing"), cut.Values.GetValueOrDefault(name, "nothing"));
            if (a != b)
            {
                leaks.Add(new Leak(name, whole.At, a, b));
            }
        }

        return whole.Values.Count;
    }
}

/// <summary>A strategy that looks one bar ahead in the data it is given: what <see cref="LookaheadCheck"/> must find. Never one of the catalogue.</summary>
public sealed class PlantedLeak(IDecider inner, KeptMarket data) : IDecider
{
    public string Name => $"{inner.Name} with a planted leak";

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var decided = await inner.DecideAsync(context, cancel);
        return decided.Ok ? decided.Value with { Items = [.. decided.Value.Items.Select(i => Tinted(i, context))] } : decided;
    }

    /// <summary>Puts the close of the bar that has only begun into the item.</summary>
    private DecisionItem Tinted(DecisionItem item, DecisionContext context)
    {
        var asset = data.Instruments.ToList().FindIndex(i => i.Asset == item.Asset);
        var at = context.At.ToUnixTimeMilliseconds();
        return item.Action == DecisionAction.Hold && data.CandlesOf(asset).FirstOrDefault(c => c.OpenTimeMs == at) is { OpenTimeMs: > 0 } next ? item with { TakeProfit = (decimal)next.Close } : item;
    }
}
