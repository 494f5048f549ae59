using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Simulation;

/// <summary>A position inside the simulated venue.</summary>
internal sealed class SimulatedPosition
{
    public decimal SignedSize { get; set; }

    public decimal EntryPrice { get; set; }

    public int Leverage { get; set; } = 1;

    public bool IsCross { get; set; } = true;

    /// <summary>Margin bound to an isolated position, USD.</summary>
    public decimal IsolatedMargin { get; set; }

    public decimal FundingSinceOpen { get; set; }
}

/// <summary>Cash, positions and margin of the one simulated account. All money in USD.</summary>
internal sealed class SimulatedAccount(decimal cash)
{
    private readonly SortedDictionary<string, SimulatedPosition> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Leverage, bool IsCross)> _leverage = new(StringComparer.Ordinal);

    /// <summary>Balance of the cross pool without unrealised PnL.</summary>
    public decimal Cash { get; private set; } = cash;

    public IReadOnlyDictionary<string, SimulatedPosition> Positions => _positions;

    public IReadOnlyDictionary<string, (int Leverage, bool IsCross)> Leverages => _leverage;

    public (int Leverage, bool IsCross) LeverageOf(Instrument instrument) =>
        _leverage.TryGetValue(instrument.Asset, out var set) ? set : (Math.Min(20, instrument.MaxLeverage), !instrument.OnlyIsolated);

    public void SetLeverage(string asset, int leverage, bool isCross)
    {
        _leverage[asset] = (leverage, isCross);
        if (_positions.TryGetValue(asset, out var position))
        {
            position.Leverage = leverage;
        }
    }

    /// <summary>Value of the cross pool at the marks.</summary>
    public decimal CrossValue(Func<string, decimal> mark)
    {
        var value = Cash;
        foreach (var (asset, p) in _positions)
        {
            if (p.IsCross)
            {
                value += p.SignedSize * (mark(asset) - p.EntryPrice);
            }
        }

        return value;
    }

    /// <summary>Value of everything, isolated pools included.</summary>
    public decimal Equity(Func<string, decimal> mark)
    {
        var value = Cash;
        foreach (var (asset, p) in _positions)
        {
            value += (p.SignedSize * (mark(asset) - p.EntryPrice)) + p.IsolatedMargin;
        }

        return value;
    }

    /// <summary>Initial margin bound in the cross pool.</summary>
    public decimal CrossMarginUsed(Func<string, decimal> mark)
    {
        var used = 0m;
        foreach (var (asset, p) in _positions)
        {
            if (p.IsCross)
            {
                used += MarginMath.Initial(Math.Abs(p.SignedSize) * mark(asset), p.Leverage);
            }
        }

        return used;
    }

    public decimal CrossMaintenance(Func<string, decimal> mark, Func<string, Instrument> instrument, string? except = null)
    {
        var sum = 0m;
        foreach (var (asset, p) in _positions)
        {
            if (p.IsCross && asset != except)
            {
                sum += MarginMath.Maintenance(instrument(asset).Tiers, Math.Abs(p.SignedSize) * mark(asset));
            }
        }

        return sum;
    }

    /// <summary>Books a trade: average entry on increases, realised PnL on reductions. Returns PnL gross of the fee.</summary>
    public decimal Trade(Instrument instrument, decimal signedSize, decimal price, decimal fee)
    {
        var asset = instrument.Asset;
        if (!_positions.TryGetValue(asset, out var p))
        {
            var (leverage, isCross) = LeverageOf(instrument);
            p = new SimulatedPosition { Leverage = leverage, IsCross = isCross };
            _positions.Add(asset, p);
        }

        var pnl = 0m;
        var closing = p.SignedSize != 0 && Math.Sign(p.SignedSize) != Math.Sign(signedSize)
            ? Math.Min(Math.Abs(p.SignedSize), Math.Abs(signedSize))
            : 0m;
        if (closing > 0)
        {
            pnl = closing * (price - p.EntryPrice) * Math.Sign(p.SignedSize);
            var released = p.IsCross ? 0 : p.IsolatedMargin * closing / Math.Abs(p.SignedSize);
            p.IsolatedMargin -= released;
            Cash += pnl + released;
            p.SignedSize += closing * Math.Sign(signedSize);
        }

        var opening = Math.Abs(signedSize) - closing;
        if (opening > 0)
        {
            if (p.SignedSize == 0)
            {
                p.FundingSinceOpen = 0;
            }

            var before = Math.Abs(p.SignedSize);
            p.EntryPrice = ((p.EntryPrice * before) + (price * opening)) / (before + opening);
            p.SignedSize += opening * Math.Sign(signedSize);
            if (!p.IsCross)
            {
                var margin = MarginMath.Initial(opening * price, p.Leverage);
                p.IsolatedMargin += margin;
                Cash -= margin;
            }
        }

        Cash -= fee;
        if (p.SignedSize == 0)
        {
            Cash += p.IsolatedMargin;
            _positions.Remove(asset);
        }

        return pnl;
    }

    /// <summary>Charges funding; above zero is paid.</summary>
    public void Fund(string asset, decimal usd)
    {
        var p = _positions[asset];
        p.FundingSinceOpen += usd;
        if (p.IsCross)
        {
            Cash -= usd;
        }
        else
        {
            p.IsolatedMargin -= usd;
        }
    }

    public void MoveToIsolated(string asset, decimal usd)
    {
        _positions[asset].IsolatedMargin += usd;
        Cash -= usd;
    }

    /// <summary>Takes up an account that was kept elsewhere.</summary>
    public void Restore(decimal cash, IEnumerable<(string Asset, SimulatedPosition Position)> positions)
    {
        Cash = cash;
        foreach (var (asset, position) in positions)
        {
            _positions[asset] = position;
            _leverage[asset] = (position.Leverage, position.IsCross);
        }
    }

    /// <summary>The backstop: the liquidator takes the position and what margin is left of its pool.</summary>
    public void Forfeit(string asset)
    {
        var p = _positions[asset];
        if (p.IsCross)
        {
            Cash = 0;
        }

        _positions.Remove(asset);
    }
}
