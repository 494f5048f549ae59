using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Rez.Core.Trading;

/// <summary>Side of an order.</summary>
public enum Side
{
    Buy,
    Sell,
}

/// <summary>Direction of a position.</summary>
public enum Direction
{
    Long,
    Short,
}

/// <summary>How long a limit order lives: until cancelled, at once or not at all, or only as a maker.</summary>
public enum TimeInForce
{
    Gtc,
    Ioc,
    Alo,
}

public enum TriggerKind
{
    StopLoss,
    TakeProfit,
}

/// <summary>How the legs of one action belong together (protocol §2.1).</summary>
public enum OrderGrouping
{
    /// <summary>Independent orders.</summary>
    None,

    /// <summary>The first leg is an ordinary parent, the others its fixed-size stop and target.</summary>
    NormalTpsl,

    /// <summary>Triggers tied to the position, whose size they follow.</summary>
    PositionTpsl,
}

public static class Sides
{
    public static Side Opposite(this Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    public static Side Opens(this Direction direction) => direction == Direction.Long ? Side.Buy : Side.Sell;

    public static Side Closes(this Direction direction) => direction == Direction.Long ? Side.Sell : Side.Buy;

    /// <summary>+1 for a buy or a long, −1 for a sell or a short.</summary>
    public static int Sign(this Side side) => side == Side.Buy ? 1 : -1;

    public static int Sign(this Direction direction) => direction == Direction.Long ? 1 : -1;

    /// <summary>What a position in that direction gains when the price goes from one to the other: above zero for a gain.</summary>
    public static decimal Gain(this Direction direction, decimal from, decimal to) => direction == Direction.Long ? to - from : from - to;

    /// <summary>A price so far ahead of another in that direction; behind it when below zero.</summary>
    public static decimal Ahead(this Direction direction, decimal of, decimal by) => direction == Direction.Long ? of + by : of - by;
}

/// <summary>Client order id: <c>0x</c> and 32 lower-case hex digits.</summary>
public readonly record struct Cloid
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    [JsonConstructor]
    public Cloid(string value)
    {
        Value = IsValid(value) ? value : throw new ArgumentException($"'{value}' is not 0x and 32 lower-case hex digits.", nameof(value));
    }

    public string Value { get; }

    /// <summary>The same cycle, asset and leg always give the same id, so that a repeated send can be recognised.</summary>
    public static Cloid For(string cycleId, string asset, string leg)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{cycleId}\n{asset}\n{leg}"), hash);
        return new Cloid("0x" + Convert.ToHexStringLower(hash[..16]));
    }

    public static bool IsValid(string? value) =>
        value is { Length: 34 } && value.StartsWith("0x", StringComparison.Ordinal) && value.AsSpan(2).IndexOfAnyExcept(Hex) < 0;

    public override string ToString() => Value;
}

/// <summary>One order of an action. A leg with a <see cref="TriggerPrice"/> sleeps until the mark price reaches it.</summary>
public sealed record OrderLeg
{
    public required Cloid Cloid { get; init; }

    public required Side Side { get; init; }

    /// <summary>Base units, above zero; for a position trigger the position's size when placed.</summary>
    public required decimal Size { get; init; }

    /// <summary>Worst acceptable price; for a trigger the worst price after firing.</summary>
    public required decimal LimitPrice { get; init; }

    public TimeInForce TimeInForce { get; init; } = TimeInForce.Gtc;

    public bool ReduceOnly { get; init; }

    public decimal? TriggerPrice { get; init; }

    public TriggerKind? Trigger { get; init; }

    /// <summary>Whether a fired trigger takes liquidity at once (a market stop) or rests as a limit.</summary>
    public bool IsMarketTrigger { get; init; } = true;
}

/// <summary>What is sent to the venue in one signed action, as data: journalled before it is sent.</summary>
public sealed record OrderRequest(string Asset, OrderGrouping Grouping, ImmutableArray<OrderLeg> Legs);
