using System.CommandLine;
using System.Data.Common;
using System.Text.Json;
using Rez.Core;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Core.Diary;
using Rez.Core.Diary.Storage;
using Rez.Worker.Configuration;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez run</c>: the worker and its console. The verb that is meant when none is given.</summary>
internal static class RunCommand
{
    private static readonly Option<string?> Mode = new("--mode") { Description = "demo, paper or live (Trading:Mode)" };
    private static readonly Option<string?> Speed = new("--speed") { Description = "Simulated seconds a second, or max (Demo:Speed)" };
    private static readonly Option<long?> Cycles = new("--cycles") { Description = "Stop after this many cycles" };
    private static readonly Option<bool> Headless = new("--headless") { Description = "Without the console" };
    private static readonly Option<string?> Candles = new("--candles") { Description = "Folder of candle files to play (Demo:Candles)" };
    private static readonly Option<string?> Seed = new("--seed") { Description = "Seed of the generated market (Demo:Seed)" };
    private static readonly Option<bool> Force = new("--force") { Description = "Trade although the last weeks all lost" };
    private static readonly Option<string?> Port = new("--port") { Description = "Port of the console (Web:Port)" };

    public static Command Build()
    {
        var command = new Command("run", "Runs the worker and its console; the demo when nothing else is asked for");
        AddTo(command);
        return command;
    }

