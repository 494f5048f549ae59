using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Backtest.Agents;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Market;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Backtest;

/// <summary>What came of a backtest. Money in USD.</summary>
/// <param name="Open">Positions that were open at the end; they count at mark in the equity and are no trades.</param>
/// <param name="Refusals">Wishes that the gate refused, by reason code.</param>
public sealed record BacktestResult(
    string Market,
    string Strategy,
    DateTimeOffset From,
    DateTimeOffset To,
    decimal InitialEquity,
    decimal FinalEquity,
    decimal Fees,
    decimal Funding,
    decimal Volume,
    long Bars,
    long Cycles,
    long FailedCycles,
    string? FirstFailure,
    long UnprotectedMs,
    ImmutableArray<string> Open,
    ImmutableSortedDictionary<string, long> Refusals,
    ImmutableArray<ClosedTrade> Trades,
    ImmutableArray<EquityPoint> Equity,
    string TradesHash)
{
    /// <summary>What the initial equity, spread evenly over the assets at the first cycle and held, was worth: at that cycle, at each day's end and at the end. Without costs.</summary>
    public ImmutableArray<EquityPoint> Benchmark { get; init; } = [];

    /// <summary>Bars in which stop and target both lay and nothing told which came first: the stop was taken to.</summary>
    public long AmbiguousBars { get; init; }

    /// <summary>Bars with an open position whose inner order came from a finer interval; those that were passed over are not among them.</summary>
    public long FinerBars { get; init; }
}

/// <summary>What a decider of a backtest may look at: the market up to now, and what the account did.</summary>
public sealed record BacktestPorts(IMarketData Market, IPast Past, TimeProvider Clock);

/// <summary>
/// Plays a market through the code that trades live: the six stages, gate, order desk, simulated venue, protections, exit rules, sentinel. Nothing is left out but the diary on disk and
/// the capsules; so a paper run of the same candles makes the same trades, one by one.
/// </summary>
/// <param name="strategy">Makes the decider from what it may look at.</param>
public sealed class BacktestRun(SessionSettings settings, Func<BacktestPorts, IDecider> strategy, TimeProvider wall, bool playsEveryBar = false)
{
    public BacktestRun(SessionSettings settings, Func<IDecider> strategy, TimeProvider wall, bool playsEveryBar = false)
        : this(settings, _ => strategy(), wall, playsEveryBar)
    {
    }

    private const long DayMs = 86_400_000;

