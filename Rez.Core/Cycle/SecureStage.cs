using System.Collections.Immutable;
using Rez.Core.Desk;

namespace Rez.Core.Cycle;

/// <summary>Stage 6: reads every position back and proves that a live stop covers all of it; restores what is missing.</summary>
public sealed class SecureStage(OrderDesk desk, VenueBooks books, Protector protector)
{
    public async ValueTask<Outcome<ImmutableArray<Coverage>>> RunAsync(string cycleId, CancellationToken cancel)
    {
        await desk.Turn.WaitAsync(cancel);
        try
        {
            await desk.SettleAsync(cancel);
            var booked = await books.BookAsync(cancel);
            if (booked is { } failed)
            {
                return failed;
            }

            var proof = await protector.ProveAsync("secure", cycleId, cancel);
            return proof.Ok ? (Outcome<ImmutableArray<Coverage>>)proof.Value.ToImmutableArray() : proof.Rejection;
        }
        finally
        {
            desk.Turn.Release();
        }
    }
}
