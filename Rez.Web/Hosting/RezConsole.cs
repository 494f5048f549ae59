using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Radzen;
using Rez.Core.Diary.Storage;
using Rez.Core.Session;
using Rez.Web.Access;
using Rez.Web.Api;
using Rez.Web.Components;
using Rez.Web.Lab;
using Rez.Web.Live;
using Rez.Web.Settings;

namespace Rez.Web.Hosting;

/// <summary>Adds the console and the API to a host.</summary>
public static class RezConsole
{
    private const string EitherScheme = "cookie-or-token";

    public static void AddRezConsole(this IServiceCollection services, ITradingSession session, DiaryStore diary, ConsoleSettings settings, ISettingsDesk settingsDesk)
    {
        services.AddSingleton(session);
        services.AddSingleton(diary);
        services.AddSingleton(settings);
        services.AddSingleton(settingsDesk);
        services.AddSingleton(TimeProvider.System);
        services.AddAccess(settings.DataDir, TimeProvider.System);
        services.AddHostedService<AuditRelay>();
        services.AddScoped<Visitor>();
        services.AddCascadingAuthenticationState();
        services.AddSingleton<Views>();
        services.AddSingleton<TradeViews>();
        services.AddSingleton<MarketViews>();
        services.AddSingleton<DiaryViews>();
        services.AddSingleton<RecordViews>();
        services.AddSingleton<RiskViews>();
        services.AddSingleton(p => new LabDesk(settings.Options, settings.DataDir, settings.Version, TimeProvider.System, p.GetRequiredService<Microsoft.Extensions.Logging.ILogger<LabDesk>>()));
        services.AddHostedService(p => p.GetRequiredService<LabDesk>());
        services.AddSingleton(p => new WhatIf(settings.Options, settings.Handlers, settings.Version, session, p.GetRequiredService<Views>(), diary, TimeProvider.System));
        services.AddSingleton<AuditViews>();
        services.AddSingleton<ExposureViews>();
        services.AddSingleton<MetricsFeed>();
        services.AddSingleton<AgentFeed>();
        services.AddSingleton<LiveOverview>();
        services.AddHostedService(p => p.GetRequiredService<LiveOverview>());
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.AddOpenApi();
        services.AddProblemDetails();
        services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(settings.DataDir, "keys"))).SetApplicationName("rez");
        AddAccess(services);
    }

    public static void MapRezConsole(this WebApplication app)
    {
        // From the first word on, whether anybody looks or not.
        app.Services.GetRequiredService<AgentFeed>();
        app.Services.GetRequiredService<MetricsFeed>();
        TrustedProxies.Use(app, app.Services.GetRequiredService<ConsoleSettings>().TrustedProxies);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.Use(SecurityHeaders);
        app.UseAuthentication();
        app.UseRateLimiter();
        app.Use(SameOrigin.Guard);
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapGet("/login.css", () => Results.Text(LoginStyle.Css, "text/css")).AllowAnonymous().ExcludeFromDescription();
        BlazorScript.Map(app);
        LoginEndpoints.Map(app);
        ConsoleTheme.Map(app);
        ApiEndpoints.Map(app);
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
    }

    private static void AddAccess(IServiceCollection services)
    {
        services.AddAuthentication(EitherScheme)
            .AddPolicyScheme(EitherScheme, null, o => o.ForwardDefaultSelector = http =>
                http.Request.Headers.Authorization.Count > 0 ? TokenAuthentication.SchemeName : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null)
            .AddCookie(SessionCookie.Configure);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Roles.Trader, p => p.RequireRole(Roles.Trader, Roles.Admin))
            .AddPolicy(Roles.Admin, p => p.RequireRole(Roles.Admin));
        services.AddRateLimiter(o =>
        {
            o.RejectionStatusCode = StatusCodes.Status429TooManyRequests;

            // Each address by itself: nobody can keep others out.
            o.AddPolicy(LoginEndpoints.RateLimit, http => RateLimitPartition.GetFixedWindowLimiter(
                LoginEndpoints.From(http), _ => new FixedWindowRateLimiterOptions { PermitLimit = 20, Window = TimeSpan.FromMinutes(1) }));
            o.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => RateLimitPartition.GetTokenBucketLimiter(
                http.User.Identity?.Name ?? LoginEndpoints.From(http),
                _ => new TokenBucketRateLimiterOptions { TokenLimit = 2_000, TokensPerPeriod = 500, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true }));
        });
    }

    private static Task SecurityHeaders(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";

        // Nothing leaves the machine. Styles inline: Radzen sets sizes that way.
        headers.ContentSecurityPolicy =
            "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
        return next(http);
    }
}
