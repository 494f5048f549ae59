using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>How a position is covered, as read back from the venue.</summary>
/// <param name="Covered">Base units that live stops on the right side cover; at most the position's size.</param>
/// <param name="Stop">The trigger price nearest to the market among those stops.</param>
/// <param name="Target">Trigger price of the nearest live target.</param>
public sealed record Coverage(string Asset, decimal SignedSize, decimal Covered, decimal? Stop, decimal? Target)
{
    public bool IsFull => Covered >= Math.Abs(SignedSize);
}

/// <summary>What came of moving a stop: the refusal, or what was sent.</summary>
public readonly record struct Moved(Rejection? Refusal, OrderRequest? Sent = null, SendOutcome? Outcome = null);

/// <summary>
/// Proves that every open position has a live stop of its full size, from what the venue says now. A missing stop is placed, at
/// the level last known or else at the emergency distance; a position that can't be protected is flattened. Triggers
/// without a position are removed.
/// </summary>
public sealed class Protector(OrderDesk desk, VenueBooks books, IDiary diary, IMarketData market, InForce<RiskOptions> limits, TimeProvider clock)
{
    private const int FlattenAttempts = 5;
    // Written under the desk's turn, read without it by the cycle and the console.
    private volatile KnownInstruments? _instruments;
    private readonly ConcurrentDictionary<string, (decimal? Stop, decimal? Target)> _levels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (decimal? Stop, decimal? Target)> _noted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _provenMs = new(StringComparer.Ordinal);
    private long _attempts;

    /// <summary>Stop and target last seen live for an asset.</summary>
    public (decimal? Stop, decimal? Target) LevelsOf(string asset) => _levels.GetValueOrDefault(asset);

    /// <summary>The account as the newest proof read it.</summary>
    public AccountState? LastAccount { get; private set; }

    /// <summary>Takes up levels known from before a restart.</summary>
    public void Remember(string asset, decimal? stop, decimal? target) => _levels[asset] = (stop, target);

    public async ValueTask<IReadOnlyDictionary<string, Instrument>> InstrumentsAsync(CancellationToken cancel)
    {
        // Terms change while positions are open: the market is asked each time, and keeps them as long as they hold.
        var read = await market.InstrumentsAsync(cancel);
        if (read.Ok && !ReferenceEquals(_instruments?.List, read.Value))
        {
            _instruments = new KnownInstruments(read.Value);
        }

        return _instruments?.ByAsset ?? ImmutableDictionary<string, Instrument>.Empty;
    }

    /// <summary>An asset's terms as last read; null when they never were.</summary>
    public Instrument? InstrumentOf(string asset) => _instruments?.ByAsset.GetValueOrDefault(asset);

    /// <summary>One proof over the whole account. The caller holds the desk's turn.</summary>
    /// <param name="foundBy">secure or sentinel.</param>
    public async ValueTask<Outcome<IReadOnlyList<Coverage>>> ProveAsync(string foundBy, string cycleId, CancellationToken cancel)
    {
        var account = await desk.Exchange.AccountAsync(cancel);
        var orders = await desk.Exchange.OpenOrdersAsync(cancel);
        if (!account.Ok || !orders.Ok)
        {
            // An unread account is not a flat one: nothing is concluded, the next beat asks again.
            return account.Ok ? orders.Rejection : account.Rejection;
        }

        LastAccount = account.Value;
        var coverages = new List<Coverage>(account.Value.Positions.Length);
        foreach (var seen in account.Value.Positions)
        {
            var position = seen;
            var coverage = CoverageOf(position, orders.Value);
            if (!coverage.IsFull)
            {
                // The two readings are a moment apart: a stop that fired in between is no missing one.
                var again = await LookAgainAsync(position.Asset, cancel);
                if (!again.Ok)
                {
                    return again.Rejection;
                }

                if (again.Value is not { } now)
                {
                    continue;
                }

                (position, coverage) = now;
            }

            if (!coverage.IsFull)
            {
                coverage = await RestoreAsync(position, coverage, foundBy, cycleId, cancel);
            }
            else if (Surplus(position, orders.Value).Any())
            {
                await RemoveSurplusAsync(position.Asset, cycleId, cancel);
            }

            if (coverage.IsFull)
            {
                _provenMs[position.Asset] = NowMs;
            }

            NoteLevels(coverage);
            coverages.Add(coverage);
        }

        await RemoveOrphansAsync(account.Value, orders.Value, cycleId, cancel);
        return coverages;
    }

