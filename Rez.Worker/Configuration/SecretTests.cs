using System.Net.Http.Headers;
using Rez.Core;
using Rez.Core.Configuration;
using Rez.Core.Hyperliquid.Signing;
using Rez.Worker.Hosting;

namespace Rez.Worker.Configuration;

/// <summary>Tries keys out without doing anything with them: a list of models is asked for, an address is derived. Nothing of a key is in what is said.</summary>
internal sealed class SecretTests : IDisposable
{
    private const int LeastToken = 20;
    private readonly HttpClient _http = new(LiveHost.Handler()) { Timeout = TimeSpan.FromSeconds(15) };

    public async Task<Outcome<string>> RunAsync(string key, RezOptions o, CancellationToken cancel) => key switch
    {
        "Model:ApiKey" => await ModelAsync(o, cancel),
        "Hyperliquid:Key" or "Hyperliquid:KeyPassword" => Key(o),
        "Alerts:Url" => await AlertAsync(o, cancel),
        "Web:Password" => o.Web.Password.Length >= Web.Access.AccessFile.LeastPasswordLength ? "It is long enough." : new Rejection("short", $"It has fewer than {Web.Access.AccessFile.LeastPasswordLength} characters."),
        "Web:ApiToken" => o.Web.ApiToken.Length >= LeastToken ? "It is long enough." : new Rejection("short", $"It has fewer than {LeastToken} characters."),
        _ => new Rejection("no-setting", "That is not one of the secrets."),
    };

    public void Dispose() => _http.Dispose();

    private async Task<Outcome<string>> ModelAsync(RezOptions o, CancellationToken cancel)
    {
        if (o.Model.ApiKey.Length == 0)
        {
            return new Rejection("not-set", "It is not set.");
        }

        using var ask = new HttpRequestMessage(HttpMethod.Get, o.Model.BaseUrl.TrimEnd('/') + "/models");
        ask.Headers.Authorization = new AuthenticationHeaderValue("Bearer", o.Model.ApiKey);
        ask.Headers.TryAddWithoutValidation("api-key", o.Model.ApiKey);
        try
        {
            using var answer = await _http.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead, cancel);
            return answer.IsSuccessStatusCode ? $"{ask.RequestUri!.Host} takes it." : new Rejection("refused", $"{ask.RequestUri!.Host} answers {(int)answer.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Its message names the host at most.
            return new Rejection("unreachable", $"{ask.RequestUri!.Host} can't be asked: {(e is TaskCanceledException ? "no answer in time" : e.Message)}.");
        }
    }

    private async Task<Outcome<string>> AlertAsync(RezOptions o, CancellationToken cancel) => o.Alerts.Url.Length == 0 ? new Rejection("not-set", "It is not set.")
        : await AlertSender.PostAsync(_http, o.Alerts.Url, "Rez: this is a test of alerts.", cancel) is { } fault ? new Rejection("refused", fault) : "It was taken.";

    private static Outcome<string> Key(RezOptions o)
    {
        var read = LiveComposition.Key(o.Hyperliquid);
        if (!read.Ok)
        {
            return read.Rejection;
        }

        using var key = read.Value;
        return $"It can be read; its address is {NativeSecp256k1.Preferred.AddressOf(key)}.";
    }
}
