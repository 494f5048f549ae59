using System.Globalization;
using Rez.Core;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Torture;
using Rez.Core.Trading;
using Rez.Tests.Support;
using Rez.Worker.Commands;

namespace Rez.Tests.Torture;

/// <summary>The trading code in a world that fails in every way (issue: proof by simulation). <c>scripts/test</c> runs 2,000 seeds more with the program itself.</summary>
public sealed class TortureTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _scratch;

    public TortureTests() => _scratch = Directory.Exists("/dev/shm") ? Directory.CreateDirectory($"/dev/shm/rez-tests-{Guid.NewGuid():N}").FullName : _folder.Path;

    public void Dispose()
    {
        if (Directory.Exists(_scratch))
        {
            Directory.Delete(_scratch, recursive: true);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Nothing_that_is_promised_is_broken_under_a_storm_of_faults()
    {
        foreach (var seed in Enumerable.Range(5_001, 60).Select(s => (ulong)s))
        {
            var result = await OneAsync(new TorturePlan(seed, 30, Rate: 0.05));
            Assert.True(result.Violation is null, $"seed {seed}: {result.Violation}");
        }
    }

    [Fact]
    public async Task A_seed_is_one_run_and_its_faults_as_a_list_are_the_same_run()
    {
        var first = await OneAsync(new TorturePlan(7, 30));
        var again = await OneAsync(new TorturePlan(7, 30));
        var listed = await OneAsync(new TorturePlan(7, 30, Script: first.Struck));
        Assert.Equal(first.Hash, again.Hash);
        Assert.Equal(first.Hash, listed.Hash);
        Assert.NotEqual(first.Hash, (await OneAsync(new TorturePlan(8, 30))).Hash);
        Assert.True(first.Struck.Count > 10 && first.Entries > 0 && first.Lives > 1, $"{first.Struck.Count} faults, {first.Entries} entries, {first.Lives} lives");
    }

    /// <summary>Not sampled: every crossing of every cycle and beat, before and after the call.</summary>
    [Fact]
    public async Task A_process_that_dies_at_any_crossing_loses_nothing_and_leaves_nothing_naked()
    {
        const int cycles = 2;

        // One that opens positions soon: entry, stop, target, and the cycle after it.
        var (seed, undisturbed) = (0UL, (TortureResult?)null);
        while (undisturbed is not { Entries: > 1 })
        {
            undisturbed = await OneAsync(new TorturePlan(++seed, cycles, Script: []));
        }

        var died = 0;
        for (var at = 1L; at <= undisturbed.Crossed; at++)
        {
            foreach (var kind in new[] { FaultKind.KillBefore, FaultKind.KillAfter })
            {
                var result = await OneAsync(new TorturePlan(seed, cycles, Script: [new FaultAt(at, kind)]));
                Assert.True(result.Violation is null, $"{kind} at {at}: {result.Violation}");
                died += result.Lives - 1;
            }
        }

        Assert.True(died > undisturbed.Crossed, $"only {died} deaths at {undisturbed.Crossed} crossings");
    }

    /// <summary>What was found before, reduced: it stays mended.</summary>
    [Theory]
    [InlineData(137UL, 50, "260:KillBefore,275:ForeignTrade,287:SendRefused")]
    [InlineData(172UL, 50, "35:MarketFails,205:ForeignTrade,215:KillBefore")]
    [InlineData(9UL, 50, "131:KillAfter,320:SwitchFires,541:ReadFails,570:ReadEmpty,714:KillBefore,759:PriceJump,1075:SendLate")]
    [InlineData(253UL, 50, "")]
    [InlineData(1382UL, 50, "19:PersonHalts,52:KillAfter,59:ReadFails,103:ReadFails,138:ModelGarbage,165:KillAfter,217:ReadFails,238:ReplyLost,312:KillAfter,440:StopVanishes,491:PriceJump,539:ModelFails,558:Crash,668:KillAfter,685:ForeignTrade,713:PersonHalts,782:ModelSlow,809:ReplyLost,842:SendLate,871:KillAfter,965:Crash,1048:ModelFails,1081:Crash,1102:KillBefore")]
    public async Task What_was_found_stays_mended(ulong seed, int cycles, string faults)
    {
        var script = faults.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split(':')).Select(f => new FaultAt(long.Parse(f[0], CultureInfo.InvariantCulture), Enum.Parse<FaultKind>(f[1]))).ToArray();
        var result = await OneAsync(new TorturePlan(seed, cycles, Script: script));
        Assert.True(result.Violation is null, result.Violation?.ToString());
    }

    public static TheoryData<string, string> Planted => new()
    {
        { "never waits for the disk", "d" },
        { "believes in stops that are not there", "b" },
        { "loses a fill now and then", "af" },
        { "forgets to write fills down", "afg" },
        { "cancels nothing and says it did", "c" },
        { "places the stop later", "b" },
        { "takes a lost answer for a refusal", "abcd" },
        { "uses a client id again", "d" },
        { "forgets at a start that it was halted", "h" },
    };

    [Theory]
    [MemberData(nameof(Planted))]
    public async Task A_fault_that_is_planted_into_rez_is_found_within_200_seeds_and_reduced(string name, string invariants)
    {
        var plant = PlantOf(name);
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var plan = new TorturePlan(seed, 50) { Plant = plant };
            var result = await OneAsync(plan);
            if (result.Violation is not { } found)
            {
                continue;
            }

            Assert.Contains(found.Invariant, invariants);
            var few = await Shrinking.ReduceAsync(result.Struck, async faults => (await OneAsync(plan with { Script = faults })).Violation?.Invariant == found.Invariant);
            Assert.True(few.Count < Math.Max(2, result.Struck.Count), $"{result.Struck.Count} faults were reduced to {few.Count}");
            Assert.Equal(found.Invariant, (await OneAsync(plan with { Script = few })).Violation?.Invariant);
            return;
        }

        Assert.Fail($"'{name}' was not found within 200 seeds");
    }

    private Task<TortureResult> OneAsync(TorturePlan plan) => TortureCommand.OneAsync(plan, _scratch);

    private static Plant PlantOf(string name) => name switch
    {
        "never waits for the disk" => new Plant(name, Diary: d => new Hasty(d)),
        "believes in stops that are not there" => new Plant(name, e => new Bent(e) { Orders = Invented }),
        "loses a fill now and then" => new Plant(name, e => new Bent(e) { Fills = fills => [.. fills.Where(f => f.Tid % 5 != 0)] }),
        "forgets to write fills down" => new Plant(name, Diary: d => new Forgetful(d)),
        "places the stop later" => new Plant(name, e => new LateStop(e)),
        "takes a lost answer for a refusal" => new Plant(name, e => new Bent(e) { Outcome = o => o.State == SendState.Unresolved ? SendOutcome.Rejected("lost") : o }),
        "uses a client id again" => new Plant(name, e => new SameId(e)),
        "forgets at a start that it was halted" => new Plant(name, ForgetsHalt: true),
        "cancels nothing and says it did" => new Plant(name, e => new Bent(e) { Cancels = false }),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static IReadOnlyList<OpenOrder> Invented(AccountState account, IReadOnlyList<OpenOrder> orders) =>
    [
        .. orders,
        .. account.Positions.Where(p => orders.All(o => o.Asset != p.Asset || o.Trigger != TriggerKind.StopLoss)).Select(p => new OpenOrder
        {
            Asset = p.Asset, Oid = 999_999, Side = p.Direction.Closes(), Size = p.Size, LimitPrice = p.MarkPrice, TriggerPrice = p.MarkPrice * (p.Direction == Direction.Long ? 0.9m : 1.1m),
            Trigger = TriggerKind.StopLoss, ReduceOnly = true,
        }),
    ];

    /// <summary>Says that everything is durable at once.</summary>
    private sealed class Hasty(IDiary inner) : IDiary
    {
        public DiaryHead Head => inner.Head;

        public bool KeepsCapsules => inner.KeepsCapsules;

        public void Append(DiaryFact fact, string? cycleId = null) => inner.Append(fact, cycleId);

        public Task FlushAsync() => Task.CompletedTask;
    }

    private sealed class Forgetful(IDiary inner) : IDiary
    {
        private int _fills;

        public DiaryHead Head => inner.Head;

        public bool KeepsCapsules => inner.KeepsCapsules;

        public void Append(DiaryFact fact, string? cycleId = null)
        {
            if (fact is not FillBooked || ++_fills % 4 != 0)
            {
                inner.Append(fact, cycleId);
            }
        }

        public Task FlushAsync() => inner.FlushAsync();
    }

    /// <summary>An exchange port that is not quite right.</summary>
    private class Bent(IExchange inner) : IExchange
    {
        public Func<SendOutcome, SendOutcome> Outcome { get; init; } = o => o;

        public Func<AccountState, IReadOnlyList<OpenOrder>, IReadOnlyList<OpenOrder>> Orders { get; init; } = (_, orders) => orders;

        public Func<IReadOnlyList<Fill>, IReadOnlyList<Fill>> Fills { get; init; } = fills => fills;

        public bool Cancels { get; init; } = true;

        public virtual ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel) => inner.AccountAsync(cancel);

        public async ValueTask<Outcome<IReadOnlyList<OpenOrder>>> OpenOrdersAsync(CancellationToken cancel)
        {
            var (orders, account) = (await inner.OpenOrdersAsync(cancel), await inner.AccountAsync(cancel));
            return orders.Ok && account.Ok ? new Outcome<IReadOnlyList<OpenOrder>>(Orders(account.Value, orders.Value)) : orders;
        }

        public async ValueTask<Outcome<IReadOnlyList<Fill>>> FillsSinceAsync(long sinceMs, CancellationToken cancel)
        {
            var fills = await inner.FillsSinceAsync(sinceMs, cancel);
            return fills.Ok ? new Outcome<IReadOnlyList<Fill>>(Fills(fills.Value)) : fills;
        }

        public ValueTask<Outcome<IReadOnlyList<FundingPayment>>> FundingSinceAsync(long sinceMs, CancellationToken cancel) => inner.FundingSinceAsync(sinceMs, cancel);

        public ValueTask<Outcome<OrderStatus>> StatusAsync(Cloid cloid, CancellationToken cancel) => inner.StatusAsync(cloid, cancel);

        public virtual async ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel) => Outcome(await inner.PlaceAsync(order, cancel));

        public ValueTask<SendOutcome> CancelAsync(string asset, long oid, CancellationToken cancel) => Cancels ? inner.CancelAsync(asset, oid, cancel) : new(SendOutcome.Confirmed());

        public ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, CancellationToken cancel) => inner.SetLeverageAsync(asset, leverage, isCross, cancel);
    }

    /// <summary>Says that a stop is placed, and places it some readings later.</summary>
    private sealed class LateStop(IExchange inner) : Bent(inner)
    {
        private readonly Queue<(ApprovedOrder Order, int At)> _held = [];
        private int _reads;

        public override async ValueTask<Outcome<AccountState>> AccountAsync(CancellationToken cancel)
        {
            _reads++;
            if (_held.TryPeek(out var next) && next.At < _reads)
            {
                await base.PlaceAsync(_held.Dequeue().Order, cancel);
            }

            return await base.AccountAsync(cancel);
        }

        public override ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel)
        {
            if (order is not ApprovedProtection)
            {
                return base.PlaceAsync(order, cancel);
            }

            _held.Enqueue((order, _reads + 8));
            return new(SendOutcome.Confirmed([.. order.Request.Legs.Select(_ => new LegResult(LegState.Resting, 999_999))]));
        }
    }

    /// <summary>Places every stop under the first one's client id.</summary>
    private sealed class SameId(IExchange inner) : Bent(inner)
    {
        private Cloid? _first;

        public override ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, CancellationToken cancel)
        {
            if (order is not ApprovedProtection)
            {
                return base.PlaceAsync(order, cancel);
            }

            var legs = order.Request.Legs;
            _first ??= legs[0].Cloid;
            return base.PlaceAsync(new ApprovedProtection(order.Request with { Legs = [legs[0] with { Cloid = _first.Value }, .. legs.Skip(1)] }, order.CycleId, order.Reason), cancel);
        }
    }
}
