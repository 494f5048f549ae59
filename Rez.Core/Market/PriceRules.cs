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

    private static readonly decimal[] Tenths =
        [0.1m, 0.01m, 0.001m, 0.000_1m, 0.000_01m, 0.000_001m, 0.000_000_1m, 0.000_000_01m];

    private static readonly decimal[] Ticks =
        [1m, 0.1m, 0.01m, 0.001m, 0.000_1m, 0.000_01m, 0.000_001m, 0.000_000_1m, 0.000_000_01m];

    private const decimal MostWhole = 1_000_000_000_000_000_000m;

    /// <summary>Distance between neighbouring legal prices at <paramref name="price"/> (never coarser than 1).</summary>
    public static decimal TickAt(Instrument instrument, decimal price) => Ticks[DecimalsAt(instrument, price)];

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
        // Compared with powers of ten: dividing decimals down is many times dearer, and every order and level comes through here.
        var figures = SignificantFigures;
        if (price >= 1m)
        {
            while (figures > 0 && price >= Powers[SignificantFigures - figures + 1])
            {
                figures--;
            }

            return Math.Clamp(figures - 1, 0, instrument.PriceDecimals);
        }

        while (figures < SignificantFigures + 8 && price > 0 && price < Tenths[figures - SignificantFigures])
        {
            figures++;
        }

        return Math.Clamp(figures, 0, instrument.PriceDecimals);
    }

    private static decimal Round(decimal value, int decimals, RoundTo to)
    {
        var scaled = decimals == 0 ? value : value * Powers[decimals];
        var rounded = to switch
        {
            RoundTo.Down => decimal.Floor(scaled),
            RoundTo.Up => decimal.Ceiling(scaled),
            _ => decimal.Round(scaled, 0, MidpointRounding.ToEven),
        };
        if (decimals == 0)
        {
            return rounded;
        }

        if (rounded is >= MostWhole or <= -MostWhole)
        {
            return rounded / Powers[decimals];
        }

        // The quotient, put together by hand: as short as the division would make it.
        var whole = decimal.ToInt64(rounded);
        while (decimals > 0 && whole % 10 == 0)
        {
            whole /= 10;
            decimals--;
        }

        var size = Math.Abs(whole);
        return new decimal((int)size, (int)(size >> 32), 0, whole < 0, (byte)decimals);
    }
}
