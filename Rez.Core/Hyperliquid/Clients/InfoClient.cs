using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Clients;

/// <summary>Questions to <c>/info</c>, typed and weighed (protocol §1, §6.1). Lists that come in pages are read to their end.</summary>
public sealed class InfoClient(VenueHttp http, VenueAddress venue)
{
    private const int FillsAPage = 2_000;
    private const int RowsAPage = 500;
    private const int MostPages = 50;

    public ValueTask<Outcome<ImmutableArray<Instrument>>> MetaAsync(CancellationToken cancel) =>
        AskAsync(new { type = "meta" }, 20, MarketReplies.Meta, cancel);

    public ValueTask<Outcome<ImmutableArray<AssetContext>>> ContextsAsync(DateTimeOffset at, CancellationToken cancel) =>
        AskAsync(new { type = "metaAndAssetCtxs" }, 20, r => MarketReplies.Contexts(r, at), cancel);

    public ValueTask<Outcome<BookSnapshot>> BookAsync(string coin, CancellationToken cancel) =>
        AskAsync(new { type = "l2Book", coin }, 2, MarketReplies.Book, cancel);

    /// <summary>Closed bars with open times in [fromMs, toMs); at most the newest 5,000 exist.</summary>
    public ValueTask<Outcome<ImmutableArray<Candle>>> CandlesAsync(string coin, Interval interval, long fromMs, long toMs, long nowMs, CancellationToken cancel)
    {
        var bars = Math.Clamp((toMs - fromMs) / interval.Milliseconds, 1, 5_000);
        return AskAsync(
            new { type = "candleSnapshot", req = new { coin, interval = interval.Name, startTime = fromMs, endTime = toMs - 1 } }, 20 + (bars / 60.0),
            r => MarketReplies.Candles(r, nowMs), cancel);
    }

    public async ValueTask<Outcome<ImmutableArray<FundingRate>>> FundingHistoryAsync(string coin, long fromMs, long toMs, CancellationToken cancel) =>
        await PagesAsync(
            from => new { type = "fundingHistory", coin, startTime = from, endTime = toMs }, fromMs, 45, RowsAPage,
            MarketReplies.Funding, f => (f.TimeMs, f.TimeMs), f => f.TimeMs, cancel);

    public ValueTask<Outcome<AccountState>> AccountAsync(Address user, CancellationToken cancel) =>
        AskAsync(new { type = "clearinghouseState", user = user.Text }, 2, AccountReplies.Account, cancel);

    public ValueTask<Outcome<ImmutableArray<OpenOrder>>> OpenOrdersAsync(Address user, CancellationToken cancel) =>
        AskAsync(new { type = "frontendOpenOrders", user = user.Text }, 20, AccountReplies.OpenOrders, cancel);

    public ValueTask<Outcome<OrderStatus>> StatusAsync(Address user, Cloid cloid, CancellationToken cancel) =>
        AskAsync(new { type = "orderStatus", user = user.Text, oid = cloid.Value }, 2, AccountReplies.Status, cancel);

    /// <summary>Fills at or after a time, oldest first, each once.</summary>
    public async ValueTask<Outcome<ImmutableArray<Fill>>> FillsAsync(Address user, long fromMs, CancellationToken cancel) =>
        await PagesAsync(
            from => new { type = "userFillsByTime", user = user.Text, startTime = from }, fromMs, 40, FillsAPage,
            AccountReplies.Fills, f => (f.TimeMs, f.Asset, f.Tid), f => f.TimeMs, cancel);

    /// <summary>Funding payments at or after a time, oldest first, each once.</summary>
    public async ValueTask<Outcome<ImmutableArray<FundingPayment>>> FundingAsync(Address user, long fromMs, CancellationToken cancel) =>
        await PagesAsync(
            from => new { type = "userFunding", user = user.Text, startTime = from }, fromMs, 25, RowsAPage,
            AccountReplies.Funding, f => (f.TimeMs, f.Asset), f => f.TimeMs, cancel);

    /// <summary><c>disabled</c> for a standard account; unified ones keep their balance elsewhere.</summary>
    public ValueTask<Outcome<string>> AbstractionAsync(Address user, CancellationToken cancel) =>
        AskAsync(new { type = "userAbstraction", user = user.Text }, 20, r => WireReader.Read("userAbstraction", r, x => x.Text()), cancel);

