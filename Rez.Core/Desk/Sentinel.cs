namespace Rez.Core.Desk;

/// <summary>
/// Between cycles: books what the venue did and proves protection, every few seconds. It shares nothing with the cycle but the
/// desk's turn, which is held only while something is being sent, so a slow model can't hold it back.
/// </summary>
public sealed class Sentinel(OrderDesk desk, VenueBooks books, Protector protector, TimeProvider clock)
{
    private long _beats;

    /// <summary>Why the newest beat could not conclude, or null.</summary>
    public Rejection? LastTrouble { get; private set; }

    public IReadOnlyList<Coverage> LastProof { get; private set; } = [];

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

            var proof = await protector.ProveAsync("sentinel", $"s-{clock.GetUtcNow().ToUnixTimeMilliseconds()}-{++_beats}", cancel);
            LastTrouble = proof.Ok ? null : proof.Rejection;
            if (proof.Ok)
            {
                LastProof = proof.Value;
            }
        }
        finally
        {
            desk.Turn.Release();
        }
    }
}
