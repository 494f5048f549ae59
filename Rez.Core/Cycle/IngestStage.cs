using System.Collections.Immutable;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;

namespace Rez.Core.Cycle;

/// <summary>An asset's market now, and why it is not fit to open on, if so.</summary>
public sealed record AssetMarket(Instrument Instrument, AssetContext Context, string? Unfit);

/// <summary>Stage 2's result: every asset that could be read, and what could not.</summary>
public sealed record Ingested(ImmutableArray<AssetMarket> Assets, ImmutableArray<Rejection> Failures);

/// <summary>
/// Stage 2: brings closed candles and contexts of every asset and proves that they are fresh. Stale or gapped data makes an
/// asset unfit to open; it does not fail the cycle.
/// </summary>
public sealed class IngestStage
{
    private readonly IMarketData _market;
    private readonly IDiary _diary;
    private readonly CycleSettings _settings;
    private readonly Dictionary<string, long> _nextMs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unfit = new(StringComparer.Ordinal);
    private readonly long _historyFromMs;
    private IReadOnlyList<Instrument>? _listed;
    private ImmutableDictionary<string, Instrument> _instruments = ImmutableDictionary<string, Instrument>.Empty;

    public IngestStage(IMarketData market, IDiary diary, CycleSettings settings, long historyFromMs)
    {
        _market = market;
        _diary = diary;
        _settings = settings;
        _historyFromMs = historyFromMs;
        Candles = new CandleStore(market.BaseInterval, larger: settings.Built.IsDefault ? null : settings.Built);
    }

    /// <summary>Closed candles seen so far.</summary>
    public CandleStore Candles { get; }

    public async ValueTask<Outcome<Ingested>> RunAsync(DateTimeOffset now, string cycleId, CancellationToken cancel)
    {
        var read = await _market.InstrumentsAsync(cancel);
        if (!read.Ok)
        {
            return read.Rejection;
        }

        if (!ReferenceEquals(_listed, read.Value))
        {
            _listed = read.Value;
            _instruments = read.Value.ToImmutableDictionary(i => i.Asset, StringComparer.Ordinal);
        }

        var assets = ImmutableArray.CreateBuilder<AssetMarket>(_settings.Assets.Length);
        var failures = ImmutableArray.CreateBuilder<Rejection>();
        foreach (var asset in _settings.Assets)
        {
            if (!_instruments.TryGetValue(asset, out var instrument))
            {
                failures.Add(new Rejection("unknown-asset", $"The market has no {asset}."));
                continue;
            }

            var trouble = await FetchAsync(asset, now, cancel);
            var context = await _market.ContextAsync(asset, cancel);
            if (!context.Ok)
            {
                failures.Add(context.Rejection);
                continue;
            }

            var unfit = trouble?.Message ?? Unfit(asset, now);
            Note(asset, unfit, cycleId);
            assets.Add(new AssetMarket(instrument, context.Value, unfit));
        }

        return new Ingested(assets.ToImmutable(), failures.ToImmutable());
    }

    /// <summary>Takes a bar that the next fetch would bring; false when it is refused, as the fetch would.</summary>
    internal bool Take(string asset, in Candle bar)
    {
        if (_nextMs.GetValueOrDefault(asset, long.MaxValue) > bar.OpenTimeMs || Candles.Append(asset, bar) is not (CandleAppend.Appended or CandleAppend.AppendedAfterGap))
        {
            return false;
        }

        _nextMs[asset] = _market.BaseInterval.NextOpen(bar.OpenTimeMs);
        return true;
    }

    private async ValueTask<Rejection?> FetchAsync(string asset, DateTimeOffset now, CancellationToken cancel)
    {
        var from = _nextMs.GetValueOrDefault(asset, _historyFromMs);
        var to = _market.BaseInterval.OpenOf(now.ToUnixTimeMilliseconds());
        if (from >= to)
        {
            return null;
        }

        var candles = await _market.CandlesAsync(asset, _market.BaseInterval, from, to, cancel);
        if (!candles.Ok)
        {
            return candles.Rejection;
        }

        foreach (var candle in candles.Value)
        {
            var result = Candles.Append(asset, candle);
            if (result is not (CandleAppend.Appended or CandleAppend.AppendedAfterGap or CandleAppend.Duplicate))
            {
                return new Rejection("bad-candle", $"a {result} candle at {candle.OpenTime:yyyy-MM-ddTHH:mm:ssZ} was refused");
            }

            _nextMs[asset] = _market.BaseInterval.NextOpen(candle.OpenTimeMs);
        }

        return null;
    }

    private string? Unfit(string asset, DateTimeOffset now)
    {
        var interval = _market.BaseInterval;
        if (Candles.Staleness(asset, interval, now) is not { } late)
        {
            return "no candle has come in yet";
        }

        if (late.TotalMilliseconds >= _settings.StaleAfterBars * interval.Milliseconds)
        {
            return $"the newest {interval} candle is {late:c} late";
        }

        return _settings.GapWindowBars > 0 && Candles.Series(asset, interval)!.GapsWithin(_settings.GapWindowBars) is > 0 and var gaps
            ? $"{gaps} gap(s) in the newest {_settings.GapWindowBars} {interval} candles"
            : null;
    }

    /// <summary>Told once when it starts, not every cycle.</summary>
    private void Note(string asset, string? unfit, string cycleId)
    {
        if (unfit is null)
        {
            _unfit.Remove(asset);
        }
        else if (_unfit.TryAdd(asset, unfit))
        {
            _diary.Append(new MarketUnfit(asset, unfit), cycleId);
        }
    }
}
