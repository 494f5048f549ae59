using Rez.Core.Hyperliquid;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

/// <summary>The venue's switch cancels stops too, so it may be armed only where there is none.</summary>
public sealed class DeadManSwitchTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(Some.Start);
    private static readonly AccountState Flat = new(Now, 1_000m, 1_000m, 0m, 0m, []);
    private static readonly OpenOrder Resting = new() { Oid = 1, Asset = "BTC", Side = Side.Buy, Size = 1m, LimitPrice = 1m };
    private static readonly OpenOrder Stop = Resting with { Oid = 2, ReduceOnly = true, TriggerPrice = 1m, Trigger = TriggerKind.StopLoss };

    private static readonly AccountState Held = Flat with
    {
        Positions = [new Position { Asset = "BTC", SignedSize = 1m, EntryPrice = 1m, MarkPrice = 1m, Leverage = 1, IsCross = true }],
    };

    [Fact]
    public void It_is_armed_while_only_opening_orders_rest_and_disarmed_when_a_stop_or_a_position_is_there()
    {
        var dms = new DeadManSwitch(TimeSpan.FromSeconds(60));
        Assert.Equal(SwitchAction.None, dms.Decide(Flat, [], Now));
        Assert.Equal(SwitchAction.Arm, dms.Decide(Flat, [Resting], Now));
        dms.Note(SwitchAction.Arm, SendOutcome.Confirmed(), dms.FiresAt(Now));
        Assert.Equal(SwitchAction.None, dms.Decide(Flat, [Resting], Now.AddSeconds(10)));
        Assert.Equal(SwitchAction.Arm, dms.Decide(Flat, [Resting], Now.AddSeconds(40)));
        Assert.Equal(SwitchAction.Disarm, dms.Decide(Flat, [Resting, Stop], Now.AddSeconds(41)));
        Assert.Equal(SwitchAction.Disarm, dms.Decide(Held, [Resting], Now.AddSeconds(41)));
        dms.Note(SwitchAction.Disarm, SendOutcome.Confirmed(), Now);
        Assert.Equal(SwitchAction.None, dms.Decide(Held, [Resting, Stop], Now.AddSeconds(42)));
    }

    [Fact]
    public void An_unresolved_arming_may_have_landed_and_is_disarmed_until_that_is_sure()
    {
        var dms = new DeadManSwitch(TimeSpan.FromSeconds(60));
        dms.Note(SwitchAction.Arm, SendOutcome.Unresolved("timeout"), Now.AddSeconds(60));
        Assert.Equal(SwitchAction.Disarm, dms.Decide(Held, [Stop], Now));
        dms.Note(SwitchAction.Disarm, SendOutcome.Unresolved("timeout"), Now);
        Assert.Equal(SwitchAction.Disarm, dms.Decide(Held, [Stop], Now));
    }

    [Fact]
    public async Task An_account_without_the_volume_learns_it_once()
    {
        await using var stage = await FaultStage.OpenAsync();
        var dms = new DeadManSwitch(TimeSpan.FromSeconds(60));
        var fires = stage.Local.Clock.GetUtcNow().AddSeconds(60);
        dms.Note(SwitchAction.Arm, await stage.Exchange.ScheduleCancelAsync(fires, CancellationToken.None), fires);
        Assert.Contains("Required: $1000000", dms.Refused);
        Assert.Equal(SwitchAction.None, dms.Decide(Flat, [Resting], Now));
        Assert.False(new DeadManSwitch(TimeSpan.Zero).IsOn);
    }
}
