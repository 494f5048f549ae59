using System.Collections.Immutable;
using Rez.Core.Cycle;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Keys;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Session;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.Configuration;

/// <summary>Turns checked options into the parts of a session on live prices.</summary>
public static class LiveComposition
{
    public static SessionSettings Settings(RezOptions o, long? maxCycles, string version)
    {
        var cycle = new CycleSettings(
            [.. o.Trading.Assets],
            Interval.Parse(o.Trading.CycleInterval),
            [.. o.Market.Intervals.Select(Interval.Parse)],
            new SheetLayout([.. o.Market.Indicators.Select(i => IndicatorCatalogue.Parse(i).Value)]),
            o.Market.StaleAfterBars,
            o.Market.GapWindowBars,
            o.Trading.OnDrift,
            o.Simulation.TakerFeeBps);
        return new SessionSettings(cycle, new RigLimits(o.Risk, o.Protection, o.Exits), o.Simulation, o.Demo.Seed, 1, maxCycles, 0, o.Trading.MaxBackoffCycles, version);
    }

    /// <summary>What the venue keeps, less a little; three times that with a fallback.</summary>
    private static int HistoryBars(RezOptions o) => (HyperliquidMarketData.KeptBars - 10) * (o.Market.Fallback == CandleFallback.None ? 1 : 3);

    public static LivePace Pace(RezOptions o) =>
        new(TimeSpan.FromSeconds(o.Trading.CycleDelaySeconds), TimeSpan.FromSeconds(o.Trading.SentinelSeconds), HistoryBars(o), o.Simulation.InitialBalance);

    public static Interval BaseInterval(RezOptions o) => VenueRules.Base(o)!.Value;

    /// <summary>Address that is traded: the sub-account when one is named.</summary>
    public static Address Account(HyperliquidOptions o) =>
        Address.TryParse(o.SubAccount.Length > 0 ? o.SubAccount : o.Account, out var account) ? account : throw new InvalidOperationException("Hyperliquid:Account was not checked.");

    public static Address? Vault(HyperliquidOptions o) => o.SubAccount.Length > 0 ? Account(o) : null;

    /// <summary>The key from where the options say. Messages never hold any of it.</summary>
    public static Outcome<PrivateKey> Key(HyperliquidOptions o)
    {
        var source = new KeySource(o.KeyPassword.Length > 0 ? o.KeyPassword : null, o.KeyPath);
        return o.KeyFile.Length > 0 ? source.ReadFile(o.KeyFile) : source.Read(o.Key);
    }

    /// <summary>Simulated fills on live prices: an account that the diary remembers.</summary>
    public static async Task<Outcome<LivePorts>> PaperAsync(RezOptions o, VenueLink link, string diaryPath, TimeProvider wall, CancellationToken cancel)
    {
        var instruments = await link.Market.InstrumentsAsync(cancel);
        if (!instruments.Ok)
        {
            return instruments.Rejection;
        }

        if (o.Trading.Assets.Where(a => instruments.Value.All(i => i.Asset != a)).ToArray() is { Length: > 0 } unknown)
        {
            return new Rejection("unknown-asset", $"Trading:Assets: {link.Address.Http.Host} has no {string.Join(' ', unknown)}.");
        }

        var venue = new SimulatedVenue(instruments.Value, o.Simulation, o.Demo.Seed, link.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        PaperAccount.Restore(venue, diaryPath, o.Simulation.InitialBalance, instruments.Value);
        var gate = new Lock();
        var held = venue.Account().Positions.Select(p => p.Asset);
        var feed = new PaperFeed(venue, gate, link.Market, [.. o.Trading.Assets.Union(held, StringComparer.Ordinal)], link.Clock);
        return new LivePorts(
            "paper", $"paper on hyperliquid/{link.Address.Network.ToString().ToLowerInvariant()}", new SimulatedExchange(venue, gate), link.Market, link.Clock, wall,
            _ =>
            {
                link.Listen(o.Trading.Assets, null);
                return Task.FromResult<Rejection?>(null);
            },
            feed.RefreshAsync) { Upstream = () => UpstreamOf(link) };
    }

    /// <summary>Real orders: nothing starts before the account was looked at.</summary>
    /// <param name="told">Called with what the account checks found.</param>
    public static LivePorts Live(
        RezOptions o, VenueLink link, IEthereumSigner signer, PrivateKey key, NonceSource nonces, TimeProvider wall, Action<CheckResult> told)
    {
        var account = Account(o.Hyperliquid);
        var budget = new AddressBudget();
        var client = new ExchangeClient(link.Http, link.Address, signer, key, nonces, budget, link.Clock, Vault(o.Hyperliquid));
        var exchange = new HyperliquidExchange(link.Info, client, link.Streams, link.Market, budget, account);
        var guard = new LiveGuard(exchange, link, new DeadManSwitch(TimeSpan.FromSeconds(o.Hyperliquid.DeadManSeconds)));
        return new LivePorts(
            "live", $"hyperliquid/{link.Address.Network.ToString().ToLowerInvariant()} account {account}", exchange, link.Market, link.Clock, wall,
            async cancel =>
            {
                var checks = await new AccountChecks(link.Info, link.Http, link.Address, link.Clock).RunAsync(
                    client.Signer, account, o.Trading.Assets, o.Hyperliquid.MinBalance, cancel);
                foreach (var check in checks)
                {
                    told(check);
                }

                if (checks.Where(c => c.State == CheckState.Failed).ToImmutableArray() is { IsEmpty: false } failed)
                {
                    return new Rejection("not-ready", string.Join(" ", failed.Select(f => $"{f.Name}: {f.Words}.")));
                }

                link.Listen(o.Trading.Assets, account);
                return null;
            },
            guard.RefreshAsync) { Upstream = () => UpstreamOf(link) };
    }

    private static UpstreamState UpstreamOf(VenueLink link) => new(link.Http.LastLatency, link.Http.WeightLeft);
}
