using System.Collections.Concurrent;
using System.Collections.Immutable;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>A send whose outcome is not known yet.</summary>
/// <param name="DeadAt">Time after which it can't land any more.</param>
public sealed record PendingSend(OrderRequest Request, string? CycleId, DateTimeOffset DeadAt);

/// <summary>What a desk takes over from before a restart.</summary>
/// <param name="Known">Client ids of orders that were sent and may still be open.</param>
/// <param name="Pending">Sends whose outcome the diary does not hold.</param>
public sealed record DeskStart(IReadOnlyCollection<Cloid> Known, IReadOnlyCollection<PendingSend> Pending)
{
    /// <summary>What the names of all that this desk sends end in; may be empty.</summary>
    public string Mark { get; init; } = string.Empty;

    /// <summary>Sequence number of the diary's newest event: no two processes that sent anything began behind the same one.</summary>
    public long After { get; init; }

    public static readonly DeskStart Empty = new([], []);
}

/// <summary>
/// The only way to the exchange: what is about to be sent is durable before it is sent, what became of it is written after, and
/// an unresolved send is asked for by client order id until it is known. As long as it is not, nothing else is opened on its asset.
/// </summary>
public sealed class OrderDesk(IExchange exchange, IDiary diary, TimeProvider clock, DeskStart start)
{
    /// <summary>How names of what a person asked for begin, before a dash.</summary>
    public const string ByHand = "m";

    private static readonly ImmutableArray<TimeSpan> AskAgainAfter =
        [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(9)];

    /// <summary>A venue may need a moment after an action's end of life before its books say so.</summary>
    private static readonly TimeSpan DeadMargin = TimeSpan.FromSeconds(2);

    /// <summary>When a venue names no end of life: after this an action that it does not know has never reached it.</summary>
    private static readonly TimeSpan LongestFlight = TimeSpan.FromSeconds(60);

    private long _sent;
    private long _commands;
    private readonly ConcurrentDictionary<Cloid, byte> _known = new(start.Known.Select(c => KeyValuePair.Create(c, (byte)0)));
    private readonly List<PendingSend> _pending = [.. start.Pending];

    /// <summary>Held by whoever changes something at the venue, so that cycle, sentinel and people do not interleave.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public IExchange Exchange => exchange;

    /// <summary>
    /// The name of a cycle, a beat or a command as client order ids are made from it. Two hosts on one account decide at the same moments and count alike: without a mark of its own
    /// each would use the other's ids.
    /// </summary>
    public string Name(string what) => start.Mark.Length == 0 ? what : $"{what}-{start.Mark}";

    /// <summary>The name of what a person asks for.</summary>
    public string NameOfCommand() => Name(ByHand, Interlocked.Increment(ref _commands));

    /// <summary>
    /// The name of what happens between cycles: its kind, moment, and count in this process. A process that was started again counts anew, and a clock may show the same moment twice:
    /// where this one began tells them apart.
    /// </summary>
    public string Name(string kind, long count)
    {
        var moment = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return Name(start.After == 0 ? $"{kind}-{moment}-{count}" : $"{kind}-{moment}-{start.After}.{count}");
    }

    /// <summary>Whether an order was sent by this diary.</summary>
    public bool IsOurs(Cloid? cloid) => cloid is { } id && _known.ContainsKey(id);

    /// <summary>Whether a send on the asset is still unresolved. The caller holds the turn.</summary>
    public bool HasPending(string asset) => _pending.Any(p => p.Request.Asset == asset);

    /// <summary>Whether an exit on the asset is still unresolved: a stop or an entry that is must not keep a position from being closed. The caller holds the turn.</summary>
    public bool HasPendingExit(string asset) => _pending.Any(p => p.Request.Asset == asset && p.Request.Legs[0] is { ReduceOnly: true, TriggerPrice: null });

    /// <summary>Orders sent by this process: whoever acts between two looks at it has moved it.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public async ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, string purpose, string? code, CancellationToken cancel)
    {
        Interlocked.Increment(ref _sent);
        foreach (var leg in order.Request.Legs)
        {
            _known[leg.Cloid] = 0;
        }

        diary.Append(new OrderSending(order.Request, purpose, code, order.Reason, NowMs), order.CycleId);
        await diary.FlushAsync();
        var outcome = await exchange.PlaceAsync(order, cancel);
        if (outcome.State == SendState.Unresolved)
        {
            var pending = new PendingSend(order.Request, order.CycleId, outcome.DeadAt ?? clock.GetUtcNow() + LongestFlight);
            _pending.Add(pending);
            outcome = await ResolveAsync(pending, outcome, cancel);
        }

        Tell(order.Request, outcome, order.CycleId);
        return outcome;
    }

