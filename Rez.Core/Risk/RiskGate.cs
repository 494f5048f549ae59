using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Rez.Core.Market;
using Rez.Core.Risk.Layers;
using Rez.Core.Trading;

namespace Rez.Core.Risk;

/// <summary>
/// The only place where an order becomes an approved one. Entries pass every layer, all verdicts are kept also after a
/// rejection; exits and protection only reduce and are never refused.
/// </summary>
public static class RiskGate
{
    /// <summary>Worst price of a fired market trigger, beyond its trigger: what the venue's own page uses (protocol §2.1).</summary>
    private const decimal TriggerSlippage = 0.10m;

    /// <summary>In the order in which they are asked; each may leave less to the next.</summary>
    public static ImmutableArray<IRiskLayer> Layers { get; } =
    [
        new LeverageLayer(),
        new PositionSizeLayer(),
        new MarginLayer(),
        new LiquidationLayer(),
        new StopTargetLayer(),
        new AllowedAssetsLayer(),
        new ConfidenceLayer(),
        new MarketSanityLayer(),
        new PortfolioLayer(),
    ];

    /// <summary>The account's limits and what is used of them now.</summary>
    public static ImmutableArray<LimitUse> Uses(AccountState account, RiskOptions limits) =>
    [
        .. Layers.Select(l => l.Use(account, limits)).OfType<LimitUse>(),
        new LimitUse("loss at a stop", Math.Max(0, account.Equity) * limits.RiskPerTrade, 0, "USD a trade"),
        new LimitUse("least reward for risk after fees", limits.MinRewardRisk, limits.MinRewardRisk, "for 1") { IsFloor = true },
        new LimitUse("least confidence to open", limits.MinConfidence, 100, string.Empty) { IsFloor = true },
    ];

    /// <summary>Asks every layer, also after a rejection. Allocates nothing while all approve.</summary>
    /// <param name="verdicts">One for each of <see cref="Layers"/>.</param>
    /// <returns>Whether nothing was rejected; the proposal then holds what is left of it.</returns>
    public static bool Judge(ref Proposal proposal, GateInput input, Span<Verdict> verdicts)
    {
        var isApproved = true;
        for (var i = 0; i < verdicts.Length; i++)
        {
            verdicts[i] = Layers[i].Judge(ref proposal, input);
            isApproved &= verdicts[i].Kind != VerdictKind.Reject;
        }

        return isApproved;
    }

    /// <summary>Judges a new position.</summary>
    public static Adjudication JudgeEntry(EntryRequest asked, GateInput input, string cycleId)
    {
        var direction = asked.Direction;
        if (input.Account.Of(asked.Asset) is { } held)
        {
            var refused = Verdict.Reject("position", "position-open", $"{asked.Asset} has an open {(held.Direction == Direction.Long ? "long" : "short")} of {held.Size} already.");
            return new Adjudication(asked, [refused], null);
        }

        var reference = direction == Direction.Long ? input.Context.Ask : input.Context.Bid;
        var proposal = new Proposal
        {
            Direction = direction,
            Size = asked.SizeUsd > 0 && asked.SizeUsd < 1e12m && reference > 0 ? PriceRules.Size(input.Instrument, asked.SizeUsd / reference) : 0,
            Leverage = asked.Leverage,
            Reference = reference,
            Stop = OnGrid(asked.Stop, input.Instrument, direction == Direction.Long ? RoundTo.Up : RoundTo.Down),
            Target = OnGrid(asked.Target, input.Instrument, RoundTo.Nearest),
            Confidence = asked.Confidence,
        };

        var verdicts = new Verdict[Layers.Length];
        var isApproved = Judge(ref proposal, input, verdicts);
        return new Adjudication(asked, ImmutableCollectionsMarshal.AsImmutableArray(verdicts), isApproved ? Entry(proposal, input, cycleId, asked.Reason) : null);
    }

