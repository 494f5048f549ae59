using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Market;

public sealed class PriceRulesTests
{
    private static readonly Instrument Doge = Some.Btc with { Asset = "DOGE", SizeDecimals = 0 };

    [Theory]
    [InlineData(1, "1234.5", true)]
    [InlineData(1, "1234.56", false)]
    [InlineData(0, "0.001234", true)]
    [InlineData(0, "0.0012345", false)]
    [InlineData(5, "123456", true)]
    [InlineData(1, "12345.6", false)]
    [InlineData(5, "95000.1", false)]
    [InlineData(5, "9500.1", true)]
    [InlineData(0, "-1", false)]
    public void The_protocols_own_examples(int sizeDecimals, string price, bool legal) =>
        Assert.Equal(legal, PriceRules.IsLegalPrice(Some.Btc with { SizeDecimals = sizeDecimals }, decimal.Parse(price)));

    [Theory]
    [InlineData("123456.7", RoundTo.Down, "123456")]
    [InlineData("123456.7", RoundTo.Up, "123457")]
    [InlineData("0.123456789", RoundTo.Nearest, "0.12346")]
    public void Whole_numbers_keep_all_their_figures(string price, RoundTo to, string expected) =>
        Assert.Equal(decimal.Parse(expected), PriceRules.Price(Doge, decimal.Parse(price), to));

    [Fact]
    public void Rounding_is_legal_directed_and_within_a_tick()
    {
        var gen = from cents in Gen.Choose(1, int.MaxValue) from scale in Gen.Choose(0, 8) from size in Gen.Choose(0, 5) select (cents, scale, size);
        Prop.ForAll(gen.ToArbitrary(), x =>
        {
            var instrument = Some.Btc with { SizeDecimals = x.size };
            var price = x.cents / (decimal)Math.Pow(10, x.scale);
            var up = PriceRules.Price(instrument, price, RoundTo.Up);
            var down = PriceRules.Price(instrument, price, RoundTo.Down);
            return up >= price && down <= price
                && PriceRules.IsLegalPrice(instrument, up)
                && (down == 0 || PriceRules.IsLegalPrice(instrument, down))
                && up - down <= Math.Max(PriceRules.TickAt(instrument, price), PriceRules.TickAt(instrument, up));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000));
    }

    [Fact]
    public void Sizes_go_down()
    {
        Assert.Equal(0.12345m, PriceRules.Size(Some.Btc, 0.123459m));
        Assert.Equal(0m, PriceRules.Size(Some.Btc, 0.000001m));
        Assert.False(PriceRules.FromDouble(double.NaN).Ok);
        Assert.False(PriceRules.FromDouble(1e20).Ok);
        Assert.Equal(0.1m, PriceRules.FromDouble(0.1).Value);
    }
}
