using System.Collections.Immutable;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Core.Cycle;

/// <summary>Stage 3: closed candles into an indicator sheet an asset. Indicators stream on; nothing is computed twice.</summary>
public sealed class CalculateStage(CycleSettings settings)
{
    private readonly Dictionary<string, IndicatorBank> _banks = new(StringComparer.Ordinal);

    public ImmutableArray<IndicatorSheet> Run(Ingested ingested, CandleStore candles)
    {
        var sheets = ImmutableArray.CreateBuilder<IndicatorSheet>(ingested.Assets.Length);
        foreach (var asset in ingested.Assets)
        {
            sheets.Add(CaughtUp(asset.Instrument.Asset, candles).Sheet());
        }

        return sheets.MoveToImmutable();
    }

    /// <summary>The sheet of an asset as <see cref="Run"/> would give it now, without a copy: it changes with the next bar.</summary>
    internal IndicatorSheet Live(string asset, CandleStore candles) => CaughtUp(asset, candles).Live();

    private IndicatorBank CaughtUp(string asset, CandleStore candles)
    {
        if (!_banks.TryGetValue(asset, out var bank))
        {
            bank = new IndicatorBank(asset, settings.Intervals, settings.Layout);
            _banks.Add(asset, bank);
        }

        bank.CatchUp(candles);
        return bank;
    }
}