    public ValueTask<Outcome<ImmutableArray<VenueAgent>>> AgentsAsync(Address user, CancellationToken cancel) =>
        AskAsync(new { type = "extraAgents", user = user.Text }, 20, r => WireReader.Read("extraAgents", r, list => list.Items()
            .Select(a => new VenueAgent(a["name"].Text(), a["address"].Text().ToLowerInvariant(), a["validUntil"].Whole())).ToImmutableArray()), cancel);

    /// <summary>user, agent, vault, subAccount or missing; for an agent also whose it is.</summary>
    public ValueTask<Outcome<(string Role, string? Master)>> RoleAsync(Address user, CancellationToken cancel) =>
        AskAsync(new { type = "userRole", user = user.Text }, 60, r => WireReader.Read(
            "userRole", r, x => (x["role"].Text(), x.Has("data") && x["data"].Has("user") ? x["data"]["user"].Text() : null)), cancel);

    public ValueTask<Outcome<VenueBudget>> BudgetAsync(Address user, CancellationToken cancel) =>
        AskAsync(new { type = "userRateLimit", user = user.Text }, 20, r => WireReader.Read(
            "userRateLimit", r, x => new VenueBudget(x["cumVlm"].Number(), x["nRequestsUsed"].Whole(), x["nRequestsCap"].Whole())), cancel);

    /// <summary>Leverage and margin mode that the next order of an asset would have.</summary>
    public ValueTask<Outcome<(int Leverage, bool IsCross)>> LeverageAsync(Address user, string coin, CancellationToken cancel) =>
        AskAsync(new { type = "activeAssetData", user = user.Text, coin }, 20, r => WireReader.Read(
            "activeAssetData", r, x => ((int)x["leverage"]["value"].Whole(), x["leverage"]["type"].Text() == "cross")), cancel);

    public ValueTask<Outcome<ImmutableArray<string>>> CappedAssetsAsync(CancellationToken cancel) =>
        AskAsync(new { type = "perpsAtOpenInterestCap" }, 20, r => WireReader.Read("perpsAtOpenInterestCap", r, x => x.Items().Select(c => c.Text()).ToImmutableArray()), cancel);

    private async ValueTask<Outcome<T>> AskAsync<T>(object question, double weight, Func<JsonElement, Outcome<T>> read, CancellationToken cancel)
    {
        var answer = await http.AskAsync(venue.Info, JsonSerializer.SerializeToUtf8Bytes(question), weight, cancel);
        if (!answer.Ok)
        {
            return answer.Rejection;
        }

        using var document = answer.Value;
        return read(document.RootElement);
    }

    /// <summary>The last time of a page is where the next one starts, so what was seen is dropped (protocol §1).</summary>
    private async ValueTask<Outcome<ImmutableArray<T>>> PagesAsync<T, TKey>(
        Func<long, object> question, long fromMs, double weight, int full, Func<JsonElement, Outcome<ImmutableArray<T>>> read,
        Func<T, TKey> key, Func<T, long> time, CancellationToken cancel)
    {
        var seen = new HashSet<TKey>();
        var rows = ImmutableArray.CreateBuilder<T>();
        var from = fromMs;
        for (var page = 0; page < MostPages; page++)
        {
            var read1 = await AskAsync(question(from), weight, read, cancel);
            if (!read1.Ok)
            {
                return read1.Rejection;
            }

            var before = rows.Count;
            rows.AddRange(read1.Value.Where(r => seen.Add(key(r))));
            if (read1.Value.Length < full || rows.Count == before)
            {
                return rows.ToImmutable();
            }

            from = time(read1.Value[^1]);
        }

        return new Rejection("too-many-pages", $"The venue's list since {fromMs} has more than {MostPages} pages.");
    }
}

/// <summary>A key that may sign for an account, and until when (Unix ms).</summary>
public sealed record VenueAgent(string Name, string Address, long ValidUntilMs);

/// <summary>Actions an address has sent and may send over its life.</summary>
public sealed record VenueBudget(decimal Volume, long Used, long Cap)
{
    public long Left => Cap - Used;
}
