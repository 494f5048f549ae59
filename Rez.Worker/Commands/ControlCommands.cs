using System.CommandLine;
using System.Text.Json;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Desk;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid;
using Rez.Core.Hyperliquid.Signing;
using Rez.Core.Market;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez halt|resume|flatten [ASSET]</c>: to a running worker by its data dir; without one, flatten goes to the venue itself.</summary>
internal static class ControlCommands
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IEnumerable<Command> Build()
    {
        var asset = new Argument<string?>("ASSET") { Description = "Only this asset; everything when left out", Arity = ArgumentArity.ZeroOrOne };
        yield return Verb("halt", "Nothing is opened until resumed; stops stay", null);
        yield return Verb("resume", "Trades again; what had happened is accepted", null);
        yield return Verb("flatten", "Closes one asset, or halts and closes everything, trying until it is flat, and says what is left", asset);
    }

    private static Command Verb(string name, string description, Argument<string?>? asset)
    {
        var command = new Command(name, description) { CommonOptions.DataDir, CommonOptions.Json };
        if (asset is not null)
        {
            command.Add(asset);
        }

        command.SetAction((parse, cancel) => RunAsync(parse, name, asset is null ? null : parse.GetValue(asset), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, string verb, string? asset, CancellationToken cancel)
    {
        var reading = CommonOptions.Read(parse, ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)));
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        var options = reading.Options;
        if (IsRunning(options.Storage.DataDir))
        {
            var answer = await ControlFolder.SendAsync(options.Storage.DataDir, new ControlCommand(verb, asset, "cli"), Patience, cancel);
            return Tell(parse, answer ?? new ControlAnswer(false, $"The worker did not answer within {Patience.TotalSeconds:0} s. The command waits for it in {ControlFolder.PathIn(options.Storage.DataDir)}.", []));
        }

        if (verb == "flatten" && options.Trading.Mode == TradingMode.Live)
        {
            return await DirectAsync(parse, options, asset, cancel);
        }

        var halt = Path.Combine(Path.GetFullPath(options.Storage.DataDir), "HALT");
        switch (verb)
        {
            case "halt":
                Directory.CreateDirectory(Path.GetDirectoryName(halt)!);
                await File.WriteAllTextAsync(halt, "halted by a person\n", cancel);
                return Tell(parse, new ControlAnswer(true, $"No worker runs on this data dir. The file {halt} halts the next one.", []));
            case "resume" when File.Exists(halt):
                File.Delete(halt);
                return Tell(parse, new ControlAnswer(true, "No worker runs on this data dir. The file HALT is gone; what else had halted it is resumed when it runs.", []));
            default:
                return Tell(parse, new ControlAnswer(false, "No worker runs on this data dir, and a simulated account has no positions elsewhere.", []));
        }
    }

    /// <summary>Without a worker, and without its diary: straight to the venue.</summary>
    private static async Task<int> DirectAsync(ParseResult parse, RezOptions options, string? asset, CancellationToken cancel)
    {
        var key = LiveComposition.Key(options.Hyperliquid);
        if (!key.Ok)
        {
            Console.Error.WriteLine(key.Rejection.Message);
            return ExitCode.NotReady;
        }

        using var owned = key.Value;
        await using var link = await VenueLink.OpenAsync(
            options.Hyperliquid, LiveComposition.BaseInterval(options), LiveHost.Handler, TimeProvider.System, new SeededRandom((ulong)TimeProvider.System.GetTimestamp()), null, cancel);
        var signer = NativeSecp256k1.Preferred;
        var nonces = NonceFile.Open(Path.Combine(options.Storage.DataDir, $"nonce-{signer.AddressOf(owned).Text[2..]}"), link.Clock);
        if (!nonces.Ok)
        {
            Console.Error.WriteLine(nonces.Rejection.Message);
            return ExitCode.NotReady;
        }

        var ports = LiveComposition.Live(options, link, signer, owned, nonces.Value, TimeProvider.System, _ => { });
        var left = await new EmergencyExit(ports.Exchange, ports.Market, options.Risk, link.Clock).FlattenAsync(asset, Console.Error.WriteLine, cancel);
        var words = left.Select(r => r.ToString()).ToArray();
        return Tell(parse, new ControlAnswer(left.Count == 0, left.Count == 0 ? "No worker runs; closed at the venue itself. Flat." : $"Not flat: {string.Join(", ", words)}.", words));
    }

    private static bool IsRunning(string dataDir)
    {
        if (!Directory.Exists(dataDir))
        {
            return false;
        }

        try
        {
            using var mine = DataDirectory.Take(dataDir);
            return false;
        }
        catch (DiaryUnavailableException e) when (e.Code == "locked")
        {
            return true;
        }
        catch (DiaryUnavailableException)
        {
            // A data dir that can't be written has no worker that could answer.
            return false;
        }
    }

    private static int Tell(ParseResult parse, ControlAnswer answer)
    {
        if (parse.GetValue(CommonOptions.Json))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
        }
        else
        {
            (answer.Ok ? Console.Out : Console.Error).WriteLine(answer.Words);
        }

        return answer.Ok ? ExitCode.Ok : ExitCode.Failed;
    }
}