    /// <summary>Asks once more for every send that is not resolved. The caller holds the turn.</summary>
    public async ValueTask SettleAsync(CancellationToken cancel)
    {
        foreach (var pending in _pending.ToArray())
        {
            if (await AskAsync(pending, cancel) is { } outcome)
            {
                _pending.Remove(pending);
                Tell(pending.Request, outcome, pending.CycleId);

                // What is known is kept before the next is asked for: a process that dies again and again at its start gets on all the same.
                await diary.FlushAsync();
            }
        }
    }

    public async ValueTask<SendOutcome> CancelAsync(OpenOrder order, string reason, string? cycleId, CancellationToken cancel)
    {
        diary.Append(new CancelSending(order.Asset, order.Oid, order.Cloid, reason, NowMs), cycleId);
        await diary.FlushAsync();
        var outcome = await exchange.CancelAsync(order.Asset, order.Oid, cancel);
        diary.Append(new CancelOutcome(order.Asset, order.Oid, order.Cloid, outcome.State, outcome.Detail ?? outcome.Legs.FirstOrDefault()?.Error), cycleId);
        return outcome;
    }

    public async ValueTask<SendOutcome> SetLeverageAsync(string asset, int leverage, bool isCross, string? cycleId, CancellationToken cancel)
    {
        diary.Append(new LeverageSending(asset, leverage, isCross, NowMs), cycleId);
        await diary.FlushAsync();
        var outcome = await exchange.SetLeverageAsync(asset, leverage, isCross, cancel);
        diary.Append(new LeverageOutcome(asset, leverage, outcome.State, outcome.Detail), cycleId);
        return outcome;
    }

    private long NowMs => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private void Tell(OrderRequest request, SendOutcome outcome, string? cycleId) => diary.Append(
        new OrderOutcome(request.Asset, [.. request.Legs.Select(l => l.Cloid)], outcome.State, outcome.Legs, outcome.Detail), cycleId);

    /// <summary>Never resends: it only asks. What is still unknown at the end stays pending and is asked for at the next beat.</summary>
    private async ValueTask<SendOutcome> ResolveAsync(PendingSend pending, SendOutcome unresolved, CancellationToken cancel)
    {
        foreach (var wait in AskAgainAfter)
        {
            await Task.Delay(wait, clock, cancel);
            if (await AskAsync(pending, cancel) is { } outcome)
            {
                _pending.Remove(pending);
                return outcome;
            }
        }

        return unresolved;
    }

    /// <summary>What became of a send, or null while it can't be told. Unknown to the venue proves nothing before the send's end of life.</summary>
    private async ValueTask<SendOutcome?> AskAsync(PendingSend pending, CancellationToken cancel)
    {
        var isDead = clock.GetUtcNow() > pending.DeadAt + DeadMargin;
        var legs = ImmutableArray.CreateBuilder<LegResult>(pending.Request.Legs.Length);
        foreach (var leg in pending.Request.Legs)
        {
            var status = await exchange.StatusAsync(leg.Cloid, cancel);
            if (!status.Ok)
            {
                return null;
            }

            if (status.Value.State != OrderState.Unknown)
            {
                legs.Add(Describe(status.Value));
            }
            else if (!isDead)
            {
                return null;
            }
            else if (legs.Count == 0)
            {
                return SendOutcome.Rejected("it never reached the venue, which does not know it after its end of life");
            }
            else
            {
                // The parent is known and the child is not: the venue refused the child.
                legs.Add(new LegResult(LegState.Error, Error: "unknown to the venue"));
            }
        }

        return SendOutcome.Confirmed(legs.MoveToImmutable());
    }

    private static LegResult Describe(OrderStatus status) => status.State switch
    {
        OrderState.Filled => new LegResult(LegState.Filled, status.Order?.Oid, status.FilledSize),

        // Cut short: an IOC that took what there was.
        OrderState.Canceled when status.FilledSize > 0 => new LegResult(LegState.Filled, status.Order?.Oid, status.FilledSize),
        OrderState.Open => new LegResult(status.Order?.TriggerPrice is null ? LegState.Resting : LegState.WaitingForTrigger, status.Order?.Oid, status.FilledSize),
        OrderState.Waiting => new LegResult(LegState.WaitingForFill, status.Order?.Oid),
        OrderState.Triggered => new LegResult(LegState.WaitingForTrigger, status.Order?.Oid),
        _ => new LegResult(LegState.Error, status.Order?.Oid, status.FilledSize, Error: status.Status),
    };
}
