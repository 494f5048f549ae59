using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.LocalVenue;

/// <summary>Requests to <c>/info</c>: what they weigh and what they answer.</summary>
internal sealed class InfoRequests(LocalExchange exchange)
{
    private const int MostCandles = 5_000;
    private const int MostFills = 2_000;
    private const int MostRows = 500;
    private readonly MarketInfo _market = new(exchange);
    private readonly AccountInfo _accounts = new(exchange);

    /// <summary>Weight before the answer's length is known; paged lists are charged for a page of twenty and more by their kind.</summary>
    public double WeightOf(JsonElement body) => TypeOf(body) switch
    {
        "l2Book" or "allMids" or "clearinghouseState" or "orderStatus" or "spotClearinghouseState" or "exchangeStatus" or "rezClock" => 2,
        "userRole" => 60,
        _ => 20,
    };

    public LocalReply Answer(JsonElement body)
    {
        try
        {
            return AnswerOf(body) ?? LocalExchange.Unreadable;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            // A field that is missing or of another kind.
            return LocalExchange.Unreadable;
        }
    }

    private LocalReply? AnswerOf(JsonElement body) => TypeOf(body) switch
    {
        "meta" => LocalReply.Ok(_market.Meta),
        "metaAndAssetCtxs" => LocalReply.Ok(_market.MetaAndContexts),
        "allMids" => LocalReply.Ok(_market.Mids),
        "l2Book" => Book(body),
        "candleSnapshot" => Candles(body.GetProperty("req")),
        "fundingHistory" => FundingHistory(body),
        "predictedFundings" => LocalReply.Ok(Predicted),
        "recentTrades" => Trades(body),
        "rezClock" => LocalReply.Ok(j =>
        {
            // Not the venue's: how a client of ours learns at what pace this market runs.
            j.WriteStartObject();
            j.WriteNumber("nowMs"u8, exchange.NowMs);
            j.WriteString("speed"u8, exchange.Speed.ToString(System.Globalization.CultureInfo.InvariantCulture));
            j.WriteEndObject();
        }),
        "exchangeStatus" => LocalReply.Ok(j =>
        {
            j.WriteStartObject();
            j.WriteNumber("time"u8, exchange.NowMs);
            j.WriteNull("specialStatuses"u8);
            j.WriteEndObject();
        }),
        "spotMeta" => LocalReply.Ok(SpotMeta),
        "spotMetaAndAssetCtxs" => LocalReply.Ok(j =>
        {
            j.WriteStartArray();
            SpotMeta(j);
            EmptyList(j);
            j.WriteEndArray();
        }),
        "perpDexs" => LocalReply.Ok(j => j.WriteRawValue("[null]"u8)),
        "perpsAtOpenInterestCap" or "outcomeMeta" => LocalReply.Ok(EmptyList),
        "clearinghouseState" => OfUser(body, (j, a) => _accounts.State(j, a)),
        "spotClearinghouseState" => LocalReply.Ok(j => j.WriteRawValue("{\"balances\":[]}"u8)),
        "userAbstraction" => OfUser(body, (j, a) => j.WriteStringValue(a?.Abstraction ?? "disabled")),
        "openOrders" => OfUser(body, (j, a) => _accounts.OpenOrders(j, a, frontend: false)),
        "frontendOpenOrders" => OfUser(body, (j, a) => _accounts.OpenOrders(j, a, frontend: true)),
        "orderStatus" => OfUser(body, (j, a) => _accounts.Status(j, a, Find(body, a))),
        "historicalOrders" => OfUser(body, (j, a) => History(j, a)),
        "userFills" => OfUser(body, (j, a) => Fills(j, a, 0, long.MaxValue, newest: true)),
        "userFillsByTime" => OfUser(body, (j, a) => Fills(j, a, body.GetProperty("startTime").GetInt64(), End(body), newest: false)),
        "userFunding" => OfUser(body, (j, a) => _accounts.Funding(
            j, (a?.Venue.Funding ?? []).Where(f => f.TimeMs >= body.GetProperty("startTime").GetInt64() && f.TimeMs <= End(body)).Take(MostRows), nested: true)),
        "userNonFundingLedgerUpdates" => OfUser(body, Deposits),
        "userFees" => OfUser(body, Fees),
        "userRateLimit" => OfUser(body, RateLimit),
        "activeAssetData" => ActiveAsset(body),
        "extraAgents" => OfUser(body, Agents),
        "userRole" => Role(body),
        "subAccounts" => LocalReply.Ok(j => j.WriteNullValue()),
        "maxBuilderFee" => LocalReply.Ok(j => j.WriteNumberValue(0)),
        "referral" => LocalReply.Ok(j => j.WriteRawValue("{\"referredBy\":null,\"cumVlm\":\"0.0\",\"unclaimedRewards\":\"0.0\",\"claimedRewards\":\"0.0\",\"builderRewards\":\"0.0\",\"referrerState\":null,\"rewardHistory\":[]}"u8)),
        _ => null,
    };