    /// <summary>What live stops cover. A position trigger covers whatever the position is.</summary>
    public static Coverage CoverageOf(Position position, IReadOnlyList<OpenOrder> orders)
    {
        var covered = 0m;
        decimal? stop = null;
        decimal? target = null;
        foreach (var o in orders)
        {
            if (o.Asset != position.Asset || o.WaitsForParent || !o.ReduceOnly || o.TriggerPrice is not { } trigger || o.Side != position.Direction.Closes())
            {
                continue;
            }

            if (o.Trigger == TriggerKind.StopLoss)
            {
                covered += o.IsPositionTrigger ? position.Size : o.Size;
                stop = stop is { } s && (s - trigger) * position.Direction.Sign() > 0 ? s : trigger;
            }
            else
            {
                target = target is { } t && (t - trigger) * position.Direction.Sign() < 0 ? t : trigger;
            }
        }

        return new Coverage(position.Asset, position.SignedSize, Math.Min(covered, position.Size), stop, target);
    }

    /// <summary>
    /// Closes a position with reduce-only orders and removes its triggers, trying again while something is left. The caller
    /// holds the desk's turn.
    /// </summary>
    /// <returns>What is left, base units signed; null when the venue could not be read.</returns>
    public async ValueTask<decimal?> FlattenAsync(string asset, string code, string reason, string cycleId, CancellationToken cancel)
    {
        decimal? left = null;
        for (var sent = 0; sent <= FlattenAttempts; sent++)
        {
            if (desk.HasPendingExit(asset))
            {
                // Whether the last exit landed is not known: a second one is not sent before it is.
                await desk.SettleAsync(cancel);
                if (desk.HasPendingExit(asset))
                {
                    continue;
                }
            }

            var account = await desk.Exchange.AccountAsync(cancel);
            if (!account.Ok)
            {
                continue;
            }

            if (account.Value.Of(asset) is not { } position)
            {
                left = 0;
                break;
            }

            left = position.SignedSize;
            if (sent == FlattenAttempts)
            {
                // This reading was to see what the last exit left.
                break;
            }

            var context = await market.ContextAsync(asset, cancel);
            var instruments = await InstrumentsAsync(cancel);
            if (!instruments.TryGetValue(asset, out var instrument))
            {
                continue;
            }

            // Without a book the mark of the account's own reading serves: an exit's limit is wide enough.
            var prices = context.Ok ? context.Value : AssetContext.OfMark(asset, account.Value.At, position.MarkPrice);
            var exit = RiskGate.ApproveExit(position, instrument, prices, limits.Now, cycleId, reason, attempt: NextAttempt());
            await desk.PlaceAsync(exit, "exit", code, cancel);
            await books.BookAsync(cancel);
        }

        if (left == 0)
        {
            var orders = await desk.Exchange.OpenOrdersAsync(cancel);
            foreach (var order in orders.Ok ? orders.Value.Where(o => o.Asset == asset && o.ReduceOnly) : [])
            {
                await desk.CancelAsync(order, "position closed", cycleId, cancel);
            }
        }

        return left;
    }

    /// <summary>
    /// Moves stop and target of a position: the new ones are placed first and the old ones removed after, so that it is never
    /// without. What is not given stays. The caller holds the desk's turn.
    /// </summary>
    /// <param name="code">Exit code that the new stop will close with; null for an ordinary one.</param>
    public async ValueTask<Moved> MoveAsync(Position position, decimal? stop, decimal? target, string cycleId, string reason, CancellationToken cancel, string? code = null)
    {
        var asset = position.Asset;
        var sign = position.Direction.Sign();
        var instruments = await InstrumentsAsync(cancel);
        if (!instruments.TryGetValue(asset, out var instrument))
        {
            return new Moved(new Rejection("unknown-asset", $"The market has no {asset}."));
        }

        var before = await desk.Exchange.OpenOrdersAsync(cancel);
        if (!before.Ok)
        {
            return new Moved(before.Rejection);
        }

        var live = CoverageOf(position, before.Value);
        var newStop = stop is { } s && s > 0 ? PriceRules.Price(instrument, s, sign > 0 ? RoundTo.Up : RoundTo.Down) : live.Stop;
        var newTarget = target is { } t && t > 0 ? PriceRules.Price(instrument, t, RoundTo.Nearest) : live.Target;
        if (newStop is not { } level || (position.MarkPrice - level) * sign <= 0 || (newTarget - position.MarkPrice) * sign <= 0)
        {
            return new Moved(new Rejection("wrong-side", $"Stop {newStop} or target {newTarget} is on the wrong side of the mark price {position.MarkPrice}."));
        }

        var approved = RiskGate.ApproveProtection(position, instrument, level, newTarget, $"{cycleId}/{NextAttempt()}", reason);
        var outcome = await desk.PlaceAsync(approved, "protection", code, cancel);
        if (outcome.State != SendState.Confirmed || outcome.Legs[0].State == LegState.Error)
        {
            var why = outcome.Detail ?? outcome.Legs.FirstOrDefault(l => l.Error is not null)?.Error ?? outcome.State.ToString();
            return new Moved(new Rejection("not-placed", $"The venue did not take the new stop: {why}"), approved.Request, outcome);
        }

        // The new stop stands: the old one goes, and the old target too unless the new one was refused.
        var refusedTarget = outcome.Legs.Skip(1).FirstOrDefault(l => l.State == LegState.Error);
        foreach (var old in before.Value.Where(o => o.Asset == asset && o is { ReduceOnly: true, TriggerPrice: not null }
            && (o.Trigger == TriggerKind.StopLoss || refusedTarget is null)))
        {
            await desk.CancelAsync(old, "replaced", cycleId, cancel);
        }

        NoteLevels(live with { Stop = level, Target = refusedTarget is null ? newTarget : live.Target });
        return new Moved(
            refusedTarget is null ? null : new Rejection("target-not-placed", $"The stop was moved; the venue did not take the new target: {refusedTarget.Error}"), approved.Request, outcome);
    }

