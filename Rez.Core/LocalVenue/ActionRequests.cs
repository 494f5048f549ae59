using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Simulation;
using Rez.Core.Trading;

namespace Rez.Core.LocalVenue;

/// <summary>Signed actions: who signed, may it, is the nonce fresh, and what came of it in the venue's own shapes (protocol §2).</summary>
internal sealed class ActionRequests(LocalExchange exchange)
{
    private const int FiringsADay = 10;
    private const long DayMs = 86_400_000;
    private const long AgentLifeMs = 90 * DayMs;

    public double WeightOf(JsonElement body)
    {
        var batch = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("action", out var action) ? BatchOf(action) : 0;
        return 1 + (batch / 40);
    }

    public LocalReply Answer(JsonElement body)
    {
        var read = SignedRequest.Read(body, exchange.Options.IsMainnet);
        if (!read.Ok)
        {
            return read.Rejection.Code == "422" ? LocalExchange.Unreadable : LocalReply.Err(read.Rejection.Message);
        }

        var request = read.Value;
        if (exchange.AccountSignedBy(request.Signer) is not { } account)
        {
            return LocalReply.Err($"User or API Wallet {request.Signer} does not exist.");
        }

        if (request.Vault is { } vault && vault != account.Address)
        {
            return LocalReply.Err($"Vault not registered: {vault}");
        }

        // Dead only when it is so by both clocks: at another speed than 1 a client may know only the wall's.
        if (request.ExpiresAfter is { } expires && (long)expires < exchange.NowMs && (long)expires < exchange.WallMs)
        {
            account.Charge(5, isCancel: false, exchange.NowMs);
            return LocalReply.Err("Action expired.");
        }

        if (exchange.TakeNonce(request.Signer, request.Nonce) is { } stale)
        {
            return LocalReply.Err(stale);
        }

        var isCancel = request.Type is "cancel" or "cancelByCloid" or "scheduleCancel";
        if (account.Charge(Math.Max(1, BatchOf(request.Action)), isCancel, exchange.NowMs) is { } spent)
        {
            return LocalReply.Err(spent);
        }

        try
        {
            return Act(request, account);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            // A field that is missing or of another kind.
            return LocalExchange.Unreadable;
        }
    }

    /// <summary>Cancels everything of an account whose dead man's switch has run out.</summary>
    public void FireSchedule(LocalAccount account, long nowMs)
    {
        if (account.CancelAtMs is { } at && at <= nowMs)
        {
            account.CancelAtMs = null;
            account.CancelFirings++;
            account.Venue.CancelAll("scheduledCancel");
        }
    }

    private static int BatchOf(JsonElement action)
    {
        foreach (var name in (string[])["orders", "cancels", "modifies"])
        {
            if (action.ValueKind == JsonValueKind.Object && action.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array)
            {
                return list.GetArrayLength();
            }
        }

        return 1;
    }

    private LocalReply Act(SignedRequest r, LocalAccount account) => r.Type switch
    {
        "order" => Order(r.Action, account),
        "cancel" => Cancel(r.Action, account, (c, v) => v.Find(c.GetProperty("o").GetInt64()), "a"),
        "cancelByCloid" => Cancel(r.Action, account, (c, v) => v.Find(new Cloid(c.GetProperty("cloid").GetString()!)), "asset"),
        "modify" => Modify(r.Action, account),
        "batchModify" => BatchModify(r.Action, account),
        "scheduleCancel" => Schedule(r.Action, account),
        "updateLeverage" => Default(account.Venue.SetLeverage(
            Coin(r.Action.GetProperty("asset").GetInt32())?.Asset ?? string.Empty, r.Action.GetProperty("leverage").GetInt32(), r.Action.GetProperty("isCross").GetBoolean())),
        "updateIsolatedMargin" => Default(account.Venue.AddMargin(
            Coin(r.Action.GetProperty("asset").GetInt32())?.Asset ?? string.Empty, r.Action.GetProperty("ntli").GetInt64() / 1_000_000m)),
        "noop" => Default(SendOutcome.Confirmed()),
        "reserveRequestWeight" => Reserve(r.Action, account),
        "approveAgent" => ApproveAgent(r, account),
        "approveBuilderFee" => ApproveBuilder(r.Action, account),
        "userSetAbstraction" => SetAbstraction(r.Action, account),
        _ => LocalReply.Err($"rez sim does not offer the action {r.Type}."),
    };

