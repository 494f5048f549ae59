using Rez.Core.Market;
using Rez.Core.Risk;

namespace Rez.Core.Desk;

/// <summary>
/// Closes positions with nothing but the venue: no diary, no desk, no cycle. For the moment when those are what is broken. Only reduce-only orders are sent, so that a
/// second one can do no harm; what it did is booked as foreign when a diary works again.
/// </summary>
public sealed class EmergencyExit(Trading.IExchange exchange, IMarketData market, RiskOptions limits, TimeProvider clock)
{
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="asset">Null for everything.</param>
    /// <param name="told">Called with each step, in words.</param>
    /// <returns>What is left, by asset; null for an asset when the venue could not be read.</returns>
    public async Task<IReadOnlyList<FlattenResult>> FlattenAsync(string? asset, Action<string> told, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var account = await exchange.AccountAsync(cancel);
            if (account.Ok)
            {
                var open = account.Value.Positions.Where(p => asset is null || p.Asset == asset).ToArray();
                if (open.Length == 0)
                {
                    return [];
                }

                if (attempt > Attempts)
                {
                    return [.. open.Select(p => new FlattenResult(p.Asset, p.SignedSize))];
                }

                await CloseAsync(open, attempt, told, cancel);
            }
            else
            {
                told($"The account can't be read: {account.Rejection.Message}");
                if (attempt > Attempts)
                {
                    return [new FlattenResult(asset ?? "*", null)];
                }
            }

            await Task.Delay(Pause, clock, cancel);
        }
    }

    private async Task CloseAsync(IEnumerable<Trading.Position> open, int attempt, Action<string> told, CancellationToken cancel)
    {
        var instruments = await market.InstrumentsAsync(cancel);
        foreach (var position in open)
        {
            if (!instruments.Ok || instruments.Value.FirstOrDefault(i => i.Asset == position.Asset) is not { } instrument)
            {
                told($"{position.Asset}: its terms can't be read{(instruments.Ok ? string.Empty : $": {instruments.Rejection.Message}")}");
                continue;
            }

            var context = await market.ContextAsync(position.Asset, cancel);
            var prices = context.Ok ? context.Value : AssetContext.OfMark(position.Asset, clock.GetUtcNow(), position.MarkPrice);
            var exit = RiskGate.ApproveExit(position, instrument, prices, limits, $"emergency-{clock.GetUtcNow().ToUnixTimeMilliseconds()}", "kill switch", attempt: attempt);
            var outcome = await exchange.PlaceAsync(exit, cancel);
            told($"{position.Asset}: closing {position.SignedSize}: {outcome.State}{(outcome.Detail is { } detail ? $", {detail}" : string.Empty)}");
        }
    }
}