    /// <summary>Numbers the tries of this process, so that no two exits of a cycle share a client order id.</summary>
    public int NextAttempt() => (int)(Interlocked.Increment(ref _attempts) % int.MaxValue);

    /// <summary>A position with its coverage, read anew; null when it is gone.</summary>
    private async ValueTask<Outcome<(Position Position, Coverage Coverage)?>> LookAgainAsync(string asset, CancellationToken cancel)
    {
        var orders = await desk.Exchange.OpenOrdersAsync(cancel);
        var account = await desk.Exchange.AccountAsync(cancel);
        return !orders.Ok ? orders.Rejection
            : !account.Ok ? account.Rejection
            : account.Value.Of(asset) is { } position ? (position, CoverageOf(position, orders.Value))
            : new Outcome<(Position, Coverage)?>(null);
    }

    /// <summary>
    /// Our own stops and targets beyond the one that covers the position alone: a cancel was lost or refused when they were replaced. The one at the level that is known stays, else the newest. Pieces that only cover
    /// together stay all, and so does what somebody else placed.
    /// </summary>
    private IEnumerable<OpenOrder> Surplus(Position position, IReadOnlyList<OpenOrder> orders)
    {
        var (stop, target) = _levels.GetValueOrDefault(position.Asset);
        foreach (var (kind, level) in new[] { (TriggerKind.StopLoss, stop), (TriggerKind.TakeProfit, target) })
        {
            var live = orders.Where(o => o.Asset == position.Asset && o.Trigger == kind && o is { ReduceOnly: true, WaitsForParent: false } && o.Side == position.Direction.Closes()).ToArray();
            var keep = live.Length < 2 ? null
                : live.Where(o => o.IsPositionTrigger || o.Size >= position.Size).OrderByDescending(o => o.TriggerPrice == level).ThenByDescending(o => o.Oid).FirstOrDefault();
            foreach (var order in keep is null ? [] : live.Where(o => o.Oid != keep.Oid && desk.IsOurs(o.Cloid)))
            {
                yield return order;
            }
        }
    }

    /// <summary>Looks once more before it removes anything: what is removed must not be the only one left.</summary>
    private async ValueTask RemoveSurplusAsync(string asset, string cycleId, CancellationToken cancel)
    {
        var orders = await desk.Exchange.OpenOrdersAsync(cancel);
        var account = await desk.Exchange.AccountAsync(cancel);
        if (!orders.Ok || !account.Ok || account.Value.Of(asset) is not { } position)
        {
            return;
        }

        foreach (var order in Surplus(position, orders.Value).ToArray())
        {
            await desk.CancelAsync(order, "another one covers the position", cycleId, cancel);
        }
    }

    private async ValueTask<Coverage> RestoreAsync(Position position, Coverage coverage, string foundBy, string cycleId, CancellationToken cancel)
    {
        var asset = position.Asset;
        diary.Append(new ProtectionMissing(asset, position.SignedSize, coverage.Covered, foundBy), cycleId);

        // Unprotected since the fill, or since it was last proven to be protected.
        var sinceMs = Math.Max(books.LastFillMs(asset), _provenMs.GetValueOrDefault(asset));
        var instruments = await InstrumentsAsync(cancel);
        if (instruments.TryGetValue(asset, out var instrument) && StopFor(position, instrument) is { } stop)
        {
            var target = _levels.GetValueOrDefault(asset).Target is { } goal && coverage.Target is null
                && (goal - position.MarkPrice) * position.Direction.Sign() > 0 ? goal : (decimal?)null;
            var id = $"{cycleId}/{NextAttempt()}";
            var approved = RiskGate.ApproveProtection(position, instrument, stop, target, id, $"stop missing, found by {foundBy}");
            await desk.PlaceAsync(approved, "protection", null, cancel);
            var orders = await desk.Exchange.OpenOrdersAsync(cancel);
            if (orders.Ok && CoverageOf(position, orders.Value) is { IsFull: true } restored)
            {
                // A stop that covered only a part has done its service: one set is live, not two.
                foreach (var old in orders.Value.Where(o => o.Asset == asset && o is { Trigger: TriggerKind.StopLoss, ReduceOnly: true, WaitsForParent: false }
                    && approved.Request.Legs.All(l => l.Cloid != o.Cloid)))
                {
                    await desk.CancelAsync(old, "covered only a part", cycleId, cancel);
                }

                diary.Append(new ProtectionRestored(asset, $"stop placed at {stop}", Since(sinceMs)), cycleId);
                return restored;
            }
        }

        var left = await FlattenAsync(asset, ExitCodes.Risk, "the position could not be protected", cycleId, cancel);
        if (left == 0)
        {
            diary.Append(new ProtectionRestored(asset, "flattened: no stop could be placed", Since(sinceMs)), cycleId);
        }

        return left is null or 0 ? coverage with { SignedSize = left ?? position.SignedSize } : await CoverRestAsync(asset, coverage, sinceMs, cycleId, cancel);
    }