    /// <summary>A reduce-only order that takes liquidity now, for all or a part of a position.</summary>
    /// <param name="attempt">Number of the try: each needs its own client order id.</param>
    public static ApprovedExit ApproveExit(
        Position position, Instrument instrument, AssetContext context, RiskOptions limits, string cycleId, string reason, decimal? size = null, int attempt = 0)
    {
        var side = position.Direction.Closes();
        var best = side == Side.Buy ? context.Ask : context.Bid;
        var limit = PriceRules.Price(
            instrument, best * (1m + (side.Sign() * limits.ExitSlippageBps / 10_000m)), side == Side.Buy ? RoundTo.Up : RoundTo.Down);
        var part = Math.Min(position.Size, PriceRules.Size(instrument, size ?? position.Size, RoundTo.Up));
        var leg = new OrderLeg
        {
            Cloid = Cloid.For(cycleId, position.Asset, $"exit/{attempt}"),
            Side = side,
            Size = part,
            LimitPrice = limit,
            TimeInForce = TimeInForce.Ioc,
            ReduceOnly = true,
        };
        return new ApprovedExit(new OrderRequest(position.Asset, OrderGrouping.None, [leg]), cycleId, reason);
    }

    /// <summary>A stop (and perhaps a target) for a position that is open: stand-alone triggers of its full size.</summary>
    public static ApprovedProtection ApproveProtection(
        Position position, Instrument instrument, decimal stop, decimal? target, string cycleId, string reason)
    {
        var side = position.Direction.Closes();
        var legs = ImmutableArray.CreateBuilder<OrderLeg>(2);
        legs.Add(Trigger(instrument, side, position.Size, stop, TriggerKind.StopLoss, Cloid.For(cycleId, position.Asset, $"protect/stop/{stop}")));
        if (target is { } goal)
        {
            legs.Add(Trigger(instrument, side, position.Size, goal, TriggerKind.TakeProfit, Cloid.For(cycleId, position.Asset, $"protect/target/{goal}")));
        }

        return new ApprovedProtection(new OrderRequest(position.Asset, OrderGrouping.PositionTpsl, legs.ToImmutable()), cycleId, reason);
    }

    private static ApprovedEntry Entry(Proposal p, GateInput input, string cycleId, string reason)
    {
        var asset = input.Instrument.Asset;
        var side = p.Direction.Opens();
        var limit = PriceRules.Price(
            input.Instrument,
            p.Reference * (1m + (side.Sign() * input.Limits.EntrySlippageBps / 10_000m)),
            side == Side.Buy ? RoundTo.Down : RoundTo.Up);

        // The limit may never lie beyond the target or the stop's side; with a sane target it does not.
        var entry = new OrderLeg
        {
            Cloid = Cloid.For(cycleId, asset, "entry"),
            Side = side,
            Size = p.Size,
            LimitPrice = side == Side.Buy ? Math.Max(limit, p.Reference) : Math.Min(limit, p.Reference),
            TimeInForce = TimeInForce.Ioc,
        };
        var stop = Trigger(input.Instrument, side.Opposite(), p.Size, p.Stop!.Value, TriggerKind.StopLoss, Cloid.For(cycleId, asset, "stop"));
        var target = Trigger(input.Instrument, side.Opposite(), p.Size, p.Target!.Value, TriggerKind.TakeProfit, Cloid.For(cycleId, asset, "target"));
        return new ApprovedEntry(
            new OrderRequest(asset, OrderGrouping.NormalTpsl, [entry, stop, target]), cycleId, reason, p.Leverage, isCross: !input.Instrument.OnlyIsolated);
    }

    private static OrderLeg Trigger(Instrument instrument, Side side, decimal size, decimal price, TriggerKind kind, Cloid cloid) => new()
    {
        Cloid = cloid,
        Side = side,
        Size = size,
        TriggerPrice = price,
        Trigger = kind,
        ReduceOnly = true,
        LimitPrice = PriceRules.Price(instrument, price * (1m + (side.Sign() * TriggerSlippage)), side == Side.Buy ? RoundTo.Up : RoundTo.Down),
    };

    private static decimal? OnGrid(decimal? price, Instrument instrument, RoundTo to) =>
        price is { } p && p > 0 && p < 1e12m ? PriceRules.Price(instrument, p, to) : price;
}
