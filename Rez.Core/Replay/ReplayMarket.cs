using System.Text.RegularExpressions;
using Rez.Core.Market;

namespace Rez.Core.Replay;

/// <summary>Finds the market that a diary was written on: a generated one is made again from its fingerprint, a recorded one is read from its files.</summary>
public static partial class ReplayMarket
{
    /// <param name="world">What the diary's session says of its market.</param>
    /// <param name="candles">Folder of candle files, or null.</param>
    public static Outcome<Func<IMarketSource>> Of(string world, string? candles)
    {
        if (candles is not null)
        {
            var opened = RecordedMarket.Open(candles, []);
            return opened.Ok ? new Outcome<Func<IMarketSource>>(() => RecordedMarket.Open(candles, []).Value) : opened.Rejection;
        }

        var match = Generated().Match(world);
        if (!match.Success)
        {
            return new Rejection("no-market", $"What came after can only be played on its candles: name their folder with --candles (the diary was written on {world}).");
        }

        var assets = match.Groups["assets"].Value.Split(',').Select(DemoInstruments.Find).ToArray();
        return assets.Any(a => a is null)
            ? new Rejection("no-market", $"This version of Rez can't generate {world}.")
            : new Outcome<Func<IMarketSource>>(() => new GeneratedMarket(ulong.Parse(match.Groups["seed"].Value), [.. assets.Select(a => a!)], long.Parse(match.Groups["start"].Value)));
    }

    [GeneratedRegex("^generated/1 seed=(?<seed>[0-9]+) assets=(?<assets>[A-Z0-9,]+) start=(?<start>[0-9]+)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Generated();
}
