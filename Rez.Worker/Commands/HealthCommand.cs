using System.CommandLine;

namespace Rez.Worker.Commands;

/// <summary><c>rez health</c>: asks the running worker; for a container that has no other HTTP client.</summary>
internal static class HealthCommand
{
    public static Command Build()
    {
        var port = new Option<int?>("--port") { Description = "Port of the console (Web:Port)" };
        var command = new Command("health", "Exits with 0 when the worker on this machine answers that it is well") { port };
        command.SetAction((parse, cancel) => AskAsync(parse.GetValue(port) ?? CommonOptions.Read(parse).Options.Web.Port, cancel));
        return command;
    }

    private static async Task<int> AskAsync(int port, CancellationToken cancel)
    {
        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"), cancel);
            Console.Out.WriteLine(await answer.Content.ReadAsStringAsync(cancel));
            return answer.IsSuccessStatusCode ? ExitCode.Ok : ExitCode.Failed;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"No worker answers on port {port}: {e.Message}");
            return ExitCode.Failed;
        }
    }
}
