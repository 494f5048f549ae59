using System.Diagnostics;
using System.Net.WebSockets;
using Rez.Core.Binance;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Diary.Storage;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Strategies.Vocabulary;
using Rez.Core.Trading;

namespace Rez.Worker.Bench;

/// <summary>What came of a pipeline run. Times in µs; they begin when a tick's bytes are about to be read.</summary>
/// <param name="Orders">Approved by the gate.</param>
/// <param name="P50Us">Tick → approved order.</param>
internal sealed record PipelineResult(
    long Ticks, long Unread, long Signals, long Orders, long Rejected, double ElapsedMs, double P50Us, double P95Us, double P99Us, double MaxUs, string Store, string Strategy, Quantiles Serialise, Quantiles Append, long Gen0, long Gen2);

internal sealed record Quantiles(double P50Us, double P95Us, double P99Us, double MaxUs)
{
    public static Quantiles Of(List<double> micros)
    {
        var sorted = micros.Order().ToArray();
        double At(double share) => sorted.Length == 0 ? double.NaN : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))], 2);
        return new Quantiles(At(0.5), At(0.95), At(0.99), At(1));
    }
}

/// <summary>
/// A loopback WebSocket of book tickers through parsing, signal, intent, all layers of the gate, the order's own bytes and the diary. The strategies are the benchmark's: momentum is a
/// crossing of 3 and 5 ticks, pulse wants something with every tick, long and short in turn.
/// </summary>
internal sealed class PipelineBench
{
    private const int WarmUp = 20_000;
    private const int AssetId = 5;
    private readonly Instrument _instrument = DemoInstruments.Find("SOL")!.Instrument;
    private readonly AccountState _account = new(DateTimeOffset.UnixEpoch, 100_000m, 100_000m, 0, 0, []);
    private readonly RiskOptions _limits = new() { MinRewardRisk = 0 };
    private readonly GateFacts _facts = new(BidDepthUsd: 10_000_000m, AskDepthUsd: 10_000_000m);
    private readonly List<double> _approve = [];
    private readonly List<double> _serialise = [];
    private readonly List<double> _append = [];
    private readonly bool _isPulse;
    private readonly IDiary _diary;
    private readonly double[] _mids = new double[6];
    private long _ticks;
    private long _unread;
    private long _signals;
    private long _rejected;

    private PipelineBench(bool isPulse, IDiary diary) => (_isPulse, _diary) = (isPulse, diary);

    public static async Task<PipelineResult> RunAsync(IReadOnlyList<string> payloads, bool isPulse, bool usesSqlite, CancellationToken cancel)
    {
        // Everything is compiled before the time is taken, on a diary of its own.
        await new PipelineBench(isPulse: true, new MemoryDiary()).PlayAsync(TickerFeed.Zigzag(WarmUp), cancel);
        await new PipelineBench(isPulse, new MemoryDiary()).PlayAsync(TickerFeed.Zigzag(WarmUp), cancel);
        var folder = Directory.CreateTempSubdirectory("rez-bench-").FullName;
        try
        {
            using var store = usesSqlite ? DiaryStore.Open(Path.Combine(folder, "diary.db"), TimeProvider.System) : null;
            var bench = new PipelineBench(isPulse, store is null ? new MemoryDiary() : store);
            GC.Collect();
            var (gen0, gen2, started) = (GC.CollectionCount(0), GC.CollectionCount(2), Stopwatch.GetTimestamp());
            await bench.PlayAsync(payloads, cancel);
            var elapsed = Stopwatch.GetElapsedTime(started);
            return bench.Result(elapsed, usesSqlite ? "sqlite" : "memory", GC.CollectionCount(0) - gen0, GC.CollectionCount(2) - gen2);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private PipelineResult Result(TimeSpan elapsed, string store, long gen0, long gen2)
    {
        var approve = Quantiles.Of(_approve);
        return new PipelineResult(
            _ticks, _unread, _signals, _approve.Count, _rejected, Math.Round(elapsed.TotalMilliseconds, 1), approve.P50Us, approve.P95Us, approve.P99Us, approve.MaxUs, store, _isPulse ? "pulse" : "momentum",
            Quantiles.Of(_serialise), Quantiles.Of(_append), gen0, gen2);
    }

    private async Task PlayAsync(IReadOnlyList<string> payloads, CancellationToken cancel)
    {
        using var feed = TickerFeed.Start(payloads);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(feed.Address, cancel);
        var buffer = new byte[1 << 20];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await socket.ReceiveAsync(buffer.AsMemory(length), cancel);
                length += received.Count;
            }
            while (!received.EndOfMessage);

            if (received.MessageType == WebSocketMessageType.Close)
            {
                break;
            }

            Take(buffer.AsSpan(0, length));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        foreach (var range in message.Split((byte)'\n'))
        {
            Tick(message[range]);
        }
    }

    private void Tick(ReadOnlySpan<byte> json)
    {
        var started = Stopwatch.GetTimestamp();
        if (!BookTicker.TryRead(json, out var ticker))
        {
            _unread++;
            return;
        }

        _ticks++;
        if (Signal(ticker) is not { } direction)
        {
            return;
        }

        _signals++;
        var adjudged = RiskGate.JudgeEntry(Intent(ticker, direction), InputOf(ticker), "bench");
        if (adjudged.Approved is not { } entry)
        {
            _rejected++;
            return;
        }

        var approved = Stopwatch.GetTimestamp();
        var action = VenueAction.Order(entry.Request, AssetId);
        var serialised = Stopwatch.GetTimestamp();
        if (!action.Ok)
        {
            throw new InvalidOperationException(action.Rejection.Message);
        }

        _diary.Append(new OrderSending(entry.Request, "entry", null, entry.Reason, ticker.TimeMs), "bench");
        var appended = Stopwatch.GetTimestamp();
        _approve.Add(Stopwatch.GetElapsedTime(started, approved).TotalMicroseconds);
        _serialise.Add(Stopwatch.GetElapsedTime(approved, serialised).TotalMicroseconds);
        _append.Add(Stopwatch.GetElapsedTime(serialised, appended).TotalMicroseconds);
    }

    private Direction? Signal(in BookTicker ticker)
    {
        if (_isPulse)
        {
            return _ticks % 2 == 0 ? Direction.Long : Direction.Short;
        }

        Array.Copy(_mids, 1, _mids, 0, 5);
        _mids[5] = (double)ticker.Mid;
        if (_ticks < 6)
        {
            return null;
        }

        var (fast, slow) = ((_mids[3] + _mids[4] + _mids[5]) / 3, (_mids[1] + _mids[2] + _mids[3] + _mids[4] + _mids[5]) / 5);
        var (fastBefore, slowBefore) = ((_mids[2] + _mids[3] + _mids[4]) / 3, (_mids[0] + _mids[1] + _mids[2] + _mids[3] + _mids[4]) / 5);
        return Signals.Crossing(fastBefore, fast, slowBefore, slow) switch { > 0 => Direction.Long, < 0 => Direction.Short, _ => null };
    }

    private static EntryRequest Intent(in BookTicker ticker, Direction direction) =>
        new("SOL", direction, 1_000m, 3, direction.Ahead(ticker.Mid, -1m), direction.Ahead(ticker.Mid, 2m), 80, "bench");

    private GateInput InputOf(in BookTicker ticker) =>
        new(_instrument, new AssetContext("SOL", DateTimeOffset.FromUnixTimeMilliseconds(ticker.TimeMs), ticker.Mid, ticker.Mid, ticker.Bid, ticker.Ask, 0, 0, 0), _account, _limits, ["SOL"], 4.5m, _facts);
}
