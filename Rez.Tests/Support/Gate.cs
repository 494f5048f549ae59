using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Trading;

namespace Rez.Tests.Support;

/// <summary>A gate's input that nothing stands against, to be spoiled by the test: BTC at 100,000, equity 10,000.</summary>
internal static class Gate
{
    public static readonly AssetContext Context = new("BTC", DateTimeOffset.FromUnixTimeMilliseconds(Some.Start), 100_000m, 100_000m, 99_990m, 100_010m, 0.0000125m, 0, 0);

    public static readonly GateFacts Facts = new(BidDepthUsd: 10_000_000m, AskDepthUsd: 10_000_000m, Atr: 500m);

    /// <summary>How many cases a property is tried with: as many as it says, fewer where mutants are tried by the hundred.</summary>
    public static int Cases(int wanted) => int.TryParse(Environment.GetEnvironmentVariable("REZ_MOST_CASES"), out var most) ? Math.Min(most, wanted) : wanted;

    /// <summary>1,000 USD long, stop one percent away, target three.</summary>
    public static readonly EntryRequest Good = new("BTC", Direction.Long, 1_000m, 3, 99_000m, 103_000m, 70, "why");

    public static GateInput Input(AccountState? account = null, RiskOptions? limits = null, GateFacts? facts = null, AssetContext? context = null, Instrument? instrument = null) =>
        new(instrument ?? Some.Btc, context ?? Context, account ?? Account(), limits ?? new RiskOptions(), ["BTC", "ETH"], 4.5m, facts ?? Facts);

    /// <param name="exposure">Notional of an ETH position, USD.</param>
    /// <param name="position">BTC held, base units signed.</param>
    public static AccountState Account(decimal equity = 10_000m, decimal exposure = 0, decimal marginUsed = 0, decimal position = 0, decimal maintenance = 0)
    {
        static Position P(string asset, decimal size, decimal mark) => new() { Asset = asset, SignedSize = size, EntryPrice = mark, MarkPrice = mark, Leverage = 5, IsCross = true };
        var positions = exposure > 0 ? new List<Position> { P("ETH", exposure / 3_000m, 3_000m) } : [];
        if (position != 0)
        {
            positions.Insert(0, P("BTC", position, 100_000m));
        }

        return new AccountState(DateTimeOffset.FromUnixTimeMilliseconds(Some.Start), equity, equity, marginUsed, maintenance, [.. positions]);
    }

    /// <summary>Judges by one layer alone.</summary>
    public static (Verdict Verdict, Proposal Left) By(IRiskLayer layer, GateInput input, Direction direction = Direction.Long, decimal size = 0.01m, int leverage = 3, decimal? stop = 99_000m, decimal? target = 103_000m, int confidence = 70)
    {
        var proposal = new Proposal
        {
            Direction = direction, Size = size, Leverage = leverage, Reference = direction == Direction.Long ? input.Context.Ask : input.Context.Bid, Stop = stop, Target = target, Confidence = confidence,
        };
        return (layer.Judge(ref proposal, input), proposal);
    }
}