    /// <summary>The book was too thin to close it all: what is left gets a stop at the emergency distance from where the price is now, and is not naked while the next beat tries again.</summary>
    private async ValueTask<Coverage> CoverRestAsync(string asset, Coverage coverage, long sinceMs, string cycleId, CancellationToken cancel)
    {
        var read = await LookAgainAsync(asset, cancel);
        if (!read.Ok || read.Value is not { } rest || !(await InstrumentsAsync(cancel)).TryGetValue(asset, out var instrument))
        {
            return coverage;
        }

        if (rest.Coverage.IsFull)
        {
            return rest.Coverage;
        }

        var stop = EmergencyStop(rest.Position, instrument);
        var approved = RiskGate.ApproveProtection(rest.Position, instrument, stop, null, $"{cycleId}/{NextAttempt()}", "what could not be closed needs a stop");
        await desk.PlaceAsync(approved, "protection", null, cancel);
        var orders = await desk.Exchange.OpenOrdersAsync(cancel);
        var covered = orders.Ok ? CoverageOf(rest.Position, orders.Value) : rest.Coverage;
        if (covered.IsFull)
        {
            diary.Append(new ProtectionRestored(asset, $"what could not be closed has a stop at {stop}", Since(sinceMs)), cycleId);
        }

        return covered;
    }

    /// <summary>The level last known if the market has not passed it, else the emergency distance; null when it has passed.</summary>
    private decimal? StopFor(Position position, Instrument instrument)
    {
        if (_levels.GetValueOrDefault(position.Asset).Stop is { } known)
        {
            return (position.MarkPrice - known) * position.Direction.Sign() > 0 ? known : null;
        }

        return EmergencyStop(position, instrument);
    }

    private decimal EmergencyStop(Position position, Instrument instrument)
    {
        var sign = position.Direction.Sign();
        return PriceRules.Price(instrument, position.MarkPrice * (1m - (sign * limits.Now.EmergencyStopShare)), sign > 0 ? RoundTo.Up : RoundTo.Down);
    }

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private long Since(long ms) => ms == 0 ? 0 : Math.Max(0, NowMs - ms);

    private void NoteLevels(Coverage coverage)
    {
        var now = (coverage.Stop, coverage.Target);
        if (coverage.SignedSize == 0)
        {
            return;
        }

        _levels[coverage.Asset] = now;

        // What an entry asked for is remembered before it is proven: only what was read back is told, and told once.
        if (!_noted.TryGetValue(coverage.Asset, out var before) || before != now)
        {
            _noted[coverage.Asset] = now;
            diary.Append(new ProtectionLevel(coverage.Asset, coverage.Stop, coverage.Target));
        }
    }

    /// <summary>The market's list and the same by name.</summary>
    private sealed class KnownInstruments(IReadOnlyList<Instrument> list)
    {
        public IReadOnlyList<Instrument> List => list;

        public ImmutableDictionary<string, Instrument> ByAsset { get; } = list.ToImmutableDictionary(i => i.Asset, StringComparer.Ordinal);
    }

    private async ValueTask RemoveOrphansAsync(AccountState account, IReadOnlyList<OpenOrder> orders, string cycleId, CancellationToken cancel)
    {
        foreach (var order in orders)
        {
            if (order is { ReduceOnly: true, TriggerPrice: not null, WaitsForParent: false } && account.Of(order.Asset) is null)
            {
                await desk.CancelAsync(order, "no position left for this trigger", cycleId, cancel);
            }
        }

        foreach (var asset in _levels.Keys.Where(a => account.Of(a) is null).ToArray())
        {
            _levels.TryRemove(asset, out _);
            _noted.Remove(asset);
        }
    }
}
