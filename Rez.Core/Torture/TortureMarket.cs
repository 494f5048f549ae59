using Rez.Core.Market;
using Rez.Core.Simulation;

namespace Rez.Core.Torture;

/// <summary>The market's data behind a wire that fails.</summary>
internal sealed class TortureMarket(IMarketData market, Life life) : IMarketData
{
    private const int MissingBars = 3;

    public Interval BaseInterval => market.BaseInterval;

    public ValueTask<Outcome<IReadOnlyList<Instrument>>> InstrumentsAsync(CancellationToken cancel) => ReadAsync(() => market.InstrumentsAsync(cancel));

    public async ValueTask<Outcome<IReadOnlyList<Candle>>> CandlesAsync(string asset, Interval interval, long fromMs, long toMs, CancellationToken cancel)
    {
        var fault = life.Cross(Crossing.Market);
        var candles = await market.CandlesAsync(asset, interval, fromMs, toMs, cancel);
        life.After(fault);
        return fault == FaultKind.MarketFails ? Failed
            : fault == FaultKind.CandlesMissing && candles.Ok ? new([.. candles.Value.SkipLast(MissingBars)])
            : candles;
    }

    public ValueTask<Outcome<AssetContext>> ContextAsync(string asset, CancellationToken cancel) => ReadAsync(() => market.ContextAsync(asset, cancel));

    public ValueTask<Outcome<BookSnapshot>> BookAsync(string asset, CancellationToken cancel) => ReadAsync(() => market.BookAsync(asset, cancel));

    public ValueTask<Outcome<IReadOnlyList<FundingRate>>> FundingAsync(string asset, long fromMs, long toMs, CancellationToken cancel) => ReadAsync(() => market.FundingAsync(asset, fromMs, toMs, cancel));

    private static Rejection Failed { get; } = new("unreachable", "The market can't be read.");

    private async ValueTask<Outcome<T>> ReadAsync<T>(Func<ValueTask<Outcome<T>>> read)
    {
        var fault = life.Cross(Crossing.Market);
        var now = await read();
        life.After(fault);
        return fault == FaultKind.MarketFails ? Failed : now;
    }
}

/// <summary>A market whose prices jump when they are told to, and stay where they jumped to.</summary>
internal sealed class JumpyMarket(IMarketSource source) : IMarketSource
{
    private readonly double[] _scale = [.. source.Instruments.Select(_ => 1.0)];
    private readonly double[] _jump = new double[source.Instruments.Count];

    public IReadOnlyList<Instrument> Instruments => source.Instruments;

    public Interval BaseInterval => source.BaseInterval;

    public string Fingerprint => source.Fingerprint;

    public long StartMs => source.StartMs;

    /// <summary>The next bar opens this far from where the last one closed.</summary>
    /// <param name="by">Share, for example −0.05.</param>
    public void Jump(int asset, double by) => _jump[asset] = by;

    public bool TryNext(MarketStep step)
    {
        if (!source.TryNext(step))
        {
            return false;
        }

        for (var i = 0; i < _scale.Length; i++)
        {
            _scale[i] *= 1 + _jump[i];
            _jump[i] = 0;
            var (bar, k) = (step.Bars[i], _scale[i]);
            if (k != 1)
            {
                step.Bars[i] = new Candle(bar.OpenTimeMs, bar.Open * k, bar.High * k, bar.Low * k, bar.Close * k, bar.Volume);
                step.Finer[i] = default;
            }
        }

        return true;
    }
}
