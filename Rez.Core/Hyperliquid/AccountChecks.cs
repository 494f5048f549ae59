using System.Collections.Immutable;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid;

public enum CheckState
{
    Ok,
    Warning,

    /// <summary>Live trading must not start.</summary>
    Failed,
}

/// <summary>One thing that was looked at before money is at stake, in plain words.</summary>
public sealed record CheckResult(string Name, CheckState State, string Words);

/// <summary>What must hold before live trading starts (protocol §0, §2.1).</summary>
public sealed class AccountChecks(InfoClient info, VenueHttp http, VenueAddress venue, TimeProvider clock)
{
    private static readonly TimeSpan SkewToTell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ExpiryToTell = TimeSpan.FromDays(7);

    /// <summary>Actions that should be left before a start; below, entries would soon be held back.</summary>
    private const long ActionsToTell = 2_000;

    /// <summary>Everything, as far as it can be asked: a venue that can't be reached ends it.</summary>
    public async Task<ImmutableArray<CheckResult>> RunAsync(
        Address signer, Address account, IReadOnlyCollection<string> assets, decimal minBalance, CancellationToken cancel)
    {
        var results = ImmutableArray.CreateBuilder<CheckResult>();
        if (!await MarketAsync(assets, results, cancel))
        {
            return results.ToImmutable();
        }

        await KeyAsync(signer, account, results, cancel);
        await BalanceAsync(account, minBalance, results, cancel);
        await BudgetAsync(account, results, cancel);
        return results.ToImmutable();
    }

    /// <summary>The part that needs no key: reachability, clock, assets.</summary>
    public async Task<bool> MarketAsync(IReadOnlyCollection<string> assets, ImmutableArray<CheckResult>.Builder results, CancellationToken cancel)
    {
        var meta = await info.MetaAsync(cancel);
        if (!meta.Ok)
        {
            var region = meta.Rejection.Message.Contains("403", StringComparison.Ordinal) || meta.Rejection.Message.Contains("451", StringComparison.Ordinal);
            results.Add(new CheckResult("reachability", CheckState.Failed, region
                ? $"{venue.Http.Host} refuses this machine: its region or network is blocked. {meta.Rejection.Message}"
                : $"{meta.Rejection.Message} Check the network, a proxy, or Hyperliquid:Url."));
            return false;
        }

        results.Add(new CheckResult("reachability", CheckState.Ok, $"{venue.Http.Host} ({venue.Network.ToString().ToLowerInvariant()}) answers within {http.LastLatency.TotalMilliseconds:0} ms"));
        await ClockAsync(meta.Value, results, cancel);
        Assets(meta.Value, assets, results);
        var capped = await info.CappedAssetsAsync(cancel);
        if (capped.Ok && assets.Intersect(capped.Value, StringComparer.Ordinal).ToArray() is { Length: > 0 } full)
        {
            results.Add(new CheckResult("open interest", CheckState.Warning, $"{string.Join(' ', full)} stand at the open-interest cap: the venue refuses to increase there"));
        }

        results.Add(new CheckResult("request weight", CheckState.Ok, $"{http.WeightLeft:0} of 1200 a minute left"));
        return true;
    }

    /// <summary>Whether the key may act for the account, and for how long.</summary>
    private async Task KeyAsync(Address signer, Address account, ImmutableArray<CheckResult>.Builder results, CancellationToken cancel)
    {
        var role = await info.RoleAsync(signer, cancel);
        if (!role.Ok)
        {
            results.Add(new CheckResult("key", CheckState.Failed, $"Whose key this is could not be asked: {role.Rejection.Message}"));
            return;
        }

        var (kind, master) = role.Value;
        if (signer == account)
        {
            results.Add(kind == "agent"
                ? new CheckResult("key", CheckState.Failed, $"{account} is an agent's address; Hyperliquid:Account must be the account it signs for ({master})")
                : new CheckResult("key", CheckState.Warning, $"the key is that of the account {account} itself and could withdraw: an agent key (API wallet) can't"));
            return;
        }

        if (kind != "agent" || !string.Equals(master, account.Text, StringComparison.OrdinalIgnoreCase))
        {
            results.Add(new CheckResult("key", CheckState.Failed, $"the key's address {signer} is not an agent of {account}"
                + (kind == "agent" ? $" but of {master}" : $" (the venue calls it '{kind}'): approve it as an API wallet, or check Hyperliquid:Account")));
            return;
        }

        var agents = await info.AgentsAsync(account, cancel);
        var listed = agents.Ok ? agents.Value.FirstOrDefault(a => a.Address == signer.Text) : null;
        if (listed is null)
        {
            results.Add(new CheckResult("key", CheckState.Ok, $"{signer} is an agent of {account}; when it expires the venue does not tell"));
            return;
        }

        var left = DateTimeOffset.FromUnixTimeMilliseconds(listed.ValidUntilMs) - clock.GetUtcNow();
        results.Add(new CheckResult(
            "key", left <= TimeSpan.Zero ? CheckState.Failed : left < ExpiryToTell ? CheckState.Warning : CheckState.Ok,
            left <= TimeSpan.Zero ? $"the agent {signer} ('{listed.Name}') has expired: approve a new one" : $"{signer} is the agent '{listed.Name}' of {account}, for {left.TotalDays:0.#} more days"));
    }

