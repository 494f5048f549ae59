using System.Collections.Immutable;
using Rez.Core.Desk.Watches;
using Rez.Core.Risk.Portfolio;

namespace Rez.Core.Desk;

/// <summary>
/// Between cycles: books what the venue did, proves protection, and lets each watch look (margin, exits, plans, prices), every few seconds. It shares nothing with the cycle but
/// the desk's turn, which is held only while something is being sent, so a slow model can't hold it back.
/// </summary>
public sealed class Sentinel(OrderDesk desk, VenueBooks books, Protector protector, PortfolioGuard guard, ImmutableArray<IWatch> watches)
{
    private long _beats;

    /// <summary>Why the newest beat could not conclude, or null.</summary>
    public Rejection? LastTrouble { get; private set; }

    public IReadOnlyList<Coverage> LastProof { get; private set; } = [];

    /// <summary>Counts a beat that would have found nothing.</summary>
    internal void Pass() => _beats++;

    public async ValueTask BeatAsync(CancellationToken cancel)
    {
        await desk.Turn.WaitAsync(cancel);
        try
        {
            await desk.SettleAsync(cancel);
            var booked = await books.BookAsync(cancel);
            if (booked is { } failed)
            {
                LastTrouble = failed;
                return;
            }

            var id = desk.Name("s", ++_beats);
            var proof = await protector.ProveAsync("sentinel", id, cancel);
            LastTrouble = proof.Ok ? null : proof.Rejection;
            if (proof.Ok)
            {
                LastProof = proof.Value;
                await WatchAsync(id, cancel);
            }
        }
        finally
        {
            desk.Turn.Release();
        }
    }

    /// <summary>Protection first, then everything else. A watch that acts changes the account: the next one is told how it is now.</summary>
    private async ValueTask WatchAsync(string id, CancellationToken cancel)
    {
        Tripped? found = null;
        var account = protector.LastAccount!;
        foreach (var watch in watches)
        {
            var sent = desk.Sent;
            found = await watch.LookAsync(account, id, cancel) ?? found;
            if (desk.Sent == sent)
            {
                continue;
            }

            if (await desk.Exchange.AccountAsync(cancel) is not { Ok: true } again)
            {
                break;
            }

            account = again.Value;
        }

        await guard.LookAsync(account, found);
    }
}
