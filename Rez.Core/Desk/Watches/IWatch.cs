using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk.Watches;

/// <summary>Something the sentinel looks after at each beat, under the desk's turn.</summary>
public interface IWatch
{
    /// <summary>Looks at the account as it was just read and acts.</summary>
    /// <returns>What was found against opening more, or null.</returns>
    ValueTask<Tripped?> LookAsync(AccountState account, string beatId, CancellationToken cancel);
}

/// <summary>Measures of an asset that the newest calculation gave: the sentinel uses them between cycles.</summary>
/// <param name="Atr">Average true range, price units.</param>
/// <param name="Sigma">Standard deviation of a bar's return.</param>
public sealed record AssetMeasures(decimal? Atr, decimal? Sigma, decimal? FairValue);

/// <summary>Where the cycle leaves them.</summary>
public sealed class MeasureBoard
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, AssetMeasures> _measures = new(StringComparer.Ordinal);

    public AssetMeasures? Of(string asset) => _measures.GetValueOrDefault(asset);

    public void Note(string asset, AssetMeasures measures) => _measures[asset] = measures;
}
