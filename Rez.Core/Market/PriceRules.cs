namespace Rez.Core.Market;

/// <summary>Which way a number is moved when it does not fit the venue's grid.</summary>
public enum RoundTo
{
    Down,
    Up,
    Nearest,
}

/// <summary>
/// The venue's number rules in one place: prices have at most five significant figures and at most 6 − size decimals,
/// whole numbers are always allowed; sizes have the instrument's decimals (protocol §3.4).
/// </summary>
public static class PriceRules
{
    private const int SignificantFigures = 5;

    private static readonly decimal[] Powers =
        [1m, 10m, 100m, 1_000m, 10_000m, 100_000m, 1_000_000m, 10_000_000m, 100_000_000m];

    /// <summary>Distance between neighbouring legal prices at <paramref name="price"/> (never coarser than 1).</summary>
    public static decimal TickAt(Instrument instrument, decimal price) => 1m / Powers[DecimalsAt(instrument, price)];

    /// <summary>Moves a price to the grid in the stated direction. Prices at or below zero are a bug of the caller.</summary>
    public static decimal Price(Instrument instrument, decimal price, RoundTo to)
    {
        if (price <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(price), price, "A price must be above zero.");
        }

        return Round(price, DecimalsAt(instrument, price), to);
    }

    public static bool IsLegalPrice(Instrument instrument, decimal price) =>
        price > 0 && Round(price, DecimalsAt(instrument, price), RoundTo.Down) == price;

    /// <summary>Moves a size to the grid; down unless the caller has a reason.</summary>
    public static decimal Size(Instrument instrument, decimal size, RoundTo to = RoundTo.Down) => Round(size, instrument.SizeDecimals, to);

    public static bool IsLegalSize(Instrument instrument, decimal size) => size > 0 && Size(instrument, size) == size;

    /// <summary>
    /// The one place where an indicator's double becomes an order's decimal. Non-finite and absurd values are refused
    /// with a value, since they come from data, not from a bug.
    /// </summary>
    public static Outcome<decimal> FromDouble(double value) =>
        double.IsFinite(value) && Math.Abs(value) < 1e15
            ? decimal.Round((decimal)value, 12)
            : new Rejection("not-a-price", $"{value} can't be a price or a size.");

    private static int DecimalsAt(Instrument instrument, decimal price)
    {
        var whole = 0;
        if (price >= 1m)
        {
            var rest = decimal.Truncate(price);
            while (rest >= 1m)
            {
                rest = decimal.Truncate(rest / 10m);
                whole++;
            }

            return Math.Clamp(SignificantFigures - whole, 0, instrument.PriceDecimals);
        }

        var zeros = 0;
        var p = price;
        while (p > 0 && p < 0.1m && zeros < 8)
        {
            p *= 10m;
            zeros++;
        }

        return Math.Clamp(SignificantFigures + zeros, 0, instrument.PriceDecimals);
    }

    private static decimal Round(decimal value, int decimals, RoundTo to)
    {
        var scaled = value * Powers[decimals];
        var rounded = to switch
        {
            RoundTo.Down => decimal.Floor(scaled),
            RoundTo.Up => decimal.Ceiling(scaled),
            _ => decimal.Round(scaled, 0, MidpointRounding.ToEven),
        };
        return rounded / Powers[decimals];
    }
}
