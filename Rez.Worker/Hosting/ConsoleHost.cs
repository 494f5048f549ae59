using Rez.Core.Configuration;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
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
            k.Listen(web.Bind == "localhost" ? IPAddress.Loopback : IPAddress.Parse(web.Bind), web.Port);
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
        await using var app = builder.Build();
        await AccessFile.OpenAsync(app.Services, host.DataDir, TimeProvider.System);
        await app.Services.GetRequiredService<People>().RefreshAsync();
        app.MapRezConsole();
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e) when (LocalVenueHost.IsPortTaken(e))
        {
            await Console.Error.WriteLineAsync($"Port {web.Port} on {web.Bind} is in use or not allowed: {e.GetBaseException().Message}. Choose another with --port.");
            return ExitCode.PortInUse;
        }

        bound(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);
        await GreetAsync(host, app);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancel, app.Lifetime.ApplicationStopping);
        var code = await host.TradeAsync(stopping.Token);
        if (host.Session.Phase == Core.Session.SessionPhase.MarketEnded && !stopping.IsCancellationRequested)
        {
            host.Log.Information("The recorded market has ended. The console stays open; stop with Ctrl-C.");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await app.StopAsync(CancellationToken.None);
        if (json)
        {
            RunCommand.PrintSummary(host, json);
        }

        return code;
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