    private LocalReply Order(JsonElement action, LocalAccount account)
    {
        var orders = action.GetProperty("orders").EnumerateArray().ToArray();
        var grouping = action.GetProperty("grouping") is { ValueKind: JsonValueKind.String } g ? g.GetString() : "na";
        var group = grouping switch
        {
            "normalTpsl" => OrderGrouping.NormalTpsl,
            "positionTpsl" => OrderGrouping.PositionTpsl,
            _ => OrderGrouping.None,
        };
        if (exchange.PostOnly && orders.Any(o => o.GetProperty("t").TryGetProperty("limit", out var limit) && limit.GetProperty("tif").GetString() != "Alo"))
        {
            return LocalReply.Err("Only post-only orders allowed immediately after a network upgrade");
        }

        if (group == OrderGrouping.NormalTpsl && orders.Length > 0 && orders[0].GetProperty("t").TryGetProperty("trigger", out _))
        {
            return LocalReply.Err("Main order cannot be trigger order.");
        }

        var legs = orders.Select(o => (Coin: Coin(o.GetProperty("a").GetInt32()), Leg: Leg(o, account))).ToArray();
        if (group == OrderGrouping.None)
        {
            // Independent orders, perhaps of several assets.
            return Statuses("order", [.. legs.Select(l => l.Coin is null ? Unknown : account.Venue.Place(new OrderRequest(l.Coin.Asset, group, [l.Leg])) switch
            {
                { State: SendState.Confirmed } o => o.Legs[0],
                var o => new LegResult(LegState.Error, Error: o.Detail),
            })], account, legs);
        }

        if (legs[0].Coin is not { } coin || legs.Any(l => l.Coin != coin))
        {
            return LocalReply.Err("Invalid TP/SL grouping.");
        }

        var size = account.Venue.Account().Of(coin.Asset)?.Size ?? 0;
        var sized = legs.Select(l => group == OrderGrouping.PositionTpsl && l.Leg.Size == 0 ? l.Leg with { Size = size } : l.Leg);
        var outcome = account.Venue.Place(new OrderRequest(coin.Asset, group, [.. sized]));
        return outcome.State == SendState.Confirmed ? Statuses("order", [.. outcome.Legs], account, legs) : LocalReply.Err(outcome.Detail!);
    }

    private static LegResult Unknown { get; } = new(LegState.Error, Error: "Invalid asset.");

    private Instrument? Coin(int assetId) => assetId >= 0 && assetId < exchange.Market.Instruments.Count ? exchange.Market.Instruments[assetId] : null;

    private static OrderLeg Leg(JsonElement o, LocalAccount account)
    {
        var t = o.GetProperty("t");
        var named = o.TryGetProperty("c", out var c) && c.ValueKind == JsonValueKind.String;
        var leg = new OrderLeg
        {
            Cloid = named ? new Cloid(c.GetString()!.ToLowerInvariant()) : account.Unnamed(),
            Side = o.GetProperty("b").GetBoolean() ? Side.Buy : Side.Sell,
            LimitPrice = Number(o, "p"),
            Size = Number(o, "s"),
            ReduceOnly = o.GetProperty("r").GetBoolean(),
        };
        if (t.TryGetProperty("trigger", out var trigger))
        {
            return leg with
            {
                TriggerPrice = Number(trigger, "triggerPx"),
                Trigger = trigger.GetProperty("tpsl").GetString() == "sl" ? TriggerKind.StopLoss : TriggerKind.TakeProfit,
                IsMarketTrigger = trigger.GetProperty("isMarket").GetBoolean(),
            };
        }

        return leg with
        {
            TimeInForce = t.GetProperty("limit").GetProperty("tif").GetString() switch
            {
                "Gtc" => TimeInForce.Gtc,
                "Ioc" or "FrontendMarket" => TimeInForce.Ioc,
                "Alo" => TimeInForce.Alo,
                var other => throw new FormatException($"{other} is no time in force."),
            },
        };
    }

