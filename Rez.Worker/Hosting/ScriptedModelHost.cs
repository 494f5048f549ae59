using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Rez.Worker.Hosting;

/// <summary>
/// An OpenAI-compatible endpoint that plays a script, one step a call: <c>{"text": "…"}</c>, <c>{"tools": [{"name", "arguments"}]}</c>, <c>{"status": 429, "retryAfter": 1}</c>,
/// <c>{"stall": seconds}</c>, <c>{"pieceMs": 30}</c> beside a text to slow its stream down, <c>{"disconnect": true}</c>, <c>{"html": true}</c>. After the last step the last one is repeated.
/// </summary>
internal sealed class ScriptedModelHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly JsonElement[] _steps;
    private int _next;

    private ScriptedModelHost(WebApplication app, JsonElement[] steps)
    {
        _app = app;
        _steps = steps;
    }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1");

    /// <summary>Bodies of the calls so far.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Calls wait for it, where it is set.</summary>
    public Task? Gate { get; set; }

    /// <summary>Query and headers of the calls so far.</summary>
    public List<(string Query, Dictionary<string, string> Headers)> Requests { get; } = [];

    /// <exception cref="JsonException">The script is no list of steps.</exception>
    public static async Task<ScriptedModelHost> StartAsync(string script, int port)
    {
        using var document = JsonDocument.Parse(script, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        JsonElement[] steps = document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(e => e.Clone())] : [];
        if (steps.Length == 0 || steps.Any(s => s.ValueKind != JsonValueKind.Object))
        {
            throw new JsonException("The script must be a list of steps with at least one.");
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var host = new ScriptedModelHost(app, steps);
        app.MapPost("/v1/chat/completions", host.AnswerAsync);
        app.MapPost("/openai/deployments/{model}/chat/completions", host.AnswerAsync);
        await app.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (Gate is { } gate)
        {
            await gate.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        JsonElement step;
        lock (Calls)
        {
            Calls.Add(body);
            Requests.Add((context.Request.QueryString.ToString(), context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            step = _steps[Math.Min(_next++, _steps.Length - 1)];
        }

        if (step.TryGetProperty("stall", out var stall))
        {
            await Task.Delay(TimeSpan.FromSeconds(stall.GetDouble()), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (step.TryGetProperty("disconnect", out _))
        {
            context.Abort();
        }
        else if (step.TryGetProperty("html", out _))
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html><body>Please enable JavaScript</body></html>");
        }
        else if (step.TryGetProperty("status", out var status))
        {
            context.Response.StatusCode = status.GetInt32();
            if (step.TryGetProperty("retryAfter", out var after))
            {
                context.Response.Headers.RetryAfter = after.ToString();
            }

            var message = step.TryGetProperty("message", out var m) ? m.GetString() : "scripted";
            await context.Response.WriteAsync(JsonSerializer.Serialize(new { error = new { message } }));
        }
        else
        {
            await StreamAsync(context, step);
        }
    }

    /// <summary>Word by word, as endpoints do.</summary>
    private static async Task StreamAsync(HttpContext context, JsonElement step)
    {
        context.Response.ContentType = "text/event-stream";
        var text = step.TryGetProperty("text", out var t) ? t.ValueKind == JsonValueKind.String ? t.GetString()! : t.GetRawText() : string.Empty;
        for (var at = 0; at < text.Length; at += 12)
        {
            await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { content = text.Substring(at, Math.Min(12, text.Length - at)) } } } });
            if (step.TryGetProperty("pieceMs", out var pause))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(pause.GetDouble()), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (step.TryGetProperty("tools", out var tools))
        {
            var index = 0;
            foreach (var tool in tools.EnumerateArray())
            {
                var arguments = tool.TryGetProperty("arguments", out var a) ? a.ValueKind == JsonValueKind.String ? a.GetString()! : a.GetRawText() : "{}";
                var calls = new[] { new { index, id = $"call_{index}", type = "function", function = new { name = tool.GetProperty("name").GetString(), arguments } } };
                await SendAsync(context, new { choices = new[] { new { index = 0, delta = new { tool_calls = calls } } } });
                index++;
            }
        }

        await SendAsync(context, new { model = "scripted", choices = new[] { new { index = 0, delta = new { }, finish_reason = "stop" } } });
        await SendAsync(context, new { choices = Array.Empty<object>(), usage = new { prompt_tokens = 1_000, completion_tokens = text.Length / 4, prompt_tokens_details = new { cached_tokens = 600 }, cost = 0.001 } });
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static async Task SendAsync(HttpContext context, object chunk)
    {
        await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk)}\n\n");
        await context.Response.Body.FlushAsync();
    }
}
