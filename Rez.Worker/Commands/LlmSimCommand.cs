using System.CommandLine;
using System.Text.Json;
using Rez.Worker.Hosting;

namespace Rez.Worker.Commands;

/// <summary><c>rez llm-sim</c>: a model that plays a script, for trying the agent without one.</summary>
internal static class LlmSimCommand
{
    public static Command Build()
    {
        var script = new Option<string>("--script") { Description = "JSON list of steps: text, tools, status, stall, disconnect, html", Required = true };
        var port = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0 takes any free one", DefaultValueFactory = _ => 4002 };
        var command = new Command("llm-sim", "Serves an OpenAI-compatible endpoint that plays a script") { script, port };
        command.SetAction((parse, cancel) => RunAsync(parse.GetValue(script)!, parse.GetValue(port), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string script, int port, CancellationToken cancel)
    {
        try
        {
            await using var host = await ScriptedModelHost.StartAsync(await File.ReadAllTextAsync(script, cancel), port);
            Console.Out.WriteLine($"rez llm-sim listens on {host.Address} (set Model:BaseUrl to it, and Model:Name to anything)");
            Console.Out.Flush();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Ok;
        }
        catch (IOException e) when (LocalVenueHost.IsPortTaken(e))
        {
            Console.Error.WriteLine($"Port {port} is in use or not allowed. Choose another with --port.");
            return ExitCode.PortInUse;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{script} is no script: {e.Message}");
            return ExitCode.BadData;
        }
    }
}
