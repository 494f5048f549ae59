using FsCheck;
using FsCheck.Fluent;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Simulation;

/// <summary>Whatever is ordered, money is neither made nor lost: equity = start + realised − fees − funding + open PnL.</summary>
public sealed class ConservationTests
{
    [Fact]
    public void Equity_is_what_fills_and_funding_add_up_to()
    {
        var act = from kind in Gen.Choose(0, 5) from a in Gen.Choose(1, 40) from b in Gen.Choose(-300, 300) select (kind, a, b);
        Prop.ForAll(Gen.ListOf(act).ToArbitrary(), acts =>
        {
            var stage = new VenueStage(Some.Costs(balance: 50_000m, spreadBps: 1, depth: 5_000m), seed: 3);
            var price = 100_000.0;
            var id = 0;
            foreach (var (kind, a, b) in acts)
            {
                var side = b > 0 ? Side.Buy : Side.Sell;
                var size = a * 0.005m;
                var name = $"o{id++}";
                var near = Math.Round((decimal)price);
                switch (kind)
                {
                    case 0:
                        stage.Venue.Place(Some.Order(Some.Leg(side, size, near + (side.Sign() * 500), name)));
                        break;
                    case 1:
                        stage.Venue.Place(Some.Order(Some.Leg(side, size, near - (side.Sign() * Math.Abs(b)), name, TimeInForce.Gtc)));
                        break;
                    case 2:
                        stage.Venue.Place(Some.Bracket(side, size, near + (side.Sign() * 500), near - (side.Sign() * 400), near + (side.Sign() * 900), id: name));
                        break;
                    case 3:
                        stage.Venue.Place(Some.Order(Some.Leg(side, size, near + (side.Sign() * 500), name, reduceOnly: true)));
                        break;
                    default:
                        var next = Math.Round(price * (1 + (b / 20_000.0)));
                        stage.Bar(price, Math.Max(price, next) + a, Math.Min(price, next) - a, next, funding: a % 7 == 0 ? 0.0001 : null);
                        price = next;
                        break;
                }

                var account = stage.Venue.Account();
                var fills = stage.Venue.Fills;
                var expected = 50_000m + fills.Sum(f => f.ClosedPnl - f.Fee) - stage.Venue.Funding.Sum(f => f.Usd) + account.UnrealisedPnl;
                if (Math.Abs(account.Equity - expected) > 1e-9m)
                {
                    return false;
                }

                // No order outlives what it could do: a live reduce-only stop never exceeds nothing, positions match the fills.
                var size2 = fills.Where(f => f.Asset == "BTC").Sum(f => f.Size * f.Side.Sign());
                if ((stage.Position?.SignedSize ?? 0) != size2)
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(600));
    }
}
