using System.Collections.Immutable;
using System.Text.Json;
using Rez.Core.Trading;

namespace Rez.Core.Hyperliquid.Wire;

/// <summary>Replies of <c>/info</c> about an account (protocol §1.2).</summary>
public static class AccountReplies
{
    /// <summary><c>clearinghouseState</c>. Not meaningful for unified accounts: check <c>userAbstraction</c> first.</summary>
    public static Outcome<AccountState> Account(JsonElement reply) => WireReader.Read("clearinghouseState", reply, r =>
    {
        var positions = r["assetPositions"].Items().Select(p => Position(p["position"])).OrderBy(p => p.Asset, StringComparer.Ordinal).ToImmutableArray();
        var equity = r["marginSummary"]["accountValue"].Number();
        return new AccountState(
            DateTimeOffset.FromUnixTimeMilliseconds(r["time"].Time()),
            equity,
            equity - positions.Sum(p => p.UnrealisedPnl),
            r["marginSummary"]["totalMarginUsed"].Number(),
            r["crossMaintenanceMarginUsed"].Number() + positions.Where(p => !p.IsCross).Sum(p => p.MaintenanceMargin),
            positions);
    });

    /// <summary><c>frontendOpenOrders</c>: the children of a parent that is still open are there twice; they wait for it.</summary>
    public static Outcome<ImmutableArray<OpenOrder>> OpenOrders(JsonElement reply) => WireReader.Read("frontendOpenOrders", reply, r =>
    {
        var rows = r.Items().ToArray();
        var waiting = rows.Where(o => o.Has("children")).SelectMany(o => o["children"].Items()).Select(c => c["oid"].Whole()).ToHashSet();
        return rows.Select(o => Order(o, waiting.Contains(o["oid"].Whole()))).ToImmutableArray();
    });

    /// <summary><c>orderStatus</c> by oid or cloid.</summary>
    public static Outcome<OrderStatus> Status(JsonElement reply) => WireReader.Read("orderStatus", reply, r =>
    {
        if (r["status"].Text() == "unknownOid")
        {
            return new OrderStatus(OrderState.Unknown, "unknownOid");
        }

        var word = r["order"]["status"].Text();
        var order = r["order"]["order"];
        return new OrderStatus(StateOf(word), word, Order(order, false), order["origSz"].Number() - order["sz"].Number());
    });

    /// <summary><c>userFills</c> and <c>userFillsByTime</c>, oldest first. Spot fills are among them, by their coin's name.</summary>
    public static Outcome<ImmutableArray<Fill>> Fills(JsonElement reply) => WireReader.Read("userFills", reply, r => r.Items().Select(f => new Fill
    {
        Tid = f["tid"].Whole(),
        Oid = f["oid"].Whole(),
        Cloid = CloidOf(f),
        Asset = f["coin"].Text(),
        Side = f["side"].Side(),
        Price = f["px"].Number(),
        Size = f["sz"].Number(),
        Fee = f["fee"].Number(),
        ClosedPnl = f["closedPnl"].Number(),
        StartPosition = f["startPosition"].Number(),
        IsTaker = f["crossed"].Truth(),
        TimeMs = f["time"].Time(),
        IsLiquidation = f.Has("liquidation"),
        Kind = f.Has("dir") ? f["dir"].Text() : null,
    }).OrderBy(f => f.TimeMs).ToImmutableArray());

    /// <summary><c>userFunding</c>, oldest first. The venue's sign is turned: above zero was paid.</summary>
    public static Outcome<ImmutableArray<FundingPayment>> Funding(JsonElement reply) => WireReader.Read("userFunding", reply, r => r.Items()
        .Where(f => f["delta"]["type"].Text() == "funding")
        .Select(f =>
        {
            var d = f["delta"];
            var (usd, size, rate) = (-d["usdc"].Number(), d["szi"].Number(), d["fundingRate"].Number());
            var oracle = size * rate == 0 ? 0 : decimal.Round(usd / (size * rate), 8);
            return new FundingPayment(f["time"].Time(), d["coin"].Text(), size, oracle, rate, usd);
        }).OrderBy(p => p.TimeMs).ToImmutableArray());

    /// <summary>New words are added by the venue: those that end in Canceled or Rejected are told by their ending.</summary>
    public static OrderState StateOf(string word) => word switch
    {
        "open" => OrderState.Open,
        "filled" => OrderState.Filled,
        "triggered" => OrderState.Triggered,
        "scheduledCancel" or "internalCancel" => OrderState.Canceled,
        _ when word.EndsWith("anceled", StringComparison.Ordinal) => OrderState.Canceled,
        _ when word.EndsWith("ejected", StringComparison.Ordinal) => OrderState.Rejected,
        _ => OrderState.Unknown,
    };

    private static Position Position(WireReader p)
    {
        var size = p["szi"].Number();
        var value = p["positionValue"].Number();
        return new Position
        {
            Asset = p["coin"].Text(),
            SignedSize = size,
            EntryPrice = p["entryPx"].Number(),
            MarkPrice = size == 0 ? 0 : value / Math.Abs(size),
            Leverage = p["leverage"]["value"].Count(),
            IsCross = p["leverage"]["type"].Text() == "cross",
            LiquidationPrice = p.Has("liquidationPx") ? p["liquidationPx"].Number() : null,
            MarginUsed = p["marginUsed"].Number(),
            MaintenanceMargin = value / (2 * p["maxLeverage"].Leverage()),
            FundingSinceOpen = p["cumFunding"]["sinceOpen"].Number(),
        };
    }

    private static OpenOrder Order(WireReader o, bool waits)
    {
        var isTrigger = o.Has("isTrigger") && o["isTrigger"].Truth();
        var type = o.Has("orderType") ? o["orderType"].Text() : string.Empty;
        return new OpenOrder
        {
            Oid = o["oid"].Whole(),
            Cloid = CloidOf(o),
            Asset = o["coin"].Text(),
            Side = o["side"].Side(),
            Size = o["sz"].Number(),
            LimitPrice = o["limitPx"].Number(),
            ReduceOnly = o.Has("reduceOnly") && o["reduceOnly"].Truth(),
            TriggerPrice = isTrigger ? o["triggerPx"].Number() : null,
            Trigger = !isTrigger ? null : type.StartsWith("Take Profit", StringComparison.Ordinal) ? TriggerKind.TakeProfit : TriggerKind.StopLoss,
            IsPositionTrigger = o.Has("isPositionTpsl") && o["isPositionTpsl"].Truth(),
            WaitsForParent = waits,
            TimeMs = o["timestamp"].Whole(),
        };
    }

    /// <summary>Other clients may send ids of other forms; those are nobody's of ours.</summary>
    private static Cloid? CloidOf(WireReader o) => o.Has("cloid") && Cloid.IsValid(o["cloid"].Text()) ? new Cloid(o["cloid"].Text()) : null;
}
