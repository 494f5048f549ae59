using System.Collections.Immutable;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Trading;

namespace Rez.Core.Desk;

/// <summary>
/// The only way to the exchange: what is about to be sent is durable before it is sent, what became of it is written after, and
/// an unresolved send is asked for by client order id until it is known.
/// </summary>
public sealed class OrderDesk(IExchange exchange, IDiary diary, TimeProvider clock)
{
    private static readonly ImmutableArray<TimeSpan> AskAgainAfter =
        [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    /// <summary>Held by whoever changes something at the venue, so that cycle, sentinel and people do not interleave.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public IExchange Exchange => exchange;

    public async ValueTask<SendOutcome> PlaceAsync(ApprovedOrder order, string purpose, string? code, CancellationToken cancel)
    {
        diary.Append(new OrderSending(order.Request, purpose, code, order.Reason, NowMs), order.CycleId);
        await diary.FlushAsync();
        var outcome = await exchange.PlaceAsync(order, cancel);
        if (outcome.State == SendState.Unresolved)
        {
            outcome = await ResolveAsync(order.Request, outcome, cancel);
        }

        diary.Append(
            new OrderOutcome(order.Request.Asset, [.. order.Request.Legs.Select(l => l.Cloid)], outcome.State, outcome.Legs, outcome.Detail), order.CycleId);
        return outcome;
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

    /// <summary>Never resends: it only asks. Still unknown after the last question stays unresolved.</summary>
    private async ValueTask<SendOutcome> ResolveAsync(OrderRequest request, SendOutcome unresolved, CancellationToken cancel)
    {
        foreach (var wait in AskAgainAfter)
        {
            await Task.Delay(wait, clock, cancel);
            var legs = ImmutableArray.CreateBuilder<LegResult>(request.Legs.Length);
            foreach (var leg in request.Legs)
            {
                var status = await exchange.StatusAsync(leg.Cloid, cancel);
                if (!status.Ok || status.Value.State == OrderState.Unknown)
                {
                    break;
                }

                legs.Add(Describe(status.Value));
            }

            if (legs.Count == request.Legs.Length)
            {
                return SendOutcome.Confirmed(legs.MoveToImmutable());
            }
        }

        return unresolved;
    }

    private static LegResult Describe(OrderStatus status) => status.State switch
    {
        OrderState.Filled => new LegResult(LegState.Filled, status.Order?.Oid, status.FilledSize, status.Order?.LimitPrice ?? 0),
        OrderState.Open => new LegResult(status.Order?.TriggerPrice is null ? LegState.Resting : LegState.WaitingForTrigger, status.Order?.Oid, status.FilledSize),
        OrderState.Waiting => new LegResult(LegState.WaitingForFill, status.Order?.Oid),
        OrderState.Triggered => new LegResult(LegState.WaitingForTrigger, status.Order?.Oid),
        _ => new LegResult(LegState.Error, status.Order?.Oid, status.FilledSize, Error: status.Status),
    };
}
