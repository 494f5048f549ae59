using System.Net;
using System.Web;
using Rez.Core.Binance;
using Rez.Core.Market;
using Rez.Tests.Support;

namespace Rez.Tests.Binance;

public sealed class BinanceCandlesTests
{
    private readonly ScriptedHandler _venue = new();
    private readonly JumpingClock _clock = new(DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + (40 * 86_400_000L)));

    [Fact]
    public async Task Long_spans_come_in_pages_and_the_forming_bar_is_left_out()
    {
        using var candles = Open();
        var read = await candles.CandlesAsync("kPEPE", Interval.M1, Some.Start, Some.Start + (4_000 * 60_000L), CancellationToken.None);
        Assert.Equal(4_000, read.Value.Count);
        Assert.Equal(Enumerable.Range(0, 4_000).Select(i => Some.Start + (i * 60_000L)), read.Value.Select(c => c.OpenTimeMs));
        Assert.Equal(3, _venue.Asked.Count);
        Assert.All(_venue.Asked, q => Assert.Contains("symbol=1000PEPEUSDT", q));
        _clock.Now = DateTimeOffset.FromUnixTimeMilliseconds(Some.Start + 90_000);
        Assert.Single((await candles.CandlesAsync("BTC", Interval.M1, Some.Start, Some.Start + 120_000, CancellationToken.None)).Value);
    }

    [Fact]
    public async Task A_limit_is_waited_out_as_long_as_it_says()
    {
        _venue.Answers.Enqueue(Busy(HttpStatusCode.TooManyRequests, 7));
        using var candles = Open();
        var before = _clock.Now;
        Assert.True((await candles.CandlesAsync("BTC", Interval.M1, Some.Start, Some.Start + 60_000, CancellationToken.None)).Ok);
        Assert.Equal(TimeSpan.FromSeconds(7), _clock.Now - before);
    }

    [Fact]
    public async Task A_ban_is_told_and_not_knocked_on()
    {
        _venue.Answers.Enqueue(Busy((HttpStatusCode)418, 7_200));
        using var candles = Open();
        var first = await candles.CandlesAsync("BTC", Interval.M1, Some.Start, Some.Start + 60_000, CancellationToken.None);
        Assert.Equal("binance-banned", first.Rejection.Code);
        Assert.Contains("120 more minutes", first.Rejection.Message);
        await candles.CandlesAsync("BTC", Interval.M1, Some.Start, Some.Start + 60_000, CancellationToken.None);
        Assert.Single(_venue.Asked);
    }

    [Theory]
    [InlineData(451, "binance-refused")]
    [InlineData(403, "binance-refused")]
    [InlineData(400, "binance-unknown")]
    [InlineData(500, "binance-error")]
    public async Task A_refusal_has_words(int status, string code)
    {
        _venue.Answers.Enqueue(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}") });
        using var candles = Open();
        Assert.Equal(code, (await candles.CandlesAsync("NOPE", Interval.M1, Some.Start, Some.Start + 60_000, CancellationToken.None)).Rejection.Code);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("[[1]]")]
    [InlineData("[[1735689600000,\"x\",\"1\",\"1\",\"1\",\"1\"]]")]
    [InlineData("[[1735689600000,\"1\",\"0.5\",\"2\",\"1\",\"1\"]]")]
    public async Task What_is_no_list_of_candles_is_said_to_be_none(string body)
    {
        _venue.Answers.Enqueue(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) });
        using var candles = Open();
        Assert.Equal("binance-unreadable", (await candles.CandlesAsync("BTC", Interval.M1, Some.Start, Some.Start + 60_000, CancellationToken.None)).Rejection.Code);
    }

    [Fact]
    public async Task A_backfill_that_broke_off_goes_on_where_it_stopped()
    {
        using var folder = new TempFolder();
        using var candles = Open();
        var to = Some.Start + (6_000 * 60_000L);
        _venue.Fails = 3;
        var archive = CandleArchive.Open(folder.Path, "BTC", Interval.M1).Value;
        var first = await Backfill.RunAsync(archive, candles, Some.Start, to, 1_500, _ => { }, CancellationToken.None);
        Assert.Equal((3_000, 3_000), (first.Added, first.Missing));
        Assert.NotNull(first.Trouble);
        _venue.Fails = int.MaxValue;
        _venue.Asked.Clear();
        var again = CandleArchive.Open(folder.Path, "BTC", Interval.M1).Value;
        var second = await Backfill.RunAsync(again, candles, Some.Start, to, 1_500, _ => { }, CancellationToken.None);
        Assert.Equal((3_000, 0, (Core.Rejection?)null), (second.Added, second.Missing, second.Trouble));
        Assert.Equal(2, _venue.Asked.Count);
        Assert.Equal(0, (await Backfill.RunAsync(again, candles, Some.Start, to, 1_500, _ => { }, CancellationToken.None)).Added);
        Assert.Equal(2, _venue.Asked.Count);
        Assert.Empty(CandleFile.Read(again.FilePath).Value.Faults);
    }

    private BinanceCandles Open() => new(_venue, new Uri("http://binance.test"), _clock);

    private static HttpResponseMessage Busy(HttpStatusCode status, int seconds)
    {
        var reply = new HttpResponseMessage(status) { Content = new StringContent("{}") };
        reply.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        return reply;
    }

    /// <summary>Binance as a script: answers in turn, else the bars that were asked for.</summary>
    private sealed class ScriptedHandler : HttpMessageHandler
    {
        public Queue<HttpResponseMessage> Answers { get; } = [];

        public List<string> Asked { get; } = [];

        /// <summary>From this question on the venue is gone.</summary>
        public int Fails { get; set; } = int.MaxValue;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.Query);
            if (Asked.Count >= Fails)
            {
                throw new HttpRequestException("gone");
            }

            if (Answers.TryDequeue(out var answer))
            {
                return Task.FromResult(answer);
            }

            var query = HttpUtility.ParseQueryString(request.RequestUri.Query);
            var from = long.Parse(query["startTime"]!);
            var to = long.Parse(query["endTime"]!);
            var rows = Enumerable.Range(0, int.Parse(query["limit"]!)).Select(i => from + (i * 60_000L)).Where(t => t <= to)
                .Select(t => $"[{t},\"1.0\",\"2.0\",\"0.5\",\"1.5\",\"10\",{t + 59_999},\"0\",1,\"0\",\"0\",\"0\"]");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent($"[{string.Join(',', rows)}]") });
        }
    }

    /// <summary>A clock on which every wait is over at once, and counted.</summary>
    private sealed class JumpingClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero)
            {
                Now += dueTime;
            }

            return System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
        }
    }
}
