using Rez.Core.Risk;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk.Watches;

/// <summary>
/// Notices that prices of an open position have gone silent: nothing is opened then, and what is open is kept with its stops or closed, as the policy says. Silence is measured by the wall's
/// clock from the last price that was newer than the one before: a venue's clock may run at another pace.
/// </summary>
public sealed class FeedWatch(Protector protector, IDiary diary, IMarketData market, InForce<ProtectionOptions> options, TimeProvider wall) : IWatch
{
    private const long StateMs = 60_000;
    private readonly Dictionary<string, (DateTimeOffset PriceAt, long Seen)> _newest = new(StringComparer.Ordinal);
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);

    public async ValueTask<Tripped?> LookAsync(AccountState account, string beatId, CancellationToken cancel)
    {
        if (options.Now.FeedSilentSeconds == 0)
        {
            return null;
        }

        Tripped? found = null;
        foreach (var gone in _newest.Keys.Where(a => account.Of(a) is null).ToArray())
        {
            _newest.Remove(gone);
            _silent.Remove(gone);
        }

        foreach (var position in account.Positions)
        {
            if (!await IsSilentAsync(position.Asset, cancel))
            {
                _silent.Remove(position.Asset);
                continue;
            }

            // Until a minute after it was last found: it ends by itself when prices come again.
            found = new Tripped("feed-silent", $"no new price of {position.Asset} for {options.Now.FeedSilentSeconds} s", TradingState.Reducing, account.At.ToUnixTimeMilliseconds() + StateMs);
            if (_silent.Add(position.Asset) && options.Now.OnFeedSilent == SilentPolicy.Flatten)
            {
                diary.Append(new ExitCalled(position.Asset, ExitCodes.Risk, "Close", found.Words), beatId);
                await protector.FlattenAsync(position.Asset, ExitCodes.Risk, found.Words, beatId, cancel);
            }
        }

        return found;
    }

    private async ValueTask<bool> IsSilentAsync(string asset, CancellationToken cancel)
    {
        var context = await market.ContextAsync(asset, cancel);
        if (!_newest.TryGetValue(asset, out var newest) || (context.Ok && context.Value.At > newest.PriceAt))
        {
            _newest[asset] = (context.Ok ? context.Value.At : DateTimeOffset.MinValue, wall.GetTimestamp());
            return false;
        }

        return wall.GetElapsedTime(newest.Seen) >= TimeSpan.FromSeconds(options.Now.FeedSilentSeconds);
    }
}