    private static decimal Number(JsonElement e, string name) =>
        WireNumber.TryParse(e.GetProperty(name).GetString(), out var value) ? value : throw new FormatException($"{name} is no number.");

    private LocalReply Cancel(JsonElement action, LocalAccount account, Func<JsonElement, SimulatedVenue, SimulatedOrder?> find, string assetKey)
    {
        var results = action.GetProperty("cancels").EnumerateArray().Select(c =>
        {
            var order = find(c, account.Venue);
            return order is null || Coin(c.GetProperty(assetKey).GetInt32())?.Asset != order.Asset
                ? OrderChecks.Gone
                : account.Venue.Cancel(order.Asset, order.Oid).Legs[0].Error;
        }).ToArray();
        return Ok("cancel", j =>
        {
            foreach (var error in results)
            {
                if (error is null)
                {
                    j.WriteStringValue("success"u8);
                }
                else
                {
                    Error(j, error);
                }
            }
        });
    }

    private LocalReply Modify(JsonElement action, LocalAccount account)
    {
        var (result, _) = Replace(action, account);
        return result.State == LegState.Error ? LocalReply.Err(result.Error!) : Default(SendOutcome.Confirmed());
    }

    private LocalReply BatchModify(JsonElement action, LocalAccount account)
    {
        var results = action.GetProperty("modifies").EnumerateArray().Select(m => Replace(m, account)).ToArray();
        return Statuses("order", [.. results.Select(r => r.Result)], account, [.. results.Select(r => r.Order)]);
    }

    private (LegResult Result, (Instrument? Coin, OrderLeg Leg) Order) Replace(JsonElement modify, LocalAccount account)
    {
        var oid = modify.GetProperty("oid");
        var old = oid.ValueKind == JsonValueKind.String ? account.Venue.Find(new Cloid(oid.GetString()!)) : account.Venue.Find(oid.GetInt64());
        var leg = Leg(modify.GetProperty("order"), account);
        var coin = Coin(modify.GetProperty("order").GetProperty("a").GetInt32());
        return old is null || coin?.Asset != old.Asset
            ? (new LegResult(LegState.Error, Error: "Cannot modify canceled or filled order"), (coin, leg))
            : (account.Venue.Modify(old, leg).Legs[0], (coin, leg));
    }

    private LocalReply Schedule(JsonElement action, LocalAccount account)
    {
        if (account.Volume < exchange.Options.ScheduleCancelVolume)
        {
            return LocalReply.Err(string.Create(CultureInfo.InvariantCulture,
                $"Cannot set scheduled cancel time until enough volume traded. Required: ${exchange.Options.ScheduleCancelVolume:0}. Traded: ${account.Volume:0.#####}."));
        }

        var day = exchange.NowMs / DayMs;
        (account.CancelFirings, account.CancelDay) = account.CancelDay == day ? (account.CancelFirings, day) : (0, day);
        if (!action.TryGetProperty("time", out var time))
        {
            account.CancelAtMs = null;
            return Default(SendOutcome.Confirmed());
        }

        if (time.GetInt64() < exchange.NowMs + 5_000 && time.GetInt64() < exchange.WallMs + 5_000)
        {
            return LocalReply.Err("Scheduled cancel time must be at least 5 seconds in the future.");
        }

        if (account.CancelFirings >= FiringsADay)
        {
            return LocalReply.Err("Too many scheduled cancels fired today.");
        }

        account.CancelAtMs = time.GetInt64();
        return Default(SendOutcome.Confirmed());
    }

    private static LocalReply Reserve(JsonElement action, LocalAccount account)
    {
        account.Reserved += action.GetProperty("weight").GetInt32();
        return Default(SendOutcome.Confirmed());
    }