    /// <summary>Gives a command the options and the action of <c>run</c>.</summary>
    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Mode, Speed, Cycles, Headless, Candles, Seed, Force, CommonOptions.DataDir, Port, CommonOptions.Json })
        {
            command.Add(option);
        }

        command.SetAction(RunAsync);
    }

    private static SettingsReading Read(ParseResult parse) => SettingsReading.Of(Layers(parse));

    private static IReadOnlyList<SettingsLayer> Layers(ParseResult parse) => CommonOptions.Layers(
        parse,
        ("Trading:Mode", parse.GetValue(Mode)),
        ("Demo:Speed", parse.GetValue(Speed)),
        ("Demo:Candles", parse.GetValue(Candles)),
        ("Demo:Seed", parse.GetValue(Seed)),
        ("Storage:DataDir", parse.GetValue(CommonOptions.DataDir)),
        ("Web:Port", parse.GetValue(Port)));

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        if (parse.GetValue(Cycles) is <= 0)
        {
            Console.Error.WriteLine("--cycles must be above 0.");
            return ExitCode.Usage;
        }

        // Nobody waits for it: whoever opens the diary before it is done makes the same once more.
        _ = Task.Run(RezDb.Prepare, CancellationToken.None);
        if (!parse.GetValue(Headless))
        {
            return await WithConsoleAsync(parse, cancel);
        }

        var reading = Read(parse);
        if (!reading.Faults.IsEmpty)
        {
            return CommonOptions.Report(reading);
        }

        if (reading.Options.Trading.Mode == TradingMode.Demo && parse.GetValue(CommonOptions.DataDir) is null)
        {
            // A run of its own: repeating the command repeats the result instead of continuing the last one.
            reading.Options.Storage.DataDir = FreshRun(reading.Options.Storage.DataDir);
        }

        return await HostedAsync(parse, reading.Options, host => HeadlessAsync(host, parse.GetValue(CommonOptions.Json), cancel), Tell, cancel);
    }

    /// <summary>
    /// The console may ask for a start with other settings: then the session ends in order and another begins in the same process. Settings that can't be started with are taken back to those before, so that a mistake made from afar
    /// does not end trading.
    /// </summary>
    private static async Task<int> WithConsoleAsync(ParseResult parse, CancellationToken cancel)
    {
        string? trouble = null;
        int? port = null;
        while (true)
        {
            var reading = Read(parse);
            var console = new ConsoleLayer(reading.Options.Storage.DataDir);
            if (!reading.Faults.IsEmpty)
            {
                if (!console.GoBack())
                {
                    return CommonOptions.Report(reading);
                }

                trouble = string.Join(" ", reading.Faults.Select(f => f.ToString() + "."));
                continue;
            }

            reading.Options.Web.Port = port ?? reading.Options.Web.Port;
            var said = string.Empty;
            var (again, worked) = (false, 0);
            using var restart = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var code = await HostedAsync(
                parse,
                reading.Options,
                async host =>
                {
                    var started = console.Settings();
                    host.CycleEnded += () =>
                    {
                        if (Interlocked.Exchange(ref worked, 1) == 0)
                        {
                            console.Settle(started);
                        }
                    };
                    using var desk = new SettingsDesk(host, () => Layers(parse), trouble, () =>
                    {
                        again = true;
                        restart.Cancel();
                    });
                    await using var alerts = AlertSender.Start(host);
                    return await ConsoleHost.RunAsync(host, desk, parse.GetValue(CommonOptions.Json), p => port = p, restart.Token);
                },
                words => said = words,
                cancel);
            if (said.Length > 0)
            {
                Tell(said);
            }

            // Only what a start could not use is taken back: a full disk, or an end after cycles ran, says nothing about the settings.
            var undone = !again && worked == 0 && (code is ExitCode.OtherWorld or ExitCode.NotReady or ExitCode.Configuration or ExitCode.BadData) && !cancel.IsCancellationRequested && console.GoBack();
            if (cancel.IsCancellationRequested || !(again || undone))
            {
                return code;
            }

            trouble = undone ? said.Length > 0 ? said : $"the start ended with code {code}" : null;
            if (undone)
            {
                Tell("The settings that were changed last are taken back, and Rez starts with those before.");
            }
        }
    }

    /// <summary>Opens a host, runs on it, and tells every way in which that can fail.</summary>
    private static async Task<int> HostedAsync(ParseResult parse, RezOptions options, Func<TradingHost, Task<int>> run, Action<string> tell, CancellationToken cancel)
    {
        try
        {
            var opened = await OpenAsync(options, parse.GetValue(Cycles), parse.GetValue(Force), cancel);
            if (!opened.Ok)
            {
                tell(opened.Rejection.Message);
                return opened.Rejection.Code switch
                {
                    "other-world" => ExitCode.OtherWorld,
                    "not-ready" => ExitCode.NotReady,
                    "unknown-asset" => ExitCode.Configuration,
                    _ => ExitCode.BadData,
                };
            }

            await using var host = opened.Value;
            return await run(host);
        }
        catch (DiaryUnavailableException e)
        {
            return Unavailable(e, tell);
        }
        catch (DbException e)
        {
            return Unavailable(DiaryFailure.Explain(DataDirectory.PathOf(options.Storage.DataDir), e), tell);
        }
    }

    private static void Tell(string words) => Console.Error.WriteLine(words);

    private static async Task<Outcome<TradingHost>> OpenAsync(RezOptions options, long? cycles, bool isForced, CancellationToken cancel)
    {
        if (options.Trading.Mode != TradingMode.Demo)
        {
            var live = await LiveHost.OpenAsync(options, cycles, isForced, cancel);
            return live.Ok ? live.Value : live.Rejection;
        }

        var market = SessionComposition.Market(options);
        if (!market.Ok)
        {
            return market.Rejection;
        }

        var demo = DemoHost.Open(options, market.Value, cycles, isForced);
        return demo.Ok ? demo.Value : demo.Rejection;
    }

    private static int Unavailable(DiaryUnavailableException e, Action<string> tell)
    {
        tell($"{e.Message} Trading has stopped; nothing was sent since. Positions keep their stops at the exchange.");
        return ExitCode.Of(e);
    }

    private static async Task<int> HeadlessAsync(TradingHost host, bool json, CancellationToken cancel)
    {
        await using var alerts = AlertSender.Start(host);
        var code = await host.TradeAsync(cancel);
        PrintSummary(host, json);
        return code;
    }

    /// <summary>One JSON object on standard output, or a few lines for people.</summary>
    public static void PrintSummary(TradingHost host, bool json)
    {
        var summary = host.Summarise();
        Console.Out.WriteLine(json
            ? JsonSerializer.Serialize(summary, JsonSerializerOptions.Web)
            : $"{summary.Cycles} cycles, {summary.Trades} trades, equity {summary.EquityStart:0.00} → {summary.EquityEnd:0.00} USD, "
                + $"fees {summary.FeesPaid:0.00}, funding {summary.FundingPaid:0.00}, unprotected {summary.UnprotectedMs} ms, trades hash {summary.TradesHash}");
    }

    private static string FreshRun(string dataDir)
    {
        var stamp = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd'T'HHmmss");
        for (var n = 1; ; n++)
        {
            var path = Path.Combine(dataDir, "runs", n == 1 ? stamp : $"{stamp}-{n}");
            if (!Directory.Exists(path))
            {
                return path;
            }
        }
    }
}
