using Rez.Core;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Layers;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Risk.Layers;

/// <summary>Allowed assets, confidence, market sanity and the portfolio's word.</summary>
public sealed class MarketLayersTests
{
    private static readonly System.Text.Json.JsonSerializerOptions Json = new(System.Text.Json.JsonSerializerDefaults.Web);

    [Theory]
    [InlineData("ok")]
    [InlineData("asset-not-allowed")]
    [InlineData("asset-delisted")]
    [InlineData("asset-capped")]
    [InlineData("asset-paused")]
    public void Assets_are_allowed_listed_open_and_not_paused(string code)
    {
        var input = code switch
        {
            "asset-not-allowed" => Gate.Input() with { AllowedAssets = ["ETH"] },
            "asset-delisted" => Gate.Input(instrument: Some.Btc with { IsDelisted = true }),
            "asset-capped" => Gate.Input(facts: Gate.Facts with { IsCapped = true }),
            "asset-paused" => Gate.Input(facts: Gate.Facts with { IsPaused = true }),
            _ => Gate.Input(),
        };
        Assert.Equal(code, Gate.By(new AllowedAssetsLayer(), input).Verdict.Code);
    }

    [Theory]
    [InlineData(59, "confidence-low")]
    [InlineData(60, "ok")]
    [InlineData(100, "ok")]
    [InlineData(101, "confidence-out-of-range")]
    [InlineData(-1, "confidence-out-of-range")]
    public void Confidence_must_be_enough(int confidence, string code) => Assert.Equal(code, Gate.By(new ConfidenceLayer(), Gate.Input(), confidence: confidence).Verdict.Code);

    [Theory]
    [InlineData("ok")]
    [InlineData("data-unfit")]
    [InlineData("upstream-unhealthy")]
    [InlineData("prices-nonsense")]
    [InlineData("spread-wide")]
    [InlineData("price-off-oracle")]
    [InlineData("book-unread")]
    [InlineData("book-thin")]
    public void A_market_that_is_not_sane_is_named(string code)
    {
        var input = code switch
        {
            "data-unfit" => Gate.Input(facts: Gate.Facts with { Unfit = "stale" }),
            "upstream-unhealthy" => Gate.Input(facts: Gate.Facts with { Upstream = "no answer" }),
            "prices-nonsense" => Gate.Input(context: Gate.Context with { Bid = 100_020m }),
            "spread-wide" => Gate.Input(context: Gate.Context with { Bid = 99_740m }),
            "price-off-oracle" => Gate.Input(context: Gate.Context with { Oracle = 97_900m }),
            "book-unread" => Gate.Input(facts: Gate.Facts with { AskDepthUsd = null }),
            "book-thin" => Gate.Input(facts: Gate.Facts with { AskDepthUsd = 1_999m }),
            _ => Gate.Input(facts: Gate.Facts with { AskDepthUsd = 2_001m, BidDepthUsd = null }),
        };
        Assert.Equal(code, Gate.By(new MarketSanityLayer(), input).Verdict.Code);
    }

    [Fact]
    public void A_short_eats_bids_and_the_mid_counts_against_the_oracle_too()
    {
        Assert.Equal("book-unread", Gate.By(new MarketSanityLayer(), Gate.Input(facts: Gate.Facts with { BidDepthUsd = null }), Direction.Short).Verdict.Code);
        var context = Gate.Context with { Bid = 103_000m, Ask = 103_010m };
        Assert.Equal("price-off-oracle", Gate.By(new MarketSanityLayer(), Gate.Input(context: context)).Verdict.Code);
        Assert.Equal("prices-nonsense", Gate.By(new MarketSanityLayer(), Gate.Input(context: Gate.Context with { Oracle = 0 })).Verdict.Code);
        Assert.Equal("prices-nonsense", Gate.By(new MarketSanityLayer(), Gate.Input(context: Gate.Context with { Mark = 0 })).Verdict.Code);
        Assert.Equal("prices-nonsense", Gate.By(new MarketSanityLayer(), Gate.Input(context: Gate.Context with { Bid = 0 })).Verdict.Code);
    }

    [Theory]
    [InlineData(0.0006, Direction.Long, "funding-extreme")]
    [InlineData(0.0006, Direction.Short, "ok")]
    [InlineData(-0.0006, Direction.Short, "funding-extreme")]
    [InlineData(0.0005, Direction.Long, "ok")]
    public void Only_funding_that_would_be_paid_counts(double hourly, Direction direction, string code) =>
        Assert.Equal(code, Gate.By(new MarketSanityLayer(), Gate.Input(context: Gate.Context with { FundingHourly = (decimal)hourly }), direction).Verdict.Code);

    [Fact]
    public void What_the_portfolio_has_against_it_is_said_with_its_own_code()
    {
        Assert.Equal("ok", Gate.By(new PortfolioLayer(), Gate.Input()).Verdict.Code);
        var (verdict, _) = Gate.By(new PortfolioLayer(), Gate.Input(facts: Gate.Facts with { Portfolio = new Rejection("cooldown", "A stop closed it.") }));
        Assert.Equal((VerdictKind.Reject, "cooldown", "A stop closed it."), (verdict.Kind, verdict.Code, verdict.Message));
    }

    [Fact]
    public void A_verdict_reads_back_as_it_was_written()
    {
        foreach (var verdict in new[] { Verdict.Approve("a", 1.5m, 3m), Verdict.Approve("a"), Verdict.Reject("b", "c", "why"), new Verdict("d", VerdictKind.Clamp, "e", "cut", 3m, 2m, 1m, 2m) })
        {
            var json = System.Text.Json.JsonSerializer.Serialize(verdict, Json);
            Assert.Equal(json, System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonSerializer.Deserialize<Verdict>(json, Json), Json));
            Assert.NotEmpty(verdict.Message);
        }

        Assert.Equal("1.5 where the limit is 3.", Verdict.Approve("a", 1.5m, 3m).Message);
    }
}
