using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rez.Core.Configuration;
using Rez.Core.Cycle;
using Rez.Web;
using Rez.Web.Access;
using Rez.Web.Hosting;
using Rez.Worker.Commands;
using Rez.Worker.Configuration;
using Serilog;

namespace Rez.Worker.Hosting;

/// <summary>The worker with its console in the same process: trades until stopped, and goes on showing when trading has ended.</summary>
internal static class ConsoleHost
{
    /// <summary>Nothing that is sent here is larger.</summary>
    private const int MostRequestBytes = 256 * 1024;

    public static async Task<int> RunAsync(TradingHost host, SettingsDesk settings, bool json, Action<int> bound, CancellationToken cancel)
    {
        if (Unusable(host.Options.Web) is { } words)
        {
            return await RefuseAsync(words);
        }

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var trading = Task.Run(() => TradeAsync(host, ready.Task, stopping.Token), CancellationToken.None);
        int? refused;
        try
        {
            refused = await ServeAsync(host, settings, bound, ready.SetResult, trading, stopping);
        }
        finally
        {
            await stopping.CancelAsync();
            await ((Task)trading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var code = await trading;
        if (json && refused is null)
        {
            RunCommand.PrintSummary(host, json);
        }

        return refused ?? code;
    }

    /// <summary>
    /// Where money is at stake protection comes first: after a kill, positions are looked at while the console is still being built. A demo waits for it, and is seen from its first bar.
    /// </summary>
    private static async Task<int> TradeAsync(TradingHost host, Task ready, CancellationToken stop)
    {
        if (host.Options.Trading.Mode != TradingMode.Live)
        {
            await ready.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!ready.IsCompletedSuccessfully)
            {
                return ExitCode.Ok;
            }
        }

        return await host.TradeAsync(stop);
    }

    /// <summary>Serves until trading ends, or longer after the end of a recorded market. An exit code when it can't.</summary>
    private static async Task<int?> ServeAsync(TradingHost host, SettingsDesk settings, Action<int> bound, Action ready, Task trading, CancellationTokenSource stopping)
    {
        var web = host.Options.Web;
        await using var app = Build(host, settings);
        await AccessFile.OpenAsync(app.Services, host.DataDir, TimeProvider.System);
        await app.Services.GetRequiredService<People>().RefreshAsync();
        app.MapRezConsole();
        try
        {
            await app.StartAsync(stopping.Token);
        }
        catch (IOException e) when (LocalVenueHost.IsPortTaken(e))
        {
            return await RefuseAsync($"Port {web.Port} on {web.Bind} is in use or not allowed: {e.GetBaseException().Message}.");
        }

        using var ends = app.Lifetime.ApplicationStopping.Register(stopping.Cancel);
        bound(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);
        await GreetAsync(host, app);
        ready();
        await trading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (trading.IsCompletedSuccessfully && host.Session.Phase == Core.Session.SessionPhase.MarketEnded && !stopping.IsCancellationRequested)
        {
            host.Log.Information("The recorded market has ended. The console stays open; stop with Ctrl-C.");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await app.StopAsync(CancellationToken.None);
        return null;
    }

    private static WebApplication Build(TradingHost host, SettingsDesk settings)
    {
        var web = host.Options.Web;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(ConsoleHost).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders().AddSerilog(host.Log);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = MostRequestBytes;
            k.Listen(AddressOf(web), web.Port);
        });
        builder.Services.AddRezConsole(
            host.Session, host.Diary,
            new ConsoleSettings
            {
                DataDir = host.DataDir,
                DiaryPath = host.Diary.Path,
                Version = TradingHost.Version,
                Options = () => host.Options,
                Handlers = LiveHost.Handler,
                Password = web.Password,
                ApiToken = web.ApiToken,
                TrustedProxies = web.TrustedProxies,
            },
            settings);
        return builder.Build();
    }

    private static IPAddress AddressOf(WebOptions web) => web.Bind == "localhost" ? IPAddress.Loopback : IPAddress.Parse(web.Bind);

    /// <summary>Why nothing can listen there, looked at before trading begins; null when something can.</summary>
    private static string? Unusable(WebOptions web)
    {
        try
        {
            using var listener = new TcpListener(AddressOf(web), web.Port);
            listener.Start();
            return null;
        }
        catch (SocketException e)
        {
            return $"Port {web.Port} on {web.Bind} is in use or not allowed: {e.Message}.";
        }
    }

    private static async Task<int> RefuseAsync(string words)
    {
        await Console.Error.WriteLineAsync($"{words} Choose another with --port.");
        return ExitCode.PortInUse;
    }

    /// <summary>Tells where the console is. The link logs in once; it goes to the terminal only, never to the log file.</summary>
    private static async Task GreetAsync(TradingHost host, WebApplication app)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var link = await app.Services.GetRequiredService<AccessDesk>().AddLinkAsync(new Actor("rez", "start"), AccessFile.Owner);
        await Console.Error.WriteLineAsync(link.Ok
            ? $"\n  Console: {address}/login/{link.Value}\n  (this link logs in once; 'rez access password' sets a password, 'rez access link' makes another link)\n"
            : $"\n  Console: {address}\n  (the person 'owner' is gone: log in as somebody else)\n");
        var bind = host.Options.Web.Bind;
        if (bind != "localhost" && !IPAddress.IsLoopback(IPAddress.Parse(bind)))
        {
            host.Log.Warning("The console listens on {Bind}: other machines can reach it, and what they send is not encrypted. Put it behind a reverse proxy with TLS", bind);
        }
    }
}
