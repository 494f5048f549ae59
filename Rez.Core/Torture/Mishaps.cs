using System.Globalization;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Torture;

/// <summary>What happens in the world by itself: prices, other people, the venue, the clock, a person at the switch.</summary>
internal sealed class Mishaps(TortureStage stage, JumpyMarket source, string[] assets)
{
    private const int HaltedBars = 4;
    private int _clockRightAt;

    /// <summary>The bar at which the person who halted resumes.</summary>
    public int ResumeAt { get; private set; }

    /// <summary>What lasts for some bars ends.</summary>
    public void End(int bars)
    {
        if (bars == _clockRightAt)
        {
            stage.Clock.Behind = TimeSpan.Zero;
        }
    }

    /// <summary>The world does something that Rez did not ask for.</summary>
    public async Task StrikeAsync(FaultKind fault, int bars, IReadOnlyList<TortureHost> hosts)
    {
        var random = stage.Script.Random(stage.Script.Crossed, "strike");
        var asset = assets[random.Next(assets.Length)];
        var position = stage.World.Venue.Account().Of(asset);
        switch (fault)
        {
            case FaultKind.PriceJump:
                source.Jump(Array.IndexOf(assets, asset), (0.01 + (0.04 * random.NextDouble())) * (random.Next(2) == 0 ? 1 : -1));
                break;
            case FaultKind.Crash:
                source.Jump(Array.IndexOf(assets, asset), (0.1 + (0.25 * random.NextDouble())) * (random.Next(2) == 0 ? 1 : -1));
                break;
            case FaultKind.ForeignTrade:
                Foreign(asset, random.Next(2) == 0 ? Side.Buy : Side.Sell, 100 + random.Next(2_000), bars, resting: false);
                break;
            case FaultKind.ForeignOrder:
                Foreign(asset, random.Next(2) == 0 ? Side.Buy : Side.Sell, 100 + random.Next(500), bars, resting: true);
                break;
            case FaultKind.Deleverage when position is not null:
                Foreign(asset, position.Direction.Closes(), position.Notional / 2, bars, resting: false);
                break;
            case FaultKind.StopVanishes when stage.World.Venue.OpenOrders().FirstOrDefault(o => o.Asset == asset && o.Trigger == TriggerKind.StopLoss) is { } stop:
                stage.World.Replay(v => v.Cancel(asset, stop.Oid));
                break;
            case FaultKind.TermsChange:
                stage.World.Replay(v => v.Revise(v.Instruments.First(i => i.Asset == asset) with { Tiers = [new MarginTier(0, 10 + random.Next(20))] }));
                break;
            case FaultKind.Delisting when asset != assets[0]:
                // The first asset stays, or there would be nothing left to trade.
                stage.World.Replay(v => v.Delist(asset));
                break;
            case FaultKind.SwitchFires:
                stage.World.Replay(v => v.CancelAll("scheduledCancel"));
                break;
            case FaultKind.ClockJump:
                stage.Clock.Leap(TimeSpan.FromSeconds(random.Next(300)));
                break;
            case FaultKind.ClockBack:
                stage.Clock.Behind = TimeSpan.FromSeconds(1 + random.Next(600));
                _clockRightAt = bars + 1 + random.Next(20);
                break;
            case FaultKind.PersonHalts:
                foreach (var host in hosts)
                {
                    await host.HaltAsync();
                }

                ResumeAt = bars + HaltedBars;
                break;
        }
    }

    private void Foreign(string asset, Side side, decimal usd, int bars, bool resting)
    {
        if (stage.World.Venue.Context(asset) is not { } context || DemoInstruments.Find(asset) is not { } known)
        {
            return;
        }

        var away = resting ? 0.9m : 1.02m;
        var price = PriceRules.Price(known.Instrument, side == Side.Buy ? context.Mark * away : context.Mark / away, RoundTo.Nearest);
        var size = PriceRules.Size(known.Instrument, usd / context.Mark);
        if (size > 0)
        {
            var leg = new OrderLeg { Cloid = Cloid.For(Name("foreign"), asset, bars.ToString(CultureInfo.InvariantCulture)), Side = side, Size = size, LimitPrice = price, TimeInForce = resting ? TimeInForce.Gtc : TimeInForce.Ioc };
            stage.World.Replay(v => v.Place(new OrderRequest(asset, OrderGrouping.None, [leg])));
        }
    }

    private string Name(string what) => string.Create(CultureInfo.InvariantCulture, $"{what}-{stage.World.NowMs}-{stage.Script.Crossed}");
}
