using System.Collections.Immutable;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>An order as it is kept.</summary>
public sealed record KeptOrder(
    long Oid, string Asset, OrderLeg Leg, long TimeMs, decimal Remaining, string Status, long Group, long WaitsFor, long Parent, bool IsPositionTrigger, bool IsLive);

public sealed record KeptPosition(string Asset, decimal SignedSize, decimal EntryPrice, int Leverage, bool IsCross, decimal IsolatedMargin, decimal FundingSinceOpen);

public sealed record KeptLeverage(string Asset, int Leverage, bool IsCross);

/// <summary>A simulated account with its whole past, to be taken up again later. Prices are not part of it.</summary>
public sealed record VenueSnapshot(
    decimal Cash, ImmutableArray<KeptPosition> Positions, ImmutableArray<KeptLeverage> Leverage, ImmutableArray<KeptOrder> Orders,
    ImmutableArray<Fill> Fills, ImmutableArray<FundingPayment> Funding, long LastOid, long LastTid);
