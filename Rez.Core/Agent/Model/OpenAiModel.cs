using System.ClientModel;
using System.ClientModel.Primitives;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using OpenAI;
using OpenAI.Chat;
using Rez.Core.Market;

namespace Rez.Core.Agent.Model;

/// <summary>
/// The model behind an OpenAI-compatible endpoint, through the OpenAI SDK's own transport. A busy or failing endpoint is asked again with growing, jittered
/// pauses, as long as it says; a model that refuses a schema or tools is called without them from then on; then the fallbacks are tried in order.
/// </summary>
public sealed class OpenAiModel : IModel, IDisposable
{
    private const int Attempts = 3;
    private const int FailuresToOpen = 5;
    private static readonly TimeSpan OpenFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private readonly ModelOptions _options;
    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly TimeProvider _wall;
    private readonly SeededRandom _jitter;
    private readonly ImmutableArray<string> _models;
    private readonly ConcurrentDictionary<string, ModelCapability> _capabilities = new(StringComparer.Ordinal);
    private int _failures;
    private DateTimeOffset _openUntil = DateTimeOffset.MinValue;

    public OpenAiModel(ModelOptions options, HttpMessageHandler handler, TimeProvider wall, SeededRandom jitter)
    {
        _options = options;
        _wall = wall;
        _jitter = jitter;
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        var client = new OpenAIClientOptions
        {
            Endpoint = new Uri(options.BaseUrl),
            Transport = new HttpClientPipelineTransport(_http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        if (AzureAddressing.IsMeant(options))
        {
            client.AddPolicy(new AzureAddressing(options), PipelinePosition.BeforeTransport);
        }

        _client = new OpenAIClient(new ApiKeyCredential(options.ApiKey.Length > 0 ? options.ApiKey : "none"), client);
        _models = [options.Name, .. options.Fallbacks.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
    }

    public string Name => _options.Name;

    public async ValueTask<Outcome<ChatAnswer>> AskAsync(ChatRequest request, Action<string>? told, CancellationToken cancel)
    {
        if (_wall.GetUtcNow() < _openUntil)
        {
            return new Rejection("model-resting", $"The model's endpoint failed {FailuresToOpen} times in a row; it is asked again at {_openUntil:HH:mm:ss} UTC.");
        }

        Outcome<ChatAnswer> last = new Rejection("no-model", "No model is set.");
        foreach (var model in _models)
        {
            last = await AskAsync(model, request, told, cancel);
            if (last.Ok)
            {
                _failures = 0;
                return last;
            }
        }

        if (++_failures >= FailuresToOpen)
        {
            _failures = 0;
            _openUntil = _wall.GetUtcNow() + OpenFor;
        }

        return last;
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<Outcome<ChatAnswer>> AskAsync(string model, ChatRequest request, Action<string>? told, CancellationToken cancel)
    {
        var capability = _capabilities.GetOrAdd(model, _ => new ModelCapability());
        for (var attempt = 1; ; attempt++)
        {
            var (answer, again) = await OnceAsync(model, request, capability, told, cancel);
            if (answer.Ok || again is not { } pause || attempt == Attempts)
            {
                return answer;
            }

            if (pause > TimeSpan.Zero)
            {
                var jittered = TimeSpan.FromTicks((long)(pause.Ticks * (0.75 + (_jitter.NextDouble() / 2)) * attempt));
                await Task.Delay(jittered < LongestPause ? jittered : LongestPause, _wall, cancel);
            }
        }
    }

    /// <summary>One call. The pause says whether and after what another one makes sense.</summary>
    private async ValueTask<(Outcome<ChatAnswer> Answer, TimeSpan? Again)> OnceAsync(
        string model, ChatRequest request, ModelCapability capability, Action<string>? told, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(_options.CallSeconds), _wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var started = _wall.GetTimestamp();
        try
        {
            var body = ChatBody.Write(request, model, _options, capability);
            var result = await _client.GetChatClient(model).CompleteChatAsync(
                BinaryContent.Create(BinaryData.FromBytes(body)),
                new RequestOptions { CancellationToken = either.Token, BufferResponse = false, ErrorOptions = ClientErrorBehaviors.NoThrow });
            using var response = result.GetRawResponse();
            if (response.Status != 200)
            {
                return await RefusedAsync(model, response, capability, either.Token);
            }

            var stream = new ChatStream(told);
            var fault = await stream.ReadAsync(response.ContentStream ?? Stream.Null, either.Token);
            return fault is null
                ? (stream.Answer(model, _wall.GetElapsedTime(started).TotalMilliseconds), null)
                : (new Rejection("model-unreadable", $"{model}: {Redact(fault)}."), TimeSpan.FromMilliseconds(500));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (new Rejection("model-timeout", $"{model} did not finish within {_options.CallSeconds} s."), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ClientResultException)
        {
            return (new Rejection("model-unreachable", $"{model}: {Redact(e.GetBaseException().Message)}"), TimeSpan.FromMilliseconds(500));
        }
    }

    private async ValueTask<(Outcome<ChatAnswer> Answer, TimeSpan? Again)> RefusedAsync(
        string model, PipelineResponse response, ModelCapability capability, CancellationToken cancel)
    {
        using var reader = new StreamReader(response.ContentStream ?? Stream.Null);
        var buffer = new char[600];
        var length = await reader.ReadBlockAsync(buffer, cancel);
        var words = Redact(string.Concat(buffer.AsSpan(0, length).ToString().Select(c => char.IsControl(c) ? ' ' : c)));
        var refused = new Rejection("model-refused", $"{model} answered {response.Status}: {words}");
        if (response.Status is 400 or 404 or 415 or 422)
        {
            if (capability.TakesSchema && (words.Contains("response_format", StringComparison.OrdinalIgnoreCase) || words.Contains("json_schema", StringComparison.OrdinalIgnoreCase)))
            {
                capability.TakesSchema = false;
                return (refused, TimeSpan.Zero);
            }

            if (capability.TakesTools && words.Contains("tool", StringComparison.OrdinalIgnoreCase))
            {
                capability.TakesTools = false;
                return (refused, TimeSpan.Zero);
            }
        }

        if (response.Status is not (408 or 409 or 429 or >= 500))
        {
            return (refused, null);
        }

        var says = response.Headers.TryGetValue("Retry-After", out var after) && int.TryParse(after, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromSeconds(1);
        return says > LongestPause ? (refused, null) : (refused, says);
    }

    /// <summary>Some endpoints repeat the key in their refusals.</summary>
    private string Redact(string text) => _options.ApiKey.Length >= 8 ? text.Replace(_options.ApiKey, "(key)", StringComparison.Ordinal) : text;
}
