using System.Collections.Immutable;

namespace Rez.Core.Market;

/// <summary>What a generated asset looks like.</summary>
/// <param name="StartPrice">Price at the start, USD.</param>
/// <param name="AnnualVolatility">Long-run volatility a year, fraction.</param>
/// <param name="MarketWeight">Share of variance that comes from the common factor, 0 to 1.</param>
/// <param name="MinuteVolume">Typical volume a minute, base units.</param>
/// <param name="OpenInterest">Typical open interest, base units.</param>
public sealed record GeneratedAsset(
    Instrument Instrument, double StartPrice, double AnnualVolatility, double MarketWeight, double MinuteVolume, double OpenInterest);

/// <summary>The assets the demo knows: size rules and margin tiers as on mainnet in 2026, prices and volumes of the order of 2025.</summary>
public static class DemoInstruments
{
    public static ImmutableArray<GeneratedAsset> Known { get; } =
    [
        new(Make("BTC", 0, 5, (0, 40), (150_000_000, 20)), 95_000, 0.45, 0.80, 25, 30_000),
        new(Make("ETH", 1, 4, (0, 25), (100_000_000, 15)), 3_300, 0.70, 0.78, 500, 500_000),
        new(Make("SOL", 5, 2, (0, 20), (70_000_000, 10)), 190, 0.85, 0.72, 6_000, 4_000_000),
        new(Make("XRP", 25, 0, (0, 20), (40_000_000, 10)), 2.4, 0.80, 0.62, 300_000, 100_000_000),
        new(Make("BNB", 7, 3, (0, 10), (3_000_000, 5)), 650, 0.45, 0.62, 150, 150_000),
        new(Make("LINK", 18, 1, (0, 10), (20_000_000, 5)), 15, 0.85, 0.70, 20_000, 5_000_000),
    ];

    public static GeneratedAsset? Find(string asset) => Known.FirstOrDefault(k => k.Instrument.Asset == asset);

    /// <summary>The known instrument, or for a name the demo does not know one with cautious rules that suit the price.</summary>
    public static Instrument For(string asset, int assetId, double price)
    {
        if (Find(asset) is { } known)
        {
            return known.Instrument;
        }

        var decimals = price switch
        {
            >= 10_000 => 5,
            >= 1_000 => 4,
            >= 100 => 2,
            >= 10 => 1,
            _ => 0,
        };
        return Make(asset, assetId, decimals, (0, 10));
    }

    private static Instrument Make(string asset, int id, int sizeDecimals, params (decimal From, int MaxLeverage)[] tiers) => new()
    {
        Asset = asset,
        AssetId = id,
        SizeDecimals = sizeDecimals,
        Tiers = [.. tiers.Select(t => new MarginTier(t.From, t.MaxLeverage))],
    };
}
