using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Replay;

/// <summary>What a decision would have made of the account. Money in USD.</summary>
/// <param name="Pnl">Equity at the end, positions at mark, less equity at the cycle.</param>
/// <param name="Fills">Executions, entries and exits.</param>
/// <param name="UntilMs">When it was flat, or the horizon.</param>
/// <param name="StillOpen">Assets that were open then.</param>
public sealed record CounterfactualResult(decimal EquityStart, decimal EquityEnd, decimal Pnl, decimal Fees, decimal Funding, int Fills, long UntilMs, ImmutableArray<string> StillOpen);

/// <summary>
/// Plays the time after a cycle with one decision, through the code that trades: gate, order desk, simulated venue, exit plans, sentinel. Afterwards nothing new is decided; what is
/// open ends by its stop, target or exit plan, or at the horizon.
/// </summary>
public sealed class Counterfactual(SessionSettings settings, Func<IMarketSource> market, TimeProvider wall)
{
    /// <param name="decision">Null holds everything.</param>
    public async Task<Outcome<CounterfactualResult>> RunAsync(CycleCapsule capsule, Decision? decision, TimeSpan horizon, CancellationToken cancel)
    {
        var world = new DemoWorld(market(), settings.Simulation, settings.Seed);
        var startMs = capsule.At.ToUnixTimeMilliseconds();
        while (world.NowMs < startMs)
        {
            cancel.ThrowIfCancellationRequested();
            if (!world.Step())
            {
                return new Rejection("market-too-short", $"The market ends at {world.Clock.GetUtcNow():yyyy-MM-dd HH:mm} UTC, before the cycle of {capsule.At:yyyy-MM-dd HH:mm}.");
            }
        }

        var missing = capsule.Synced.Account.Positions.FirstOrDefault(p => world.Venue.Context(p.Asset) is null)?.Asset;
        if (world.NowMs != startMs || missing is not null)
        {
            return new Rejection("other-market", missing is null
                ? $"The market has no bar that closes at {capsule.At:yyyy-MM-dd HH:mm} UTC."
                : $"The market has no {missing}, which the account held.");
        }

        world.Replay(v => Restore(v, capsule));
        var next = decision;
        var decider = new OnceDecider(() => Interlocked.Exchange(ref next, null));
        var cycle = settings.Cycle with { Assets = [.. capsule.Ingested.Assets.Select(a => a.Instrument.Asset)], TakerFeeBps = capsule.Terms.TakerFeeBps };
        var rig = new TradingRig(
            new RigPorts(world.Exchange, world.Market, new MemoryDiary(), decider, world.Clock, wall, 0, TimeSpan.Zero, (_, _) => null, null), cycle, settings.Limits with { Risk = capsule.Terms.Limits, Exits = capsule.Terms.Exits }, Reading(capsule));
        return await PlayAsync(rig, world, capsule, horizon, cancel);
    }

    private async Task<Outcome<CounterfactualResult>> PlayAsync(TradingRig rig, DemoWorld world, CycleCapsule capsule, TimeSpan horizon, CancellationToken cancel)
    {
        var before = world.Venue.Account().Equity;
        var untilMs = world.NowMs + (long)horizon.TotalMilliseconds;
        var first = await rig.Cycle.RunAsync(capsule.Number, capsule.At, cancel);
        if (first.FailedStage is not null)
        {
            return new Rejection("cycle-failed", $"The cycle failed in {first.FailedStage}: {first.Why}");
        }

        var number = capsule.Number;
        while (world.NowMs < untilMs && !world.IsIdle && world.Step())
        {
            cancel.ThrowIfCancellationRequested();
            await rig.Sentinel.BeatAsync(cancel);
            if (settings.Cycle.CycleInterval.OpenOf(world.NowMs) == world.NowMs)
            {
                await rig.Cycle.RunAsync(++number, world.Clock.GetUtcNow(), cancel);
            }
        }

        var account = world.Venue.Account();
        return new CounterfactualResult(
            before, account.Equity, account.Equity - before, world.Venue.Fills.Sum(f => f.Fee), world.Venue.Funding.Sum(f => f.Usd), world.Venue.Fills.Count, world.NowMs,
            [.. account.Positions.Select(p => p.Asset)]);
    }

    /// <summary>The account as it was in the cycle: cash, positions, live triggers.</summary>
    private static void Restore(SimulatedVenue venue, CycleCapsule capsule) => venue.Restore(
        capsule.Synced.Account.Cash,
        capsule.Synced.Account.Positions.Select(p => (p.Asset, p.SignedSize, p.EntryPrice, (p.Leverage, p.IsCross), p.FundingSinceOpen)),
        capsule.Synced.OpenOrders.Where(o => o is { TriggerPrice: not null, ReduceOnly: true, WaitsForParent: false }).Select(o => (o.Asset, new OrderLeg
        {
            Cloid = o.Cloid ?? Cloid.For(capsule.CycleId, o.Asset, $"restored/{o.Oid}"),
            Side = o.Side,
            Size = o.Size,
            LimitPrice = o.LimitPrice,
            TriggerPrice = o.TriggerPrice,
            Trigger = o.Trigger,
            ReduceOnly = true,
        })));

    private static DiaryReading Reading(CycleCapsule capsule)
    {
        var atMs = capsule.At.ToUnixTimeMilliseconds();
        var views = capsule.Reasoned.Context.Assets.Where(v => v.Position is not null).ToArray();
        var ledger = capsule.Synced.Account.Positions.Select(p => new LedgerPosition
        {
            Asset = p.Asset, SignedSize = p.SignedSize, AverageCost = p.EntryPrice, EntryValue = p.Size * p.EntryPrice, EntrySize = p.Size,
            OpenedMs = atMs - (long)(views.FirstOrDefault(v => v.Instrument.Asset == p.Asset)?.Held ?? TimeSpan.Zero).TotalMilliseconds,
        });
        return new DiaryReading(
            null, 0, 0, capsule.Number, 0, BooksStart.Empty with { Positions = [.. ledger], SinceMs = atMs },
            new DeskStart([.. capsule.Synced.OpenOrders.Select(o => o.Cloid).OfType<Cloid>()], []), ControlState.Initial,
            [.. views.Select(v => (v.Instrument.Asset, v.Stop, v.Target))], null,
            [.. views.Where(v => v.Plan is not null).Select(v => new OpenPlan(v.Instrument.Asset, v.Thesis ?? string.Empty, v.Plan!, atMs - 1))], new PortfolioHistory());
    }

    private sealed class OnceDecider(Func<Decision?> take) : IDecider
    {
        public string Name => "replay";

        public ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel) => new(take() ?? new Decision(Name, "held", []));
    }
}
