using System.Collections.Immutable;
using Rez.Core.Desk;
using Rez.Core.Desk.Watches;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Cycle;

/// <summary>
/// Checks exit plans between cycles, so that a hung model holds none of them back: when a candle of a plan's interval has closed, its candles are read and the condition is
/// computed anew. What the cycle checked already is not checked again.
/// </summary>
public sealed class PlanWatch(ExitPlans plans, Protector protector, IMarketData market, CycleSettings settings, TimeProvider clock) : IWatch
{
    private const int Bars = 500;

    /// <summary>The cycle goes first: it has the candles. Only what it is late with is done here.</summary>
    private static readonly TimeSpan CycleFirst = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, long> _checkedMs = new(StringComparer.Ordinal);

    public async ValueTask<Tripped?> LookAsync(AccountState account, string beatId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var position in account.Positions)
        {
            if (plans.Of(position.Asset) is not { Plan.Invalidations.IsEmpty: false } plan || await SheetAsync(plan, now - CycleFirst, cancel) is not { } sheet)
            {
                continue;
            }

            foreach (var fired in plans.Check([.. account.Positions.Select(p => p.Asset)], [sheet], beatId))
            {
                var left = await protector.FlattenAsync(fired.Asset, ExitCodes.Plan, fired.ToString(), beatId, cancel);
                plans.Note($"{fired}: {(left == 0 ? "closed by its exit plan" : "its exit plan fired, but something is left")}");
            }
        }

        return null;
    }

    /// <summary>Indicators of the intervals whose newest candle was not looked at yet; null when there is none.</summary>
    private async ValueTask<IndicatorSheet?> SheetAsync(OpenPlan plan, DateTimeOffset now, CancellationToken cancel)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        var sheets = ImmutableArray.CreateBuilder<IntervalSheet>();
        foreach (var name in plan.Plan.Invalidations.Select(i => i.Interval).Distinct(StringComparer.Ordinal))
        {
            if (!Interval.TryParse(name, out var interval) || (interval != market.BaseInterval && !interval.IsBuiltFrom(market.BaseInterval)))
            {
                continue;
            }

            var closed = interval.OpenOf(nowMs);
            if (closed <= plan.SetMs || plans.CheckedMs(plan.Asset, name) >= closed || _checkedMs.GetValueOrDefault($"{plan.Asset} {name}") >= closed)
            {
                continue;
            }

            var to = market.BaseInterval.OpenOf(nowMs);
            var read = await market.CandlesAsync(plan.Asset, market.BaseInterval, closed - (Bars * interval.Milliseconds), to, cancel);
            if (!read.Ok || read.Value.Count == 0)
            {
                continue;
            }

            _checkedMs[$"{plan.Asset} {name}"] = closed;
            var store = new CandleStore(market.BaseInterval);
            foreach (var candle in read.Value)
            {
                store.Append(plan.Asset, candle);
            }

            var bank = new IndicatorBank(plan.Asset, [interval], settings.Layout);
            bank.CatchUp(store);
            sheets.AddRange(bank.Sheet().Intervals);
        }

        return sheets.Count == 0 ? null : new IndicatorSheet(plan.Asset, sheets.ToImmutable());
    }
}
