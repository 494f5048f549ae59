using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Rez.Core.Market;

namespace Rez.Core.Hyperliquid.Clients;

/// <summary>An answer over HTTP, or that none came. A request that got no answer may have been carried out all the same.</summary>
/// <param name="NeverSent">Whether no byte can have reached the venue: there was no connection.</param>
public readonly record struct HttpAnswer(HttpStatusCode Status, byte[] Body, string? Failure = null, bool NeverSent = false)
{
    public bool Came => Failure is null;

    public static HttpAnswer None(string failure, bool neverSent = false) => new(default, [], failure, neverSent);
}

/// <summary>
/// Posts JSON to the venue: weighed against the budget before it is sent, reads retried with jitter behind a circuit breaker, sends never
/// retried here. Waiting is done on the venue's clock, timeouts on the wall's.
/// </summary>
public sealed class VenueHttp : IDisposable
{
    private const int ReadAttempts = 3;
    private const int MostBody = 64 << 20;
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly TimeProvider _wall;
    private readonly TimeSpan _timeout;
    private readonly Lock _gate = new();
    private readonly WeightBudget _budget = new();
    private readonly ResiliencePipeline<HttpAnswer> _reads;

    /// <param name="handler">How bytes travel; tests cut, delay and garble here.</param>
    /// <param name="clock">The venue's time: budgets refill by it.</param>
    /// <param name="wall">Real time: timeouts run by it.</param>
    public VenueHttp(HttpMessageHandler handler, TimeProvider clock, TimeProvider wall, SeededRandom jitter, TimeSpan timeout)
    {
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBody };
        _clock = clock;
        _wall = wall;
        _timeout = timeout;
        var random = new Lock();
        double Next()
        {
            lock (random)
            {
                return jitter.NextDouble();
            }
        }

        _reads = new ResiliencePipelineBuilder<HttpAnswer> { TimeProvider = wall }
            .AddRetry(new RetryStrategyOptions<HttpAnswer>
            {
                ShouldHandle = a => ValueTask.FromResult(IsTransient(a.Outcome.Result)),
                MaxRetryAttempts = ReadAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(150),
                MaxDelay = TimeSpan.FromSeconds(3),
                Randomizer = Next,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpAnswer>
            {
                ShouldHandle = a => ValueTask.FromResult(IsTransient(a.Outcome.Result)),
                FailureRatio = 0.9,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .Build();
    }

    /// <summary>Weight left this minute.</summary>
    public double WeightLeft
    {
        get
        {
            lock (_gate)
            {
                return _budget.Left(NowMs);
            }
        }
    }

    /// <summary>Wall time the newest answered request took; zero before one.</summary>
    public TimeSpan LastLatency { get; private set; }

    /// <summary>Asks and reads the JSON. Repeated when the network or the venue fails; a question changes nothing.</summary>
    public async ValueTask<Outcome<JsonDocument>> AskAsync(Uri to, byte[] body, double weight, CancellationToken cancel)
    {
        HttpAnswer answer;
        try
        {
            answer = await _reads.ExecuteAsync(async token => await OnceAsync(to, body, weight, Urgency.Read, token), cancel);
        }
        catch (BrokenCircuitException)
        {
            return new Rejection("venue-unreachable", $"{to.Host} has not answered for a while; the next try comes in a few seconds.");
        }

        if (!answer.Came)
        {
            return new Rejection("venue-unreachable", $"{to.Host} did not answer: {answer.Failure}.");
        }

        if (answer.Status != HttpStatusCode.OK)
        {
            return new Rejection("venue-error", $"{to.Host} answered {(int)answer.Status}: {Wire.ExchangeReply.Excerpt(answer.Body)}");
        }

        return Wire.WireJson.Parse(answer.Body) is { } document
            ? document
            : new Rejection("unreadable-reply", $"{to.Host} answered something that is no JSON: {Wire.ExchangeReply.Excerpt(answer.Body)}");
    }

    /// <summary>Sends once.</summary>
    public ValueTask<HttpAnswer> SendAsync(Uri to, byte[] body, double weight, Urgency urgency, CancellationToken cancel) =>
        OnceAsync(to, body, weight, urgency, cancel);

    public void Dispose() => _http.Dispose();

    private async ValueTask<HttpAnswer> OnceAsync(Uri to, byte[] body, double weight, Urgency urgency, CancellationToken cancel)
    {
        await AffordAsync(weight, urgency, cancel);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = Json;
        using var deadline = new CancellationTokenSource(_timeout, _wall);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var started = _wall.GetTimestamp();
        try
        {
            using var response = await _http.PostAsync(to, content, either.Token);
            var answer = await response.Content.ReadAsByteArrayAsync(either.Token);
            LastLatency = _wall.GetElapsedTime(started);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                lock (_gate)
                {
                    _budget.Drain(NowMs);
                }
            }

            return new HttpAnswer(response.StatusCode, answer);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return HttpAnswer.None($"no answer within {_timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            var neverSent = e is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
            };
            return HttpAnswer.None(e.GetBaseException().Message, neverSent);
        }
    }

    private async ValueTask AffordAsync(double weight, Urgency urgency, CancellationToken cancel)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                wait = _budget.Take(weight, urgency, NowMs);
            }

            if (wait == TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(wait, _clock, cancel);
        }
    }

    private static bool IsTransient(HttpAnswer answer) => !answer.Came || answer.Status == HttpStatusCode.TooManyRequests || (int)answer.Status >= 500;

    private long NowMs => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
