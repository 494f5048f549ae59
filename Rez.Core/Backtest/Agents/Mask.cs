using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Rez.Core.Agent;
using Rez.Core.Indicators;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Backtest.Agents;

/// <summary>
/// Other names for assets and another date for everything, so that a model can't recall what it has read of that time: assets are called A1, A2, … and time is moved by whole weeks into the year 2000
/// (weekday and hour stay). Prices stay as they are: who knows them by heart is not deceived.
/// </summary>
public sealed class Mask
{
    private const long WeekMs = 7 * 86_400_000L;
    private static readonly long MaskedStartMs = new DateTimeOffset(2000, 1, 3, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private readonly ImmutableDictionary<string, string> _aliases;
    private readonly ImmutableDictionary<string, string> _names;
    private readonly Regex _words;

    public Mask(IEnumerable<string> assets, long startMs)
    {
        var all = assets.ToArray();
        _aliases = all.Select((a, i) => (a, i)).ToImmutableDictionary(x => x.a, x => $"A{x.i + 1}", StringComparer.Ordinal);
        _names = _aliases.ToImmutableDictionary(x => x.Value, x => x.Key, StringComparer.Ordinal);
        _words = new Regex($@"\b({string.Join('|', all.OrderByDescending(a => a.Length).Select(Regex.Escape))})\b", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        ShiftMs = (startMs - MaskedStartMs) / WeekMs * WeekMs;
    }

    /// <summary>True time less masked time.</summary>
    public long ShiftMs { get; }

    public string Alias(string asset) => _aliases.GetValueOrDefault(asset, asset);

    /// <summary>The true name behind an alias; what is none stays.</summary>
    public string Name(string alias) => _names.GetValueOrDefault(alias, alias);

    public DateTimeOffset Masked(DateTimeOffset at) => at.AddMilliseconds(-ShiftMs);

    public long Masked(long ms) => ms == 0 ? 0 : ms - ShiftMs;

    /// <summary>Cycle ids tell the date: only the number stays.</summary>
    public static string MaskedCycle(string id) => id.Split('-') is ["c", var number, ..] ? $"c-{number}" : id;

    public string Masked(string text) => _words.Replace(text, m => Alias(m.Value));

    public Instrument Masked(Instrument i) => i with { Asset = Alias(i.Asset) };

    public AssetContext Masked(AssetContext c) => c with { Asset = Alias(c.Asset), At = Masked(c.At) };

    public Position Masked(Position p) => p with { Asset = Alias(p.Asset) };

    public DecisionContext Masked(DecisionContext c) => c with
    {
        CycleId = MaskedCycle(c.CycleId),
        At = Masked(c.At),
        Account = c.Account with { At = Masked(c.Account.At), Positions = [.. c.Account.Positions.Select(Masked)] },
        Assets = [.. c.Assets.Select(Masked)],
        Notes = [.. c.Notes.Select(Masked)],
        Orders = [.. c.Orders.Select(o => o with { Asset = Alias(o.Asset) })],
        Past = Masked(c.Past),
    };

    private AssetView Masked(AssetView a) => a with
    {
        Instrument = Masked(a.Instrument),
        Context = Masked(a.Context),
        Sheet = new IndicatorSheet(Alias(a.Sheet.Asset), [.. a.Sheet.Intervals.Select(i => i with { BarOpenMs = Masked(i.BarOpenMs) })]),
        Position = a.Position is null ? null : Masked(a.Position),
        Unfit = a.Unfit is null ? null : Masked(a.Unfit),
        Thesis = a.Thesis is null ? null : Masked(a.Thesis),
        Background = a.Background is { } b ? b with { Funding = [.. b.Funding.Select(f => f with { TimeMs = Masked(f.TimeMs) })] } : null,
    };

    private Recall Masked(Recall past) => past with
    {
        Decisions = [.. past.Decisions.Select(d => d with
        {
            AtMs = Masked(d.AtMs), CycleId = MaskedCycle(d.CycleId), Asset = Alias(d.Asset), Asked = Masked(d.Asked), Gated = Masked(d.Gated), Done = Masked(d.Done), Why = Masked(d.Why),
            Outcome = d.Outcome is null ? null : Masked(d.Outcome),
        })],
        Fills = [.. past.Fills.Select(f => f with { Asset = Alias(f.Asset), TimeMs = Masked(f.TimeMs) })],
        Yesterday = [.. past.Yesterday.Select(Masked)],
    };

    public PastTrade Masked(PastTrade t) => t with { Asset = Alias(t.Asset), OpenedMs = Masked(t.OpenedMs), ClosedMs = Masked(t.ClosedMs), OpenCycleId = t.OpenCycleId is null ? null : MaskedCycle(t.OpenCycleId) };
}

/// <summary>A decider behind a mask: it sees other names and another time, and its answer is carried back.</summary>
public sealed class MaskedDecider(IDecider inner, Mask mask) : IDecider
{
    public string Name => inner.Name;

    public bool WantsBackground => inner.WantsBackground;

    public async ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
    {
        var decided = await inner.DecideAsync(mask.Masked(context), cancel);
        return decided.Ok ? decided.Value with { Items = [.. decided.Value.Items.Select(i => i with { Asset = mask.Name(i.Asset) })] } : decided;
    }
}

/// <summary>The market behind a mask, for what a model looks up.</summary>
public sealed class MaskedMarket(IMarketData market, Mask mask) : IMarketData
{
    public Interval BaseInterval => market.BaseInterval;

    public async ValueTask<Outcome<IReadOnlyList<Instrument>>> InstrumentsAsync(CancellationToken cancel)
    {
        var read = await market.InstrumentsAsync(cancel);
        return read.Ok ? new Outcome<IReadOnlyList<Instrument>>([.. read.Value.Select(mask.Masked)]) : read;
    }

    public async ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var read = await market.CandlesAsync(mask.Name(asset), interval, fromMs + mask.ShiftMs, toMs + mask.ShiftMs, cancel);
        return read.Ok ? new Outcome<IReadOnlyList<Candle>>([.. read.Value.Select(c => c with { OpenTimeMs = mask.Masked(c.OpenTimeMs) })]) : read;
    }

    public async ValueTask<Outcome<AssetContext>> ContextAsync(string asset, CancellationToken cancel)
    {
        var read = await market.ContextAsync(mask.Name(asset), cancel);
        return read.Ok ? mask.Masked(read.Value) : read;
    }

    public async ValueTask<Outcome<BookSnapshot>> BookAsync(string asset, CancellationToken cancel)
    {
        var read = await market.BookAsync(mask.Name(asset), cancel);
        return read.Ok ? read.Value with { Asset = asset, TimeMs = mask.Masked(read.Value.TimeMs) } : read;
    }

    public async ValueTask<Outcome<IReadOnlyList<FundingRate>>> FundingAsync(string asset, long fromMs, long toMs, CancellationToken cancel)
    {
        var read = await market.FundingAsync(mask.Name(asset), fromMs + mask.ShiftMs, toMs + mask.ShiftMs, cancel);
        return read.Ok ? new Outcome<IReadOnlyList<FundingRate>>([.. read.Value.Select(f => f with { TimeMs = mask.Masked(f.TimeMs) })]) : read;
    }
}

/// <summary>The account's past behind a mask, for what a model looks up.</summary>
public sealed class MaskedPast(IPast past, Mask mask) : IPast
{
    public ValueTask<Recall> RecallAsync(DateTimeOffset at, CancellationToken cancel) => past.RecallAsync(at, cancel);

    public async ValueTask<IReadOnlyList<PastTrade>> TradesAsync(string? asset, int count, CancellationToken cancel) =>
        [.. (await past.TradesAsync(asset is null ? null : mask.Name(asset), count, cancel)).Select(mask.Masked)];

    public async ValueTask<IReadOnlyList<DiaryHit>> SearchAsync(string text, int count, CancellationToken cancel) =>
        [.. (await past.SearchAsync(mask.Name(text), count, cancel)).Select(h => h with { AtMs = mask.Masked(h.AtMs), CycleId = h.CycleId is null ? null : Mask.MaskedCycle(h.CycleId), Text = mask.Masked(h.Text) })];
}
