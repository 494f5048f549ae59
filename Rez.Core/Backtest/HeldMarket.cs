using Rez.Core.Diary;
using Rez.Core.Simulation;

namespace Rez.Core.Backtest;

/// <summary>Buy-and-hold beside a backtest: the initial equity spread evenly over the assets that have a price at the start, never touched again, without costs.</summary>
internal sealed class HeldMarket(DemoWorld world, decimal initialEquity)
{
    private readonly List<EquityPoint> _points = [];
    private readonly List<(string Asset, decimal Price)> _bought = [];

    public IReadOnlyList<EquityPoint> Points => _points;

    public void Begin()
    {
        _bought.AddRange(world.Venue.Instruments.Where(i => world.Venue.Context(i.Asset) is not null).Select(i => (i.Asset, world.Venue.MarkOf(i.Asset))));
        Note(world.NowMs);
    }

    /// <summary>A day has ended: what it is worth belongs to that day's last millisecond.</summary>
    public void EndDay() => Note(world.NowMs - 1);

    public void End() => Note(world.NowMs);

    private void Note(long atMs)
    {
        if (_bought.Count == 0 || (_points.Count > 0 && _points[^1].AtMs >= atMs))
        {
            return;
        }

        var value = 0m;
        foreach (var (asset, price) in _bought)
        {
            value += initialEquity / _bought.Count * world.Venue.MarkOf(asset) / price;
        }

        _points.Add(new EquityPoint(atMs, value, value));
    }
}
