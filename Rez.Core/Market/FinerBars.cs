namespace Rez.Core.Market;

/// <summary>Bars of a finer interval beside an asset's own: they tell in which order prices came inside a bar. A bar that they do not cover whole, or that they contradict, is left without.</summary>
internal sealed class FinerBars
{
    private readonly Candle[] _bars;
    private readonly int _inside;
    private int _next;

    private FinerBars(Candle[] bars, int inside) => (_bars, _inside) = (bars, inside);

    /// <summary>From the finest file there is that the interval can be built from; null without one.</summary>
    public static FinerBars? Of(string asset, Interval interval, Candle[] candles, IEnumerable<(string Path, Interval Interval)> files, bool keepsCache, List<string> notes)
    {
        var finest = files.Where(f => interval.IsBuiltFrom(f.Interval)).OrderBy(f => f.Interval.Milliseconds).ThenBy(f => f.Path, StringComparer.Ordinal).FirstOrDefault();
        if (finest.Path is null)
        {
            return null;
        }

        var read = keepsCache ? CandleCache.Read(finest.Path, notes.Add) : CandleFile.Read(finest.Path);
        if (!read.Ok || read.Value.Fatal.Any())
        {
            notes.Add($"{asset}: {Path.GetFileName(finest.Path)} can't be used for the order of prices inside a bar: {(read.Ok ? read.Value.Fatal.First().ToString() : read.Rejection.Message)}");
            return null;
        }

        var finer = new FinerBars([.. read.Value.Candles], (int)(interval.Milliseconds / finest.Interval.Milliseconds));
        var covered = candles.Count(c => finer.Within(c, interval.NextOpen(c.OpenTimeMs)).Length > 0);
        finer._next = 0;
        notes.Add($"{asset}: {finest.Interval} bars of {Path.GetFileName(finest.Path)} give the order of prices inside {covered} of {candles.Length} bars of {interval}");
        return finer;
    }

    /// <summary>The bars inside one, asked for in the order of time; nothing where they are not all there or say otherwise than it.</summary>
    public ReadOnlyMemory<Candle> Within(in Candle bar, long closeMs)
    {
        while (_next < _bars.Length && _bars[_next].OpenTimeMs < bar.OpenTimeMs)
        {
            _next++;
        }

        var end = _next;
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        while (end < _bars.Length && _bars[end].OpenTimeMs < closeMs)
        {
            (low, high) = (Math.Min(low, _bars[end].Low), Math.Max(high, _bars[end].High));
            end++;
        }

        return end - _next == _inside && low >= bar.Low && high <= bar.High ? _bars.AsMemory(_next, end - _next) : default;
    }
}
