using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.LocalVenue;
using Rez.Tests.Support;

namespace Rez.Tests.Hyperliquid;

/// <summary>Rows 26 and 32 of the fault matrix: a key, an account or a balance that is not what it seems stops the start, with words.</summary>
public sealed class AccountCheckTests
{
    private const string OtherKey = "0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

    [Fact]
    public async Task The_accounts_own_key_may_trade_and_is_warned_of()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        using var folder = new TempFolder();
        await using var stage = await local.ConnectAsync(folder.Path);
        using var stop = new CancellationTokenSource();
        var running = stage.Session.RunAsync(stop.Token);
        await Eventually(() => stage.Session.Phase == Core.Session.SessionPhase.Trading);
        await stop.CancelAsync();
        Assert.Null(await running);
        Assert.Contains(stage.Checks, c => c is { Name: "key", State: CheckState.Warning } && c.Words.Contains("could withdraw"));
        Assert.DoesNotContain(stage.Checks, c => c.State == CheckState.Failed);
    }

    [Fact]
    public async Task A_key_that_is_no_agent_of_the_account_does_not_start()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        var refused = await RefusedAsync(local, OtherKey);
        Assert.Contains("is not an agent of", refused);
        Assert.Contains("approve it as an API wallet", refused);
    }

    [Theory]
    [InlineData(30, CheckState.Ok, "for 30 more days")]
    [InlineData(3, CheckState.Warning, "more days")]
    [InlineData(-1, CheckState.Failed, "has expired")]
    public async Task An_agent_is_known_with_its_end(int days, CheckState state, string words)
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        Approve(local, days);
        using var folder = new TempFolder();
        await using var stage = await local.ConnectAsync(folder.Path, key: OtherKey);
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var running = stage.Session.RunAsync(stop.Token);
        await Eventually(() => stage.Checks.Exists(c => c.Name == "key") && (stage.Session.Phase != Core.Session.SessionPhase.Preparing || running.IsCompleted));
        await stop.CancelAsync();
        await running;
        var check = stage.Checks.Single(c => c.Name == "key");
        Assert.Equal(state, check.State);
        Assert.Contains(words, check.Words);
    }

    [Fact]
    public async Task An_agents_address_instead_of_its_masters_is_recognised()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        Approve(local, 30);
        using var key = PrivateKey.Parse(OtherKey).Value;
        var refused = await RefusedAsync(local, OtherKey, o => o.Hyperliquid.Account = new Secp256k1().AddressOf(key).Text);
        Assert.Contains("is an agent's address", refused);
        Assert.Contains(local.Account, refused);
    }

    [Fact]
    public async Task A_unified_account_does_not_start()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        local.Exchange.Touch(local.Account, a => a.Abstraction = "unifiedAccount");
        Assert.Contains("unifiedAccount mode", await RefusedAsync(local, LocalStage.Key));
    }

    [Fact]
    public async Task Too_little_money_does_not_start()
    {
        await using var local = await LocalStage.StartAsync(speed: 1, options: new LocalExchangeOptions { Faucet = 20m });
        Assert.Contains("20 USD, less than Hyperliquid:MinBalance (50)", await RefusedAsync(local, LocalStage.Key));
    }

    [Fact]
    public async Task An_asset_that_the_venue_does_not_know_does_not_start()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        Assert.Contains("the venue has no DOGE", await RefusedAsync(local, LocalStage.Key, o => o.Trading.Assets = ["BTC", "DOGE"]));
    }

    [Fact]
    public async Task A_venue_that_does_not_answer_does_not_start()
    {
        await using var local = await LocalStage.StartAsync(speed: 1);
        local.Wire.Plan = (_, body) => body.Contains("rezClock", StringComparison.Ordinal) ? Mishap.None : Mishap.LostBefore;
        Assert.Contains("did not answer", await RefusedAsync(local, LocalStage.Key));
    }

    private static void Approve(LocalStage local, int days) => local.Exchange.Touch(local.Account, a =>
    {
        using var key = PrivateKey.Parse(OtherKey).Value;
        local.Exchange.Approve(a, new Secp256k1().AddressOf(key), "rez", local.Exchange.NowMs + (days * 86_400_000L) + 60_000);
    });

    private static async Task<string> RefusedAsync(LocalStage local, string key, Action<Core.Configuration.RezOptions>? change = null)
    {
        using var folder = new TempFolder();
        await using var stage = await local.ConnectAsync(folder.Path, change: change, key: key);
        var refused = await stage.Session.RunAsync(CancellationToken.None);
        Assert.NotNull(refused);
        Assert.Empty(local.Wire.Actions);
        return refused.Value.Message;
    }

    private static async Task Eventually(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