    private async Task BalanceAsync(Address account, decimal minBalance, ImmutableArray<CheckResult>.Builder results, CancellationToken cancel)
    {
        var kind = await info.AbstractionAsync(account, cancel);
        if (kind.Ok && kind.Value is "unifiedAccount" or "portfolioMargin")
        {
            results.Add(new CheckResult("account kind", CheckState.Failed,
                $"the account is in {kind.Value} mode, whose balance the perp account does not show: switch it to standard (manual) mode"));
            return;
        }

        results.Add(kind.Ok
            ? new CheckResult("account kind", CheckState.Ok, $"standard ({kind.Value})")
            : new CheckResult("account kind", CheckState.Failed, $"could not be asked: {kind.Rejection.Message}"));
        var state = await info.AccountAsync(account, cancel);
        results.Add(!state.Ok ? new CheckResult("balance", CheckState.Failed, $"could not be read: {state.Rejection.Message}")
            : state.Value.Equity < minBalance ? new CheckResult("balance", CheckState.Failed,
                $"{state.Value.Equity:0.##} USD, less than Hyperliquid:MinBalance ({minBalance:0.##}); an agent's address instead of the account's looks empty too")
            : new CheckResult("balance", CheckState.Ok, $"{state.Value.Equity:0.##} USD, {state.Value.Positions.Length} open position(s)"));
    }

    private async Task BudgetAsync(Address account, ImmutableArray<CheckResult>.Builder results, CancellationToken cancel)
    {
        var budget = await info.BudgetAsync(account, cancel);
        results.Add(!budget.Ok ? new CheckResult("action budget", CheckState.Warning, $"could not be asked: {budget.Rejection.Message}")
            : new CheckResult("action budget", budget.Value.Left < ActionsToTell ? CheckState.Warning : CheckState.Ok,
                $"{budget.Value.Left} actions of {budget.Value.Cap} left; one more for each USD traded"));
    }

    private async Task ClockAsync(ImmutableArray<Instrument> universe, ImmutableArray<CheckResult>.Builder results, CancellationToken cancel)
    {
        var coin = universe.FirstOrDefault(i => !i.IsDelisted)?.Asset;
        var before = clock.GetUtcNow();
        var book = coin is null ? new Rejection("no-coin", "the venue lists nothing") : await info.BookAsync(coin, cancel);
        if (!book.Ok)
        {
            results.Add(new CheckResult("clock", CheckState.Warning, $"the venue's time could not be read: {book.Rejection.Message}"));
            return;
        }

        // The venue's time lies between question and answer, or the clocks differ by as much as it lies outside.
        var after = clock.GetUtcNow();
        var venueTime = DateTimeOffset.FromUnixTimeMilliseconds(book.Value.TimeMs);
        var skew = before > venueTime ? before - venueTime : after < venueTime ? after - venueTime : TimeSpan.Zero;
        var ahead = skew > TimeSpan.Zero ? "ahead of" : "behind";
        results.Add(new CheckResult(
            "clock", skew.Duration() >= ExchangeClient.Lifetime && venue.Network != Network.Local ? CheckState.Failed : skew.Duration() > SkewToTell ? CheckState.Warning : CheckState.Ok,
            skew.Duration() <= SkewToTell ? $"within {Math.Max(1, skew.Duration().TotalMilliseconds):0} ms of the venue's"
                : $"{skew.Duration().TotalSeconds:0.#} s {ahead} the venue's: actions live {ExchangeClient.Lifetime.TotalSeconds:0} s, so set the clock (NTP)"));
    }

    private static void Assets(ImmutableArray<Instrument> universe, IReadOnlyCollection<string> assets, ImmutableArray<CheckResult>.Builder results)
    {
        var missing = assets.Where(a => universe.All(i => i.Asset != a)).ToArray();
        var delisted = assets.Where(a => universe.Any(i => i.Asset == a && i.IsDelisted)).ToArray();
        results.Add(missing.Length > 0 ? new CheckResult("assets", CheckState.Failed, $"the venue has no {string.Join(' ', missing)} (names are as the venue writes them, such as kPEPE)")
            : delisted.Length > 0 ? new CheckResult("assets", CheckState.Warning, $"{string.Join(' ', delisted)} are delisted")
            : new CheckResult("assets", CheckState.Ok, string.Join(' ', assets)));
    }
}
