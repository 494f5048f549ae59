using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk.Watches;

/// <summary>Notices that prices of an open position have gone silent: nothing is opened then, and what is open is kept with its stops or closed, as the policy says.</summary>
public sealed class FeedWatch(Protector protector, IDiary diary, IMarketData market, ProtectionOptions options, TimeProvider clock) : IWatch
{
    private readonly HashSet<string> _silent = new(StringComparer.Ordinal);

    public async ValueTask<Tripped?> LookAsync(AccountState account, string beatId, CancellationToken cancel)
    {
        if (options.FeedSilentSeconds == 0)
        {
            return null;
        }

        Tripped? found = null;
        var now = clock.GetUtcNow();
        foreach (var position in account.Positions)
        {
            var context = await market.ContextAsync(position.Asset, cancel);
            var age = context.Ok ? now - context.Value.At : TimeSpan.MaxValue;
            if (age < TimeSpan.FromSeconds(options.FeedSilentSeconds))
            {
                _silent.Remove(position.Asset);
                continue;
            }

            // Until the next look but one: it ends by itself when prices come again.
            found = new Tripped("feed-silent", $"no price of {position.Asset} for more than {options.FeedSilentSeconds} s", TradingState.Reducing, now.ToUnixTimeMilliseconds() + 60_000);
            if (context.Ok && _silent.Add(position.Asset) && options.OnFeedSilent == SilentPolicy.Flatten)
            {
                diary.Append(new ExitCalled(position.Asset, ExitCodes.Risk, "Close", found.Words), beatId);
                await protector.FlattenAsync(position.Asset, ExitCodes.Risk, found.Words, beatId, cancel);
            }
        }

        return found;
    }
}
