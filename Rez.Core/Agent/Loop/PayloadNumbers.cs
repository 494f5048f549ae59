using System.Globalization;
using System.Text.Json;
using Rez.Core.Market;

namespace Rez.Core.Agent.Loop;

/// <summary>How numbers and times look in the payload.</summary>
internal static class PayloadNumbers
{
    /// <summary>Six significant figures, whatever the size: two decimals would be the end of a price below a dollar.</summary>
    public static double Significant(double value)
    {
        if (value == 0)
        {
            return 0;
        }

        var digits = 5 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and <= 15 ? Math.Round(value, digits) : Math.Round(value);
    }

    /// <summary>A price as fine as its instrument's.</summary>
    public static decimal Price(decimal price, Instrument? instrument) => instrument is null || price <= 0 ? Trim(price) : PriceRules.Price(instrument, price, RoundTo.Nearest);

    public static string Plain(decimal value) => Trim(value).ToString(CultureInfo.InvariantCulture);

    public static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static void Optional(Utf8JsonWriter j, string name, decimal? value)
    {
        if (value is { } number)
        {
            j.WriteNumber(name, number);
        }
        else
        {
            j.WriteNull(name);
        }
    }

    /// <summary>Without zeros at the end: 1.500 and 1.5 are one payload.</summary>
    public static decimal Trim(decimal value) => value / 1.000000000000000000000000000000000m;
}