    public static string? TypeOf(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private Instrument? Coin(JsonElement body) =>
        exchange.Market.IndexOf(body.GetProperty("coin").GetString()!) is >= 0 and var index ? exchange.Market.Instruments[index] : null;

    private LocalReply Book(JsonElement body)
    {
        int? figures = body.TryGetProperty("nSigFigs", out var n) && n.ValueKind == JsonValueKind.Number ? n.GetInt32() : null;
        var mantissa = body.TryGetProperty("mantissa", out var m) && m.ValueKind == JsonValueKind.Number ? m.GetInt32() : 1;
        return Coin(body) is { } coin ? LocalReply.Ok(j => _market.Book(j, coin, figures, mantissa)) : LocalReply.Ok(j => j.WriteNullValue());
    }

    private LocalReply? Candles(JsonElement request)
    {
        if (!Interval.TryParse(request.GetProperty("interval").GetString()!, out var interval) || Coin(request) is not { } coin
            || (interval != exchange.Market.BaseInterval && !interval.IsBuiltFrom(exchange.Market.BaseInterval)))
        {
            return null;
        }

        var bars = exchange.Market.Candles(coin.AssetId, interval, request.GetProperty("startTime").GetInt64(), End(request), MostCandles);
        return LocalReply.Ok(j => _market.Candles(j, coin, interval, bars));
    }

    private LocalReply? FundingHistory(JsonElement body)
    {
        if (Coin(body) is not { } coin)
        {
            return null;
        }

        var start = body.GetProperty("startTime").GetInt64();
        return LocalReply.Ok(j =>
        {
            j.WriteStartArray();
            foreach (var f in exchange.Market.Funding(coin.AssetId).Where(f => f.TimeMs >= start && f.TimeMs <= End(body)).Take(MostRows))
            {
                j.WriteStartObject();
                j.WriteString("coin"u8, coin.Asset);
                j.Number("fundingRate", decimal.Round((decimal)f.Rate, 10));
                j.WriteString("premium"u8, "0.0"u8);
                j.WriteNumber("time"u8, f.TimeMs);
                j.WriteEndObject();
            }

            j.WriteEndArray();
        });
    }

    private void Predicted(Utf8JsonWriter j)
    {
        j.WriteStartArray();
        foreach (var i in exchange.Market.Instruments)
        {
            j.WriteStartArray();
            j.WriteStringValue(i.Asset);
            j.WriteStartArray();
            j.WriteStartArray();
            j.WriteStringValue("HlPerp"u8);
            j.WriteStartObject();
            j.Number("fundingRate", exchange.Market.House.Context(i.Asset)?.FundingHourly ?? 0);
            j.WriteNumber("nextFundingTime"u8, Interval.H1.NextOpen(Interval.H1.OpenOf(exchange.NowMs)));
            j.WriteEndObject();
            j.WriteEndArray();
            j.WriteEndArray();
            j.WriteEndArray();
        }

        j.WriteEndArray();
    }

    private LocalReply? Trades(JsonElement body) => Coin(body) is not { } coin ? null : LocalReply.Ok(j =>
    {
        j.WriteStartArray();
        if (exchange.Market.House.Context(coin.Asset) is { } context)
        {
            _market.Trade(j, coin, context, exchange.NowMs);
        }

        j.WriteEndArray();
    });

    private LocalReply OfUser(JsonElement body, Action<Utf8JsonWriter, LocalAccount?> write)
    {
        if (!Address.TryParse(body.GetProperty("user").GetString(), out var address))
        {
            return LocalExchange.Unreadable;
        }

        // An agent only signs: asked for under its own address there is nothing.
        var account = exchange.MasterOf(address) is null ? exchange.AccountOf(address) : null;
        return LocalReply.Ok(j => write(j, account));
    }

    private static Simulation.SimulatedOrder? Find(JsonElement body, LocalAccount? account)
    {
        var oid = body.GetProperty("oid");
        return oid.ValueKind == JsonValueKind.Number ? account?.Venue.Find(oid.GetInt64())
            : Cloid.IsValid(oid.GetString()) ? account?.Venue.Find(new Cloid(oid.GetString()!))
            : null;
    }

    private void History(Utf8JsonWriter j, LocalAccount? account)
    {
        j.WriteStartArray();
        foreach (var order in (account?.Venue.Orders ?? []).Reverse().Take(MostFills))
        {
            _accounts.Standing(j, account!, order);
        }

        j.WriteEndArray();
    }

    private void Fills(Utf8JsonWriter j, LocalAccount? account, long from, long to, bool newest)
    {
        var fills = (account?.Venue.Fills ?? []).Where(f => f.TimeMs >= from && f.TimeMs <= to);
        fills = newest ? fills.Reverse().Take(MostFills) : fills.Take(MostFills);
        if (account is null)
        {
            EmptyList(j);
        }
        else
        {
            _accounts.Fills(j, account, fills);
        }
    }

    private static void Deposits(Utf8JsonWriter j, LocalAccount? account)
    {
        j.WriteStartArray();
        if (account is not null)
        {
            j.WriteStartObject();
            j.WriteNumber("time"u8, account.CreatedMs);
            j.WriteString("hash"u8, MarketInfo.NoHash);
            j.WriteStartObject("delta"u8);
            j.WriteString("type"u8, "deposit"u8);
            j.Number("usdc", account.Faucet);
            j.WriteEndObject();
            j.WriteEndObject();
        }

        j.WriteEndArray();
    }

    private void Fees(Utf8JsonWriter j, LocalAccount? account)
    {
        var (taker, maker) = (exchange.Options.Simulation.TakerFeeBps / 10_000m, exchange.Options.Simulation.MakerFeeBps / 10_000m);
        j.WriteStartObject();
        EmptyList(j, "dailyUserVlm");
        j.WriteStartObject("feeSchedule"u8);
        j.Number("cross", taker);
        j.Number("add", maker);
        j.Number("spotCross", 0.0007m);
        j.Number("spotAdd", 0.0004m);
        j.WriteStartObject("tiers"u8);
        EmptyList(j, "vip");
        EmptyList(j, "mm");
        j.WriteEndObject();
        j.WriteString("referralDiscount"u8, "0.04"u8);
        EmptyList(j, "stakingDiscountTiers");
        j.WriteEndObject();
        j.Number("userCrossRate", taker);
        j.Number("userAddRate", maker);
        j.Number("userSpotCrossRate", 0.0007m);
        j.Number("userSpotAddRate", 0.0004m);
        j.WriteString("activeReferralDiscount"u8, "0.0"u8);
        j.WriteNull("trial"u8);
        j.WriteString("feeTrialEscrow"u8, "0.0"u8);
        j.WriteNull("nextTrialAvailableTimestamp"u8);
        j.WriteNull("stakingLink"u8);
        j.WriteEndObject();
    }

    private static void RateLimit(Utf8JsonWriter j, LocalAccount? account)
    {
        j.WriteStartObject();
        j.Number("cumVlm", account?.Volume ?? 0);
        j.WriteNumber("nRequestsUsed"u8, (long)(account?.RequestsUsed ?? 0));
        j.WriteNumber("nRequestsCap"u8, (long)(account?.RequestsCap ?? 10_000));
        j.WriteNumber("nRequestsSurplus"u8, 0);
        j.WriteEndObject();
    }

    private LocalReply? ActiveAsset(JsonElement body) => Coin(body) is not { } coin ? null : OfUser(body, (j, a) => ActiveAsset(j, a, coin, body.GetProperty("user").GetString()!));

    public void ActiveAsset(Utf8JsonWriter j, LocalAccount? account, Instrument coin, string user)
    {
        var mark = exchange.Market.House.Context(coin.Asset)?.Mark ?? 0;
        var position = account?.Venue.Account().Of(coin.Asset);
        var (leverage, isCross) = position is { } p ? (p.Leverage, p.IsCross) : account?.Venue.Holdings.LeverageOf(coin) ?? (1, true);
        var free = account?.Venue.Free ?? 0;
        var size = mark > 0 ? PriceRules.Size(coin, free * leverage / mark) : 0;
        j.WriteStartObject();
        j.WriteString("user"u8, user);
        j.WriteString("coin"u8, coin.Asset);
        j.WriteStartObject("leverage"u8);
        j.WriteString("type"u8, isCross ? "cross"u8 : "isolated"u8);
        j.WriteNumber("value"u8, leverage);
        if (!isCross)
        {
            j.WriteString("rawUsd"u8, "0.0"u8);
        }

        j.WriteEndObject();
        foreach (var (name, value) in (ReadOnlySpan<(string, decimal)>)[("maxTradeSzs", size), ("availableToTrade", decimal.Round(free, 6))])
        {
            j.WriteStartArray(name);
            j.WriteStringValue(VenueJson.Text(value));
            j.WriteStringValue(VenueJson.Text(value));
            j.WriteEndArray();
        }

        j.Number("markPx", mark);
        j.WriteEndObject();
    }

    private static void Agents(Utf8JsonWriter j, LocalAccount? account)
    {
        j.WriteStartArray();
        foreach (var (address, (name, until)) in account?.Agents ?? [])
        {
            j.WriteStartObject();
            j.WriteString("name"u8, name);
            j.WriteString("address"u8, address.Text);
            j.WriteNumber("validUntil"u8, until);
            j.WriteEndObject();
        }

        j.WriteEndArray();
    }

    private LocalReply Role(JsonElement body) => Address.TryParse(body.GetProperty("user").GetString(), out var address) && exchange.MasterOf(address) is { } master
        ? LocalReply.Ok(j =>
        {
            j.WriteStartObject();
            j.WriteString("role"u8, "agent"u8);
            j.WriteStartObject("data"u8);
            j.WriteString("user"u8, master.Text);
            j.WriteEndObject();
            j.WriteEndObject();
        })
        : OfUser(body, (j, account) =>
        {
            j.WriteStartObject();
            j.WriteString("role"u8, account is null ? "missing"u8 : "user"u8);
            j.WriteEndObject();
        });

    private static void SpotMeta(Utf8JsonWriter j) => j.WriteRawValue(
        "{\"tokens\":[{\"name\":\"USDC\",\"szDecimals\":8,\"weiDecimals\":8,\"index\":0,\"tokenId\":\"0x6d1e7cde53ba9467b783cb7c530ce054\",\"isCanonical\":true,\"evmContract\":null,\"fullName\":null}],\"universe\":[]}"u8);

    private static void EmptyList(Utf8JsonWriter j)
    {
        j.WriteStartArray();
        j.WriteEndArray();
    }

    private static void EmptyList(Utf8JsonWriter j, string name)
    {
        j.WriteStartArray(name);
        j.WriteEndArray();
    }

    private static long End(JsonElement body) => body.TryGetProperty("endTime", out var end) && end.ValueKind == JsonValueKind.Number ? end.GetInt64() : long.MaxValue;
}
