using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Rez.Core.Configuration;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Clients;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez doctor</c>: what is missing before live trading, in plain words.</summary>
internal static class DoctorCommand
{
    private const long LeastFreeBytes = 1L << 30;

    public static Command Build()
    {
        var command = new Command("doctor", "Tells what is missing before live trading: key, account, balance, clock, venue, disk") { CommonOptions.DataDir, CommonOptions.Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var reading = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)), ("Trading:Mode", "demo"));
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        var results = await ExamineAsync(reading.Options, LiveHost.Handler, cancel);
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(results.Select(r => new { check = r.Name, state = r.State.ToString().ToLowerInvariant(), words = r.Words }), JsonSerializerOptions.Web));
        }
        else
        {
            foreach (var result in results)
            {
                var mark = result.State switch { CheckState.Ok => "ok     ", CheckState.Warning => "note   ", _ => "MISSING" };
                Console.Out.WriteLine($"{mark} {result.Name}: {result.Words}");
            }

            var failed = results.Count(r => r.State == CheckState.Failed);
            Console.Out.WriteLine(failed == 0 ? "Ready for live trading." : $"{failed} thing(s) stand in the way of live trading.");
        }

        return results.Any(r => r.State == CheckState.Failed) ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>Everything that can be looked at; what needs something missing is left out, not guessed.</summary>
    internal static async Task<ImmutableArray<CheckResult>> ExamineAsync(RezOptions options, Func<HttpMessageHandler> handlers, CancellationToken cancel)
    {
        var results = ImmutableArray.CreateBuilder<CheckResult>();
        var h = options.Hyperliquid;
        results.Add(h.Network switch
        {
            Network.Mainnet when h.AcknowledgeMainnet == HyperliquidOptions.Acknowledgement => new CheckResult("network", CheckState.Warning, "mainnet: real money, acknowledged"),
            Network.Mainnet => new CheckResult("network", CheckState.Failed, $"mainnet asks for Hyperliquid:AcknowledgeMainnet to say '{HyperliquidOptions.Acknowledgement}'"),
            _ => new CheckResult("network", CheckState.Ok, h.Network.ToString().ToLowerInvariant()),
        });
        results.Add(Disk(options.Storage.DataDir));
        var signer = NativeSecp256k1.Preferred;
        results.Add(NativeSecp256k1.Instance is null
            ? new CheckResult("signing", CheckState.Warning, "libsecp256k1 is not installed (Debian: libsecp256k1-1): signing takes about four times as long, and works")
            : new CheckResult("signing", CheckState.Ok, signer.Name));
        results.Add(!Deciders.WantsModel(options) ? new CheckResult("decider", CheckState.Ok, $"{options.Trading.Decider}: a rule strategy, no model key is needed")
            : !Deciders.HasModel(options) ? new CheckResult("decider", CheckState.Warning, Deciders.NoModel)
            : new CheckResult("decider", options.Model.ApiKey.Length == 0 ? CheckState.Warning : CheckState.Ok,
                $"{options.Model.Name} at {new Uri(options.Model.BaseUrl).Host}{(options.Model.ApiKey.Length == 0 ? ", without a key: local endpoints need none, others refuse" : string.Empty)}"));

        var account = h.Account.Length > 0 ? LiveComposition.Account(h) : (Address?)null;
        if (account is null)
        {
            results.Add(new CheckResult("account", CheckState.Failed, "Hyperliquid:Account is not set: the address of the account to trade, not that of an API wallet"));
        }

        using var key = ReadKey(h, results);
        await using var link = await VenueLink.OpenAsync(h, LiveComposition.BaseInterval(options), handlers, TimeProvider.System, new SeededRandom(1), null, cancel);
        var checks = new AccountChecks(link.Info, link.Http, link.Address, link.Clock);
        if (key is not null && account is { } address)
        {
            results.AddRange(await checks.RunAsync(signer.AddressOf(key), address, options.Trading.Assets, h.MinBalance, cancel));
        }
        else
        {
            await checks.MarketAsync(options.Trading.Assets, results, cancel);
        }

        return results.ToImmutable();
    }

    private static PrivateKey? ReadKey(HyperliquidOptions h, ImmutableArray<CheckResult>.Builder results)
    {
        if (h.Key.Length == 0 && h.KeyFile.Length == 0)
        {
            results.Add(new CheckResult("key file", CheckState.Failed, "no key: set Hyperliquid:KeyFile to the file of an API wallet's key, or REZ__Hyperliquid__Key in the environment"));
            return null;
        }

        if (h.Key.Length > 0 && h.KeyFile.Length > 0)
        {
            results.Add(new CheckResult("key file", CheckState.Failed, "both Hyperliquid:KeyFile and Hyperliquid:Key are set: one of them is enough"));
            return null;
        }

        var read = LiveComposition.Key(h);
        if (!read.Ok)
        {
            results.Add(new CheckResult("key file", CheckState.Failed, read.Rejection.Message));
            return null;
        }

        results.Add(OthersMayRead(h.KeyFile)
            ? new CheckResult("key file", CheckState.Warning, $"{h.KeyFile} can be read by others on this machine: chmod 600")
            : new CheckResult("key file", CheckState.Ok, h.KeyFile.Length > 0 ? h.KeyFile : "from the environment"));
        return read.Value;
    }

    private static bool OthersMayRead(string file) =>
        file.Length > 0 && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != UnixFileMode.None;

    private static CheckResult Disk(string dataDir)
    {
        try
        {
            var full = Path.GetFullPath(dataDir);
            Directory.CreateDirectory(full);
            var probe = Path.Combine(full, $"doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "ok");
            File.Delete(probe);
            var free = new DriveInfo(full).AvailableFreeSpace;
            return new CheckResult("disk", free < LeastFreeBytes ? CheckState.Warning : CheckState.Ok,
                $"{full} can be written, {free / (double)(1L << 30):0.#} GiB free{(free < LeastFreeBytes ? ": when it is full, trading stops" : string.Empty)}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CheckResult("disk", CheckState.Failed, $"the data dir {dataDir} can't be written: {e.Message}");
        }
    }
}
