using System.Globalization;
using Rez.Core.Market;

namespace Rez.Core.Torture;

/// <summary>A fault at a place.</summary>
/// <param name="At">Number of the crossing, from 1.</param>
public sealed record FaultAt(long At, FaultKind Kind)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}:{Kind}");
}

/// <summary>
/// Says at each crossing what goes wrong there: drawn from the seed, or read from a list, which is what a failing seed is reduced to. The same seed or list gives the same faults on any machine.
/// </summary>
public sealed class FaultScript
{
    private readonly ulong _seed;
    private readonly double _rate;
    private readonly Dictionary<long, FaultKind>? _given;
    private readonly List<FaultAt> _struck = [];

    /// <param name="rate">Share of crossings at which something goes wrong.</param>
    public FaultScript(ulong seed, double rate) => (_seed, _rate) = (seed, rate);

    public FaultScript(ulong seed, IEnumerable<FaultAt> given) => (_seed, _given) = (seed, given.ToDictionary(f => f.At, f => f.Kind));

    /// <summary>Whether anything may go wrong now: not while the world warms up, nor once it has calmed down.</summary>
    public bool IsOn { get; set; }

    /// <summary>Crossings so far.</summary>
    public long Crossed { get; private set; }

    /// <summary>What went wrong, in order.</summary>
    public IReadOnlyList<FaultAt> Struck => _struck;

    /// <summary>What goes wrong at this crossing, or null.</summary>
    public FaultKind? Next(Crossing crossing)
    {
        if (!IsOn)
        {
            return null;
        }

        Crossed++;
        var fits = Faults.At(crossing);
        FaultKind? kind = null;
        if (_given is not null)
        {
            kind = _given.TryGetValue(Crossed, out var given) && fits.Contains(given) ? given : null;
        }
        else
        {
            var random = Random(Crossed, "fault");
            if (random.NextDouble() < _rate * Weight(crossing))
            {
                kind = fits[random.Next(fits.Length)];

                // A process that dies at every turn never gets anywhere: deaths are a quarter as likely as the rest.
                kind = kind is FaultKind.KillBefore or FaultKind.KillAfter or FaultKind.DiaryFails && random.Next(4) > 0 ? null : kind;
            }
        }

        if (kind is { } struck)
        {
            _struck.Add(new FaultAt(Crossed, struck));
        }

        return kind;
    }

    /// <summary>What is crossed seldom and matters most goes wrong more often.</summary>
    private static double Weight(Crossing crossing) => crossing switch { Crossing.Place => 8, Crossing.Change => 6, Crossing.Status or Crossing.Bar => 4, Crossing.Decide => 3, _ => 1 };

    /// <summary>Numbers for a purpose at a place: the same whatever else happened.</summary>
    public SeededRandom Random(long at, string purpose) => SeededRandom.For(_seed, string.Create(CultureInfo.InvariantCulture, $"{purpose}/{at}"));
}

/// <summary>The process died here. Whatever code still runs can't reach anything any more.</summary>
public sealed class ProcessDiedException() : Exception("The process died here.");
