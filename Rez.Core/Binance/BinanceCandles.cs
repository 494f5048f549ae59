using System.Globalization;
using System.Net;
using System.Text.Json;
using Rez.Core.Market;

namespace Rez.Core.Binance;

/// <summary>
/// Candles of Binance's USDⓈ-M perpetuals (protocol sheet §7): history, and a fallback for bars that Hyperliquid does not keep. The prices are
/// another venue's, in USDT; close, not equal.
/// </summary>
public sealed class BinanceCandles : ICandleHistory, IDisposable
{
    /// <summary>Most bars a request gives.</summary>
    public const int BarsARequest = 1_500;

    private const int Columns = 6;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(10);
    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly TimeProvider _clock;
    private DateTimeOffset _blockedUntil = DateTimeOffset.MinValue;
    private string? _refused;

    public BinanceCandles(HttpMessageHandler handler, Uri address, TimeProvider clock)
    {
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = TimeSpan.FromSeconds(20) };
        _address = address;
        _clock = clock;
    }

    public static Uri Default { get; } = new("https://fapi.binance.com");

    public string Name => "binance";

    /// <summary>The perpetual's symbol: Hyperliquid's kPEPE is Binance's 1000PEPEUSDT.</summary>
    public static string Symbol(string asset) =>
        (asset.Length > 1 && asset[0] == 'k' && char.IsAsciiLetterUpper(asset[1]) ? "1000" + asset[1..] : asset) + "USDT";

    public async ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var candles = new List<Candle>();
        for (var from = fromMs; from < toMs;)
        {
            var page = await PageAsync(asset, interval, from, toMs, cancel);
            if (!page.Ok)
            {
                return page.Rejection;
            }

            if (page.Value.Count == 0)
            {
                break;
            }

            candles.AddRange(page.Value);
            from = interval.NextOpen(page.Value[^1].OpenTimeMs);
        }

        return new Outcome<IReadOnlyList<Candle>>(candles);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>One request, waiting out a limit once. A ban (418) or a refused region (451) ends it with words.</summary>
    private async ValueTask<Outcome<IReadOnlyList<Candle>>> PageAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        if (_refused is { } refused)
        {
            return new Rejection("binance-refused", refused);
        }

        for (var attempt = 1; ; attempt++)
        {
            if (_blockedUntil - _clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                if (wait > LongestWait)
                {
                    return new Rejection("binance-banned", $"Binance has banned this address for {wait.TotalMinutes:0} more minutes: too many requests.");
                }

                await Task.Delay(wait, _clock, cancel);
            }

            var read = await AskAsync(asset, interval, fromMs, toMs, cancel);
            if (read.Ok || read.Rejection.Code != "binance-busy" || attempt == 3)
            {
                return read;
            }
        }
    }

    private async ValueTask<Outcome<IReadOnlyList<Candle>>> AskAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var question = string.Create(CultureInfo.InvariantCulture,
            $"/fapi/v1/klines?symbol={Uri.EscapeDataString(Symbol(asset))}&interval={interval.Name}&startTime={fromMs}&endTime={toMs - 1}&limit={BarsARequest}");
        HttpResponseMessage response;
        try
        {
            response = await _http.GetAsync(new Uri(_address, question), cancel);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new Rejection("binance-unreachable", $"{_address.Host} did not answer: {e.GetBaseException().Message}");
        }

        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK:
                    return Parse(body, asset, interval, toMs, _clock.GetUtcNow().ToUnixTimeMilliseconds());
                case HttpStatusCode.TooManyRequests or (HttpStatusCode)418:
                    // Going on after a 429 leads to a ban (418) of minutes to days; both say for how long.
                    _blockedUntil = _clock.GetUtcNow() + (response.Headers.RetryAfter?.Delta ?? DefaultWait);
                    return new Rejection("binance-busy", $"Binance asks to wait ({(int)response.StatusCode}).");
                case HttpStatusCode.UnavailableForLegalReasons or HttpStatusCode.Forbidden:
                    _refused = $"Binance refuses this machine's region or network ({(int)response.StatusCode}): use another source.";
                    return new Rejection("binance-refused", _refused);
                case HttpStatusCode.BadRequest:
                    return new Rejection("binance-unknown", $"Binance knows no {Symbol(asset)} or no {interval}: {Text(body)}");
                default:
                    return new Rejection("binance-error", $"Binance answered {(int)response.StatusCode}: {Text(body)}");
            }
        }
    }

    /// <summary>Reads an answer of <c>klines</c>: closed candles before <paramref name="toMs"/>.</summary>
    internal static Outcome<IReadOnlyList<Candle>> Parse(byte[] body, string asset, Interval interval, long toMs, long nowMs)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var candles = new List<Candle>(document.RootElement.GetArrayLength());
            Span<double> values = stackalloc double[Columns - 1];
            foreach (var row in document.RootElement.EnumerateArray())
            {
                var open = row[0].GetInt64();
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = double.Parse(row[i + 1].GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);
                }

                var candle = new Candle(open, values[0], values[1], values[2], values[3], values[4]);

                // The last row may still be forming.
                if (open < toMs && interval.NextOpen(open) <= nowMs)
                {
                    if (candle.Fault() is { } fault)
                    {
                        return new Rejection("binance-unreadable", $"Binance's {interval} candle of {asset} at {candle.OpenTime:u}: {fault}");
                    }

                    candles.Add(candle);
                }
            }

            return new Outcome<IReadOnlyList<Candle>>(candles);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or IndexOutOfRangeException or ArgumentException)
        {
            return new Rejection("binance-unreadable", $"Binance's answer is no list of candles: {Text(body)}");
        }
    }

    private static string Text(byte[] body) =>
        string.Concat(System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 160))).Select(c => char.IsControl(c) ? ' ' : c));
}
