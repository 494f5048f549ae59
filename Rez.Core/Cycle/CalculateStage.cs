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
            var name = asset.Instrument.Asset;
            if (!_banks.TryGetValue(name, out var bank))
            {
                bank = new IndicatorBank(name, settings.Intervals, settings.Layout);
                _banks.Add(name, bank);
            }

            bank.CatchUp(candles);
            sheets.Add(bank.Sheet());
        }

        return sheets.MoveToImmutable();
    }
}