    /// <param name="from">First moment of trading; what is before warms the indicators up.</param>
    /// <param name="to">Last moment.</param>
    /// <param name="closes">Whether what is open at the end is closed there; else it stays, at mark.</param>
    /// <param name="told">Called now and then with the share that is done, from 0 to 1.</param>
    public async Task<Outcome<BacktestResult>> RunAsync(
        IMarketSource market, DateTimeOffset from, DateTimeOffset to, bool closes, Action<double>? told, CancellationToken cancel)
    {
        var (fromMs, toMs) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        if (toMs <= fromMs)
        {
            return new Rejection("empty-window", $"The window from {from:yyyy-MM-dd HH:mm} to {to:yyyy-MM-dd HH:mm} is empty.");
        }

        var world = new DemoWorld(market, settings.Simulation, settings.Seed);
        var diary = new FoldingDiary(world.Clock);
        var past = new FoldedPast(diary);
        var decider = strategy(new BacktestPorts(new GuardedMarket(world.Market, world.Clock), past, world.Clock));
        var rig = new TradingRig(
            new RigPorts(world.Exchange, world.Market, diary, decider, world.Clock, wall, 0, TimeSpan.Zero, (_, _) => null, past), settings.Cycle, settings.Limits, Fresh());
        var held = new HeldMarket(world, settings.Simulation.InitialBalance);
        var (bars, number, saidAt, pauseUntil, failures) = (0L, 0L, 0L, 0L, 0);
        var interval = settings.Cycle.CycleInterval;
        var ended = false;
        var quiet = !playsEveryBar && decider is IQuietDecider silent ? new QuietBars(world, rig, diary, silent, settings) : null;
        while (world.NowMs < toMs)
        {
            var passing = number == 0 ? Passing.No : quiet?.TryPass(interval) ?? Passing.No;
            if (passing == Passing.Passed)
            {
                bars++;
                number += interval.OpenOf(world.NowMs) == world.NowMs ? 1 : 0;
                if (bars % 8_192 == 0)
                {
                    cancel.ThrowIfCancellationRequested();
                }

                continue;
            }

            cancel.ThrowIfCancellationRequested();
            if (passing == Passing.No)
            {
                var busy = !world.IsIdle;
                if (!world.Step())
                {
                    ended = true;
                    break;
                }

                if (number > 0)
                {
                    quiet?.TakePlayed();
                }

                if (busy)
                {
                    await rig.Sentinel.BeatAsync(cancel);
                }
            }
            else if (passing == Passing.Ended)
            {
                ended = true;
                break;
            }

            bars++;
            if (number > 0 && world.NowMs % DayMs == 0)
            {
                held.EndDay();
            }

            if (world.NowMs >= fromMs && world.NowMs >= pauseUntil && interval.OpenOf(world.NowMs) == world.NowMs)
            {
                if (number == 0)
                {
                    held.Begin();
                }

                quiet?.Fetched();
                var result = await rig.Cycle.RunAsync(++number, world.Clock.GetUtcNow(), cancel);
                failures = result.FailedStage is null ? 0 : failures + 1;
                pauseUntil = failures == 0 ? 0 : world.NowMs + settings.PauseMs(failures);
                if (number - saidAt >= 500)
                {
                    saidAt = number;
                    told?.Invoke((world.NowMs - fromMs) / (double)(toMs - fromMs));
                }
            }

            if (failures == 0)
            {
                quiet?.Look();
            }
            else
            {
                quiet?.Distrust();
            }
        }

        if (number == 0)
        {
            return new Rejection("no-cycles", ended
                ? $"The data ends at {world.Clock.GetUtcNow():yyyy-MM-dd HH:mm}, before anything could be traded from {from:yyyy-MM-dd HH:mm} on."
                : $"No candle of {interval} closed between {from:yyyy-MM-dd HH:mm} and {to:yyyy-MM-dd HH:mm}.");
        }

        if (closes)
        {
            await CloseAsync(rig, world, cancel);
        }

        held.End();
        return Result(market, decider, world, diary, from, bars) with { Benchmark = [.. held.Points], AmbiguousBars = world.Venue.AmbiguousBars, FinerBars = world.Venue.FinerBars };
    }

    private BacktestResult Result(IMarketSource market, IDecider decider, DemoWorld world, FoldingDiary diary, DateTimeOffset from, long bars)
    {
        var account = world.Venue.Account();
        return new BacktestResult(
            market.Fingerprint, decider.Name, from, world.Clock.GetUtcNow(), settings.Simulation.InitialBalance, account.Equity, diary.Fees, diary.Funding, diary.Volume, bars, diary.Cycles, diary.FailedCycles,
            diary.FirstFailure, diary.UnprotectedMs, [.. account.Positions.Select(p => p.Asset)], diary.Refusals.ToImmutableSortedDictionary(StringComparer.Ordinal), [.. diary.Trades],
            [.. diary.Equity.Where(e => e.AtMs < world.NowMs), new EquityPoint(world.NowMs, account.Equity, account.Exposure)], TradeLedger.Hash(diary.Trades));
    }

    private static async Task CloseAsync(TradingRig rig, DemoWorld world, CancellationToken cancel)
    {
        await rig.Desk.Turn.WaitAsync(cancel);
        try
        {
            foreach (var position in world.Venue.Account().Positions)
            {
                await rig.Protector.FlattenAsync(position.Asset, ExitCodes.Manual, "the backtest ends here", $"end-{world.NowMs}", cancel);
            }
        }
        finally
        {
            rig.Desk.Turn.Release();
        }
    }

    private static DiaryReading Fresh() => new(null, 0, 0, 0, 0, BooksStart.Empty, DeskStart.Empty, ControlState.Initial, [], null, [], new PortfolioHistory());
}
