using System.Diagnostics;
using System.Text.RegularExpressions;
using Rez.Core.Agent;
using Rez.Core.Trading;
using Rez.Tests.Support;
using Rez.Worker.Hosting;
using Serilog;

namespace Rez.Tests.Worker;

/// <summary>Halt and Flatten from outside the process: CLI, file, signal, and straight to the venue when no worker runs.</summary>
public sealed partial class KillSwitchTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Commands_of_the_data_dir_are_carried_out_answered_and_may_be_repeated()
    {
        using var stage = await OpenAsync();
        await using var killSwitch = KillSwitch.Start(stage.Session, _folder.Path, new LoggerConfiguration().CreateLogger());
        var halted = await SendAsync("halt");
        Assert.True(halted.Ok && stage.Session.Controls.State.Halted, halted.Words);
        Assert.True((await SendAsync("halt")).Ok);
        Assert.True((await SendAsync("resume")).Ok);
        Assert.Equal(TradingState.Active, stage.Session.Controls.State.State);

        var one = await SendAsync("flatten", "BTC");
        Assert.Equal("BTC is flat.", one.Words);
        Assert.Equal("ETH", Assert.Single(stage.Session.World.Venue.Account().Positions).Asset);
        var all = await SendAsync("flatten");
        Assert.Equal("Flat, and halted until you resume.", all.Words);
        Assert.Empty(stage.Session.World.Venue.Account().Positions);
        Assert.Empty(stage.Session.World.Venue.OpenOrders());
        Assert.True((await SendAsync("flatten")).Ok);
        Assert.False((await SendAsync("explode")).Ok);
        Assert.Empty(Directory.GetFiles(ControlFolder.PathIn(_folder.Path)));
    }

    [Fact]
    public async Task A_file_halts_and_a_file_flattens()
    {
        using var stage = await OpenAsync();
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Session.Controls.Changed += _ => changed.TrySetResult();
        await using var killSwitch = KillSwitch.Start(stage.Session, _folder.Path, new LoggerConfiguration().CreateLogger());
        await File.WriteAllTextAsync(_folder.File("HALT"), string.Empty, TestContext.Current.CancellationToken);
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.True(stage.Session.Controls.State is { Halted: true, By: "file" });

        // A resume takes the file away, or it would halt again at once.
        Assert.True((await SendAsync("resume")).Ok);
        Assert.False(File.Exists(_folder.File("HALT")));
        await File.WriteAllTextAsync(_folder.File("FLATTEN"), "ETH\n", TestContext.Current.CancellationToken);

        // The next command is answered after the file was looked at.
        await SendAsync("halt");
        await SendAsync("halt");
        Assert.False(File.Exists(_folder.File("FLATTEN")));
        Assert.Equal("BTC", Assert.Single(stage.Session.World.Venue.Account().Positions).Asset);
    }

    [Fact]
    public async Task The_program_is_halted_resumed_and_flattened_from_another_shell_and_by_a_signal()
    {
        await using var rez = RezProcess.Start(_folder.Path, null, "run", "--data-dir", _folder.File("d"), "--port", "0", "--speed", "600");
        await rez.LinkAsync();
        var halted = await RezProcess.RunAsync(_folder.Path, null, "halt", "--data-dir", _folder.File("d"));
        Assert.True(halted.Code == 0, halted.Err);
        Assert.Contains("Halted", halted.Out);
        Assert.Equal(0, (await RezProcess.RunAsync(_folder.Path, null, "resume", "--data-dir", _folder.File("d"))).Code);
        var flat = await RezProcess.RunAsync(_folder.Path, null, "flatten", "--data-dir", _folder.File("d"), "--json");
        Assert.True(flat.Code == 0, flat.Err + flat.Out);
        Assert.Contains("\"ok\":true", flat.Out);
        if (OperatingSystem.IsLinux())
        {
            var signalled = rez.LineAsync(Signalled());
            Process.Start("kill", ["-USR1", rez.Id.ToString()])!.Dispose();
            await signalled;
        }
    }

    [Fact]
    public async Task Without_a_worker_flatten_goes_to_the_venue_itself_and_needs_no_diary()
    {
        await using var local = await LocalStage.StartAsync();
        Directory.CreateDirectory(_folder.File("d"));
        await using (var live = await local.ConnectAsync(_folder.File("d"), 1, AlwaysLong()))
        {
            Assert.Null(await live.Session.RunAsync(CancellationToken.None));
            Assert.NotEmpty(local.Exchange.With(local.Account, v => v.Account()).Positions);
        }

        // The diary is beyond repair: that is the moment for which this is.
        await File.WriteAllTextAsync(Path.Combine(_folder.File("d"), "diary.db"), "rubbish", TestContext.Current.CancellationToken);
        var flat = await RezProcess.RunAsync(
            _folder.Path, new Dictionary<string, string> { ["REZ__Hyperliquid__Key"] = LocalStage.Key }, "flatten", "--data-dir", _folder.File("d"), "--set", "Trading:Mode=live", "--set", "Hyperliquid:Network=local", "--set",
            $"Hyperliquid:Url={local.Host.Address}", "--set", $"Hyperliquid:Account={local.Account}");
        Assert.True(flat.Code == 0, flat.Err + flat.Out);
        Assert.Contains("closed at the venue itself. Flat.", flat.Out);
        Assert.Empty(local.Exchange.With(local.Account, v => v.Account()).Positions);
        Assert.DoesNotContain(LocalStage.Key[2..], flat.Out + flat.Err);
    }

    [Fact]
    public async Task Without_a_worker_and_without_a_venue_it_says_so_and_a_halt_waits_for_the_next_one()
    {
        var flatten = await RezProcess.RunAsync(_folder.Path, null, "flatten", "--data-dir", _folder.File("d"));
        Assert.Equal((1, true), (flatten.Code, flatten.Err.Contains("No worker runs", StringComparison.Ordinal)));
        Assert.Equal(0, (await RezProcess.RunAsync(_folder.Path, null, "halt", "--data-dir", _folder.File("d"))).Code);
        await using var rez = RezProcess.Start(_folder.Path, null, "run", "--data-dir", _folder.File("d"), "--port", "0", "--speed", "60");
        await rez.LineAsync(HaltedByFile());
    }

    private async Task<SessionStage> OpenAsync()
    {
        var stage = SessionStage.Open(_folder.Path, 1, decider: AlwaysLong());
        await stage.Session.RunAsync(CancellationToken.None);
        Assert.Equal(2, stage.Session.World.Venue.Account().Positions.Length);
        return stage;
    }

    private async Task<ControlAnswer> SendAsync(string verb, string? asset = null) =>
        await ControlFolder.SendAsync(_folder.Path, new ControlCommand(verb, asset, "test"), TimeSpan.FromSeconds(30), CancellationToken.None) ?? throw new InvalidOperationException($"{verb} was not answered.");

    private static ScriptedDecider AlwaysLong() => new(context => new Decision("scripted", "long", [.. context.Assets.Take(2).Select(a => new DecisionItem
    {
        Asset = a.Instrument.Asset, Action = DecisionAction.OpenLong, SizeUsd = 2_000m, Leverage = 3, StopLoss = a.Context.Mark * 0.97m, TakeProfit = a.Context.Mark * 1.06m, Confidence = 90,
    })]));

    [GeneratedRegex("SIGUSR1: everything is closed", RegexOptions.None, 1_000)]
    private static partial Regex Signalled();

    [GeneratedRegex("HALT\"?: halted", RegexOptions.None, 1_000)]
    private static partial Regex HaltedByFile();
}
