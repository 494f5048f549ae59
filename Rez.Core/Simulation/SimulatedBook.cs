using System.Collections.Immutable;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>
/// Prices and depth of one asset: a mid that walks, a fixed relative spread, and depth that is linear in price. Taker slippage is
/// half the price impact plus a seeded bit of noise.
/// </summary>
internal sealed class SimulatedBook(Instrument instrument, SimulationOptions options, ulong seed)
{
    private const int ShownLevels = 20;
    private static readonly decimal[] Above = [.. Enumerable.Range(0, ShownLevels).Select(n => 1m + (n / 10_000m))];
    private static readonly decimal[] Below = [.. Enumerable.Range(0, ShownLevels).Select(n => 1m - (n / 10_000m))];
    private double _mid = double.NaN;
    private decimal _mark;
    private bool _markKnown;

    public Instrument Instrument { get; set; } = instrument;

    public bool HasPrice => !double.IsNaN(_mid);

    public double Premium { get; set; }

    public double FundingHourly { get; set; }

    public double OpenInterest { get; set; }

    /// <summary>Prices from a live feed; while set they stand instead of the ones made from the mid.</summary>
    public AssetContext? Quoted { get; set; }

    public double Mid
    {
        get => _mid;
        set
        {
            _mid = value;
            _markKnown = false;
        }
    }

    /// <summary>Mark price: the mid on the price grid. The simulated venue has no other venues to take a median with.</summary>
    public decimal Mark
    {
        get
        {
            if (!_markKnown)
            {
                _mark = Quoted?.Mark ?? PriceRules.Price(Instrument, (decimal)_mid, RoundTo.Nearest);
                _markKnown = true;
            }

            return _mark;
        }
    }

    public decimal Oracle => Quoted?.Oracle ?? decimal.Round(Mark / (1m + (decimal)Premium), 8);

    public decimal Bid => Quoted?.Bid ?? PriceRules.Price(Instrument, Mark * (1m - (options.HalfSpreadBps / 10_000m)), RoundTo.Down);

    public decimal Ask => Quoted?.Ask ?? PriceRules.Price(Instrument, Mark * (1m + (options.HalfSpreadBps / 10_000m)), RoundTo.Up);

    /// <summary>Levels of one basis point each, as <see cref="Take"/> eats through them.</summary>
    public BookSnapshot Depth(long nowMs) => new(Instrument.Asset, nowMs, Levels(Bid, -1), Levels(Ask, 1));

    /// <summary>What a taker gets up to its limit: size and average price; size 0 when the best price is beyond the limit.</summary>
    /// <param name="oid">Order id; decides the noise, so that the same order always slips the same.</param>
    public (decimal Size, decimal Price) Take(Side side, decimal size, decimal limit, long oid)
    {
        var sign = side.Sign();
        var best = side == Side.Buy ? Ask : Bid;
        if ((best - limit) * sign > 0)
        {
            return (0, 0);
        }

        // Depth per basis point of the best price: the worst level reached is best · (1 ± impact).
        var impactBps = size * best / options.DepthUsdPerBp;
        var roomBps = (limit - best) * sign / best * 10_000m;
        if (impactBps > roomBps)
        {
            size = PriceRules.Size(Instrument, roomBps * options.DepthUsdPerBp / best);
            impactBps = roomBps;
            if (size <= 0)
            {
                // A level exists at the limit itself: the smallest size still trades there.
                return (0, 0);
            }
        }

        var noise = options.SlippageNoiseBps * (decimal)SeededRandom.For(seed ^ (ulong)oid, "slippage").NextDouble();
        var slipped = best * (1m + (sign * ((impactBps / 2m) + noise) / 10_000m));
        var price = PriceRules.Price(Instrument, slipped, RoundTo.Nearest);
        return (size, sign > 0 ? Math.Min(price, limit) : Math.Max(price, limit));
    }

    private ImmutableArray<BookLevel> Levels(decimal best, int sign)
    {
        var levels = ImmutableArray.CreateBuilder<BookLevel>(ShownLevels);
        for (var n = 0; n < ShownLevels; n++)
        {
            // On a coarse price grid neighbouring basis points share a level.
            var price = PriceRules.Price(Instrument, best * (sign > 0 ? Above : Below)[n], sign > 0 ? RoundTo.Up : RoundTo.Down);
            var size = decimal.Round(options.DepthUsdPerBp / price, Instrument.SizeDecimals);
            if (levels.Count > 0 && levels[^1].Price == price)
            {
                levels[^1] = levels[^1] with { Size = levels[^1].Size + size };
            }
            else
            {
                levels.Add(new BookLevel(price, size, null));
            }
        }

        return levels.ToImmutable();
    }
}
