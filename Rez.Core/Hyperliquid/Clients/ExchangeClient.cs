using System.Net;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Clients;

/// <summary>
/// Signs and posts actions. An action is sent once; only what the venue provably refused before looking at it (429) is tried again, and that only
/// for protection. Every action expires, so that silence becomes certainty.
/// </summary>
public sealed class ExchangeClient(
    VenueHttp http, VenueAddress venue, IEthereumSigner signer, PrivateKey key, NonceSource nonces, AddressBudget budget, TimeProvider clock, Address? vault = null)
{
    /// <summary>After this an action that has not landed never will (protocol §2, <c>expiresAfter</c>).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    private const int ProtectionAttempts = 6;

    public Address Signer { get; } = signer.AddressOf(key);

    /// <param name="count">Orders or cancels in it; 0 for an action that answers <c>default</c>.</param>
    public async ValueTask<SendOutcome> SendAsync(VenueAction action, int count, Urgency urgency, CancellationToken cancel)
    {
        if (budget.Take(Math.Max(1, count), urgency) is { } spent)
        {
            return SendOutcome.Rejected(spent.Message);
        }

        for (var attempt = 1; ; attempt++)
        {
            var expires = clock.GetUtcNow() + Lifetime;
            var body = action.Sign(signer, key, venue.IsMainnet, nonces.Next(), (ulong)expires.ToUnixTimeMilliseconds(), vault);
            var answer = await http.SendAsync(venue.Exchange, body, 1 + (count / 40), urgency, cancel);
            if (!answer.Came)
            {
                return answer.NeverSent ? SendOutcome.Rejected($"never sent: {answer.Failure}") : SendOutcome.Unresolved(answer.Failure!, expires);
            }

            if (answer.Status == HttpStatusCode.TooManyRequests && urgency == Urgency.Protection && attempt < ProtectionAttempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 << attempt), clock, cancel);
                continue;
            }

            var outcome = ExchangeReply.Read(answer.Status, answer.Body, count);
            return outcome.State == SendState.Unresolved ? SendOutcome.Unresolved(outcome.Detail!, expires) : outcome;
        }
    }
}
