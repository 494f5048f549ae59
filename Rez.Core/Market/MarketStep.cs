namespace Rez.Core.Market;

/// <summary>One bar of every asset of a demo market, with what else was true then. Reused from step to step.</summary>
public sealed class MarketStep(int assets)
{
    /// <summary>Open time of the bars; they close at <see cref="CloseMs"/>.</summary>
    public long OpenMs { get; set; }

    public long CloseMs { get; set; }

    /// <summary>Bars by asset index; only those with <see cref="Has"/> set.</summary>
    public Candle[] Bars { get; } = new Candle[assets];

    public bool[] Has { get; } = new bool[assets];

    /// <summary>Bars of a finer interval inside each bar, oldest first, where they are known: they say in which order prices came.</summary>
    public ReadOnlyMemory<Candle>[] Finer { get; } = new ReadOnlyMemory<Candle>[assets];

    /// <summary>(mark − oracle) / oracle at the close.</summary>
    public double[] Premium { get; } = new double[assets];

    /// <summary>Current hourly funding rate.</summary>
    public double[] FundingHourly { get; } = new double[assets];

    /// <summary>Rate to be paid at the open of this step, NaN when none is due.</summary>
    public double[] FundingDue { get; } = new double[assets];

    /// <summary>Open interest in base units.</summary>
    public double[] OpenInterest { get; } = new double[assets];
}

/// <summary>A demo market: several assets on one clock, one base interval.</summary>
public interface IMarketSource
{
    IReadOnlyList<Instrument> Instruments { get; }

    Interval BaseInterval { get; }

    /// <summary>What the market is made of, so that a diary is never continued on another one.</summary>
    string Fingerprint { get; }

    /// <summary>Open time of the first step.</summary>
    long StartMs { get; }

    /// <summary>Writes the next step; false at the end of a recorded market.</summary>
    bool TryNext(MarketStep step);
}