    private LocalReply ApproveAgent(SignedRequest r, LocalAccount account)
    {
        if (r.Signer != account.Address)
        {
            return LocalReply.Err($"Must deposit before performing actions. User: {r.Signer}");
        }

        var name = r.Action.TryGetProperty("agentName", out var n) && n.ValueKind == JsonValueKind.String ? n.GetString()! : string.Empty;
        var until = exchange.NowMs + AgentLifeMs;
        if (name.IndexOf(" valid_until ", StringComparison.Ordinal) is > 0 and var at)
        {
            until = long.Parse(name.AsSpan(at + " valid_until ".Length), NumberStyles.None, CultureInfo.InvariantCulture);
            name = name[..at];
        }

        if (!Address.TryParse(r.Action.GetProperty("agentAddress").GetString(), out var agent))
        {
            return LocalExchange.Unreadable;
        }

        if (account.Agents.Count(a => a.Value.Name.Length > 0) >= 3 && name.Length > 0 && account.Agents.All(a => a.Value.Name != name))
        {
            return LocalReply.Err("Too many extra agents.");
        }

        exchange.Approve(account, agent, name, until);
        return Default(SendOutcome.Confirmed());
    }

    private static LocalReply ApproveBuilder(JsonElement action, LocalAccount account)
    {
        account.Builders.Add(action.GetProperty("builder").GetString()!.ToLowerInvariant());
        return Default(SendOutcome.Confirmed());
    }

    private static LocalReply SetAbstraction(JsonElement action, LocalAccount account)
    {
        account.Abstraction = action.GetProperty("abstraction").GetString()!;
        return Default(SendOutcome.Confirmed());
    }

    private static LocalReply Default(SendOutcome outcome) => outcome.State != SendState.Confirmed
        ? LocalReply.Err(outcome.Detail!)
        : LocalReply.Ok(j =>
        {
            j.WriteStartObject();
            j.WriteString("status"u8, "ok"u8);
            j.WriteStartObject("response"u8);
            j.WriteString("type"u8, "default"u8);
            j.WriteEndObject();
            j.WriteEndObject();
        });

    private static LocalReply Ok(string type, Action<Utf8JsonWriter> statuses) => LocalReply.Ok(j =>
    {
        j.WriteStartObject();
        j.WriteString("status"u8, "ok"u8);
        j.WriteStartObject("response"u8);
        j.WriteString("type"u8, type);
        j.WriteStartObject("data"u8);
        j.WriteStartArray("statuses"u8);
        statuses(j);
        j.WriteEndArray();
        j.WriteEndObject();
        j.WriteEndObject();
        j.WriteEndObject();
    });

    private static LocalReply Statuses(string type, ImmutableArray<LegResult> results, LocalAccount account, (Instrument? Coin, OrderLeg Leg)[] legs) =>
        Ok(type, j =>
        {
            for (var i = 0; i < results.Length; i++)
            {
                Status(j, results[i], account.IsNamed(legs[i].Leg.Cloid) ? legs[i].Leg.Cloid : null, legs[i].Coin?.AssetId ?? -1);
            }
        });

    private static void Status(Utf8JsonWriter j, LegResult result, Cloid? cloid, int assetId)
    {
        switch (result.State)
        {
            case LegState.Error:
                Error(j, assetId < 0 ? result.Error! : $"{result.Error} asset={assetId}");
                return;
            case LegState.WaitingForFill:
                j.WriteStringValue("waitingForFill"u8);
                return;
            case LegState.WaitingForTrigger:
                j.WriteStringValue("waitingForTrigger"u8);
                return;
        }

        j.WriteStartObject();
        j.WriteStartObject(result.State == LegState.Filled ? "filled" : "resting");
        if (result.State == LegState.Filled)
        {
            j.WriteString("totalSz"u8, VenueJson.Text(result.FilledSize));
            j.WriteString("avgPx"u8, VenueJson.Text(decimal.Round(result.AveragePrice, 8)));
        }

        j.WriteNumber("oid"u8, result.Oid!.Value);
        if (cloid is { } id)
        {
            j.WriteString("cloid"u8, id.Value);
        }

        j.WriteEndObject();
        j.WriteEndObject();
    }

    private static void Error(Utf8JsonWriter j, string words)
    {
        j.WriteStartObject();
        j.WriteString("error"u8, words);
        j.WriteEndObject();
    }
}
