using System.Text.Json;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Simulation;

namespace Rez.Core.LocalVenue;

/// <summary>
/// A local exchange that speaks Hyperliquid's protocol: <c>/info</c>, <c>/exchange</c> and the frames of <c>/ws</c>, on a generated or
/// recorded market. Everything happens in the caller's thread, under one lock, at the time the caller's clock says.
/// </summary>
/// <remarks>
/// Known to be simpler than the real one: accounts trade against a synthetic book, not with each other; builder fees are noted, not charged;
/// no spot, no sub-accounts, no vaults, no TWAP.
/// </remarks>
public sealed class LocalExchange
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TimeProvider _wall;
    private readonly Dictionary<Address, LocalAccount> _accounts = [];
    private readonly Dictionary<Address, Address> _masters = [];
    private readonly Dictionary<Address, NonceWindow> _nonces = [];
    private readonly Dictionary<string, WeightBudget> _weights = new(StringComparer.Ordinal);
    private readonly List<SimulatedVenue> _venues = [];
    private readonly List<LocalConnection> _connections = [];
    private readonly InfoRequests _info;
    private readonly ActionRequests _actions;
    private readonly string _world;
    private long _events;

    /// <param name="clock">The market's clock: also that of limits and expiries.</param>
    /// <param name="wall">Clock of clients that do not know the market's; the same one at speed 1.</param>
    /// <param name="kept">Accounts from an earlier run on the same market: what happened since happens to them now.</param>
    public LocalExchange(IMarketSource source, LocalExchangeOptions options, TimeProvider clock, TimeProvider wall, LocalSnapshot? kept = null)
    {
        Options = options;
        _clock = clock;
        _wall = wall;
        Market = new LocalMarket(source, options.Simulation, options.Seed);
        _info = new InfoRequests(this);
        _actions = new ActionRequests(this);
        _world = source.Fingerprint;
        if (kept is not null)
        {
            Market.Advance(kept.NowMs, _venues);
            Resume(kept);
        }

        Market.Advance(NowMs, _venues);
    }

    public LocalExchangeOptions Options { get; }

    /// <summary>
    /// Called under the exchange's lock when an action was carried out or prices made fills, before anybody is told: what is kept then outlives a kill. One call at a time, each with newer accounts than the one before.
    /// </summary>
    public Action? Acted { get; set; }

    /// <summary>Brings everything up to now and has it kept.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            Step();
            Acted?.Invoke();
        }
    }

    internal LocalMarket Market { get; }

    /// <summary>Market time, Unix ms.</summary>
    public long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Market seconds a second.</summary>
    public double Speed => _clock is ScaledClock scaled ? scaled.Speed : 1;

    internal long WallMs => _wall.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Only post-only orders are taken, as after an upgrade of the network.</summary>
    public bool PostOnly { get; set; }

    /// <summary>Answers a body sent to <c>/info</c>.</summary>
    /// <param name="caller">Address of the internet, for the weight budget.</param>
    public LocalReply Info(ReadOnlySpan<byte> body, string caller) => Handle(body, caller, _info.WeightOf, _info.Answer);

    /// <summary>Answers a body sent to <c>/exchange</c>.</summary>
    public LocalReply Exchange(ReadOnlySpan<byte> body, string caller) => Handle(body, caller, _actions.WeightOf, Act);

    /// <summary>Time has passed: the market moves, accounts with it, and subscribers are told.</summary>
    public void Tick()
    {
        lock (_gate)
        {
            Step();
            foreach (var connection in _connections)
            {
                connection.Publish();
            }
        }
    }

    /// <summary>Everything that a later run needs to go on.</summary>
    public LocalSnapshot Keep()
    {
        lock (_gate)
        {
            Step();
            return new LocalSnapshot(_world, Market.StartMs, NowMs, [.. _accounts.Values.Select(a => a.Keep())]);
        }
    }

    private void Resume(LocalSnapshot kept)
    {
        foreach (var account in kept.Accounts)
        {
            var venue = NewVenue(account.Faucet);
            var resumed = new LocalAccount(Parse(account.Address), venue, account.CreatedMs, account.Faucet);
            resumed.Resume(account);
            _accounts[resumed.Address] = resumed;
            foreach (var agent in account.Agents)
            {
                Approve(resumed, Parse(agent.Address), agent.Name, agent.UntilMs);
            }

            Market.Join(venue);
            _venues.Add(venue);
        }
    }

    /// <summary>Opens a socket; frames go to <paramref name="send"/>, in order, under the exchange's lock.</summary>
    public LocalConnection Connect(string caller, Action<ReadOnlyMemory<byte>> send)
    {
        lock (_gate)
        {
            var connection = new LocalConnection(this, caller, send);
            _connections.Add(connection);
            return connection;
        }
    }

    public void Disconnect(LocalConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }

    /// <summary>Gives an address an account with this balance, as a transfer would.</summary>
    public void Credit(string address, decimal usd)
    {
        lock (_gate)
        {
            Step();
            Create(Parse(address), usd);
        }
    }

    /// <summary>Looks at an account's venue, or acts on it as somebody else would: a person, another bot, the venue itself.</summary>
    public T With<T>(string address, Func<SimulatedVenue, T> act)
    {
        lock (_gate)
        {
            Step();
            return act(AccountOf(Parse(address))!.Venue);
        }
    }

    /// <summary>Makes an account do something that the venue itself keeps account of.</summary>
    internal void Touch(string address, Action<LocalAccount> act)
    {
        lock (_gate)
        {
            act(AccountOf(Parse(address))!);
        }
    }

    /// <summary>New terms of an instrument, from now on.</summary>
    public void Revise(Instrument instrument)
    {
        lock (_gate)
        {
            Step();
            Market.Instruments[Market.IndexOf(instrument.Asset)] = instrument;
            Market.House.Revise(instrument);
            foreach (var venue in _venues)
            {
                venue.Revise(instrument);
            }
        }
    }

    internal Lock Gate => _gate;

    internal void Step()
    {
        var now = NowMs;
        Market.Advance(now, _venues);
        foreach (var account in _accounts.Values)
        {
            _actions.FireSchedule(account, now);
        }

        if (Acted is null)
        {
            return;
        }

        // What prices did to an account is kept before anybody hears of it: played again after a kill, it would have other times.
        var events = 0L;
        foreach (var venue in _venues)
        {
            events += venue.Fills.Count + venue.Funding.Count;
        }

        if (events != _events)
        {
            _events = events;
            Acted();
        }
    }

    /// <summary>The account of an address, credited at first sight; null when there is none and the faucet is shut.</summary>
    internal LocalAccount? AccountOf(Address address) =>
        _accounts.TryGetValue(address, out var account) ? account
        : Options.Faucet > 0 && !_masters.ContainsKey(address) ? Create(address, Options.Faucet)
        : null;

    /// <summary>The account that a key may act for.</summary>
    internal LocalAccount? AccountSignedBy(Address signer)
    {
        if (!_masters.TryGetValue(signer, out var master))
        {
            return AccountOf(signer);
        }

        var account = _accounts[master];
        return account.Agents.TryGetValue(signer, out var agent) && agent.UntilMs > NowMs ? account : null;
    }

    internal Address? MasterOf(Address agent) => _masters.TryGetValue(agent, out var master) ? master : null;

    internal void Approve(LocalAccount account, Address agent, string name, long untilMs)
    {
        foreach (var old in account.Agents.Where(a => a.Value.Name == name).Select(a => a.Key).ToArray())
        {
            // The same name again replaces the agent; its key can't sign any more.
            account.Agents.Remove(old);
        }

        _masters[agent] = account.Address;
        account.Agents[agent] = (name, untilMs);
    }

    internal string? TakeNonce(Address signer, ulong nonce)
    {
        if (!_nonces.TryGetValue(signer, out var window))
        {
            _nonces[signer] = window = new NonceWindow();
        }

        return window.Take(nonce, NowMs, WallMs);
    }

    internal LocalReply HandleParsed(JsonElement body, string caller, bool isAction)
    {
        var weight = isAction ? _actions.WeightOf(body) : _info.WeightOf(body);
        return !Afford(caller, weight) ? LocalReply.TooMany : isAction ? Act(body) : _info.Answer(body);
    }

    private LocalReply Act(JsonElement body)
    {
        var reply = _actions.Answer(body);
        Acted?.Invoke();
        return reply;
    }

    private LocalReply Handle(ReadOnlySpan<byte> body, string caller, Func<JsonElement, double> weightOf, Func<JsonElement, LocalReply> answer)
    {
        if (WireJson.Parse(body.ToArray()) is not { } document)
        {
            return Unreadable;
        }

        lock (_gate)
        {
            Step();
            return Afford(caller, weightOf(document.RootElement)) ? answer(document.RootElement) : LocalReply.TooMany;
        }
    }

    internal static LocalReply Unreadable { get; } = LocalReply.Text(422, "Failed to deserialize the JSON body into the target type");

    private static Address Parse(string address) =>
        Address.TryParse(address, out var parsed) ? parsed : throw new ArgumentException($"'{address}' is not an address.", nameof(address));

    private bool Afford(string caller, double weight)
    {
        if (!_weights.TryGetValue(caller, out var budget))
        {
            _weights[caller] = budget = new WeightBudget(Options.WeightPerMinute, 0, 0);
        }

        return weight <= Options.WeightPerMinute && budget.Take(weight, Urgency.Protection, NowMs) == TimeSpan.Zero;
    }

    private LocalAccount Create(Address address, decimal usd)
    {
        var venue = NewVenue(usd);
        Market.Join(venue);
        _venues.Add(venue);
        return _accounts[address] = new LocalAccount(address, venue, NowMs, usd);
    }

    /// <summary>Ids are the venue's, not an account's: each account counts in a range of its own.</summary>
    private SimulatedVenue NewVenue(decimal usd) => new(Market.Instruments, With(Options.Simulation, usd), Options.Seed, (_accounts.Count + 1) * 1_000_000_000L);

    private static SimulationOptions With(SimulationOptions o, decimal balance) => new()
    {
        InitialBalance = balance, TakerFeeBps = o.TakerFeeBps, MakerFeeBps = o.MakerFeeBps, HalfSpreadBps = o.HalfSpreadBps,
        DepthUsdPerBp = o.DepthUsdPerBp, SlippageNoiseBps = o.SlippageNoiseBps,
    };
}
