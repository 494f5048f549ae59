using System.Diagnostics;
using System.Text.RegularExpressions;
using Rez.Tests.Support;

namespace Rez.Tests.LocalVenue;

/// <summary>Other people's clients, unmodified, trade on the real <c>rez sim</c>.</summary>
public sealed partial class PeerTests
{
    [Theory]
    [InlineData("nktkas", 19)]
    [InlineData("ccxt", 11)]
    public async Task A_client_from_npm_trades_on_rez_sim(string peer, int steps)
    {
        var folder = Path.Combine(Repo.Root, "Rez.Tests", "Peers");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "The npm clients are not installed: scripts/test does it where Node is present.");
        using var temp = new TempFolder();
        await using var sim = await SimProcess.StartAsync(temp.Path, "--faucet", "100000");
        var key = "0x" + string.Concat(Enumerable.Repeat(peer == "ccxt" ? "b7" : "a7", 32));
        var info = new ProcessStartInfo("node", [Path.Combine(folder, peer + ".mjs"), sim.Url, key]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var node = Process.Start(info)!;
        var errors = node.StandardError.ReadToEndAsync();
        var told = await node.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, told + await errors);
        Assert.Contains($"{peer}: {steps} steps passed", told);
    }

    /// <summary>A <c>rez sim</c> that has said where it listens.</summary>
    internal sealed partial class SimProcess : IAsyncDisposable
    {
        private readonly RezProcess _rez;

        private SimProcess(RezProcess rez, string url)
        {
            _rez = rez;
            Url = url;
        }

        public string Url { get; }

        public static async Task<SimProcess> StartAsync(string folder, params string[] arguments)
        {
            var rez = RezProcess.Start(folder, null, ["sim", .. arguments.Contains("--port") ? (string[])[] : ["--port", "0"], .. arguments]);
            var line = await rez.LineAsync(Address());
            return new SimProcess(rez, line);
        }

        public ValueTask DisposeAsync() => _rez.DisposeAsync();

        [GeneratedRegex("http://127.0.0.1:[0-9]+")]
        private static partial Regex Address();
    }
}
