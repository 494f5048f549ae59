using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Market;
using Rez.Core.Risk;
using Rez.Core.Risk.Exits;
using Rez.Core.Risk.Portfolio;
using Rez.Core.Trading;

namespace Rez.Core.Desk.Watches;

/// <summary>Carries out the exit rules: time, trailing, parts, distances, fair value. The best price of a position is remembered, and read from candles after a restart.</summary>
public sealed class ExitWatch(OrderDesk desk, VenueBooks books, Protector protector, IDiary diary, IMarketData market, MeasureBoard board, InForce<RiskOptions> limits, InForce<ExitOptions> options, decimal takerFeeBps) : IWatch
{
    private readonly Dictionary<string, (long OpenedMs, decimal Best)> _best = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);

    public async ValueTask<Tripped?> LookAsync(AccountState account, string beatId, CancellationToken cancel)
    {
        var instruments = await protector.InstrumentsAsync(cancel);
        foreach (var position in account.Positions)
        {
            await RecallAsync(position, account.At, cancel);
            if (instruments.TryGetValue(position.Asset, out var instrument) && ViewOf(position, instrument, account.At) is { } view && ExitEngine.Judge(view, options.Now) is { } call)
            {
                await ActAsync(position, instrument, call, beatId, cancel);
            }
        }

        foreach (var gone in _best.Keys.Where(a => account.Of(a) is null).ToArray())
        {
            _best.Remove(gone);
            _told.Remove(gone);
        }

        return null;
    }

    /// <summary>Whether a rule would act on the position at this mark price: asked between beats, with prices of the socket.</summary>
    public bool WouldAct(Position position, Instrument instrument, decimal mark, DateTimeOffset at) =>
        ViewOf(position with { MarkPrice = mark }, instrument, at) is { } view && ExitEngine.Judge(view, options.Now) is not null;

    /// <summary>As <see cref="QuietRange.Of"/>, with the moment at which the position's time is up (Unix ms).</summary>
    internal (QuietRange Marks, long UntilMs)? QuietBetween(Position position, Instrument instrument, DateTimeOffset at) =>
        books.Positions.TryGetValue(position.Asset, out var held) && ViewOf(position, instrument, at) is { } view && QuietRange.Of(view, options.Now) is { } marks
            ? (marks, options.Now.MaxHoldHours > 0 ? held.OpenedMs + (long)(options.Now.MaxHoldHours * 3_600_000m) : long.MaxValue)
            : null;

    /// <summary>Notes a mark that was seen without a beat; it counts when it is the best so far.</summary>
    internal void Pass(string asset, Direction direction, decimal mark)
    {
        if (_best.TryGetValue(asset, out var known) && (mark - known.Best) * direction.Sign() > 0)
        {
            _best[asset] = known with { Best = mark };
        }
    }

    /// <summary>After a restart the best price is taken from the candles since the entry.</summary>
    private async ValueTask RecallAsync(Position position, DateTimeOffset at, CancellationToken cancel)
    {
        if (!books.Positions.TryGetValue(position.Asset, out var held) || (_best.TryGetValue(position.Asset, out var known) && known.OpenedMs == held.OpenedMs))
        {
            return;
        }

        var read = await market.CandlesAsync(position.Asset, market.BaseInterval, held.OpenedMs, market.BaseInterval.OpenOf(at.ToUnixTimeMilliseconds()), cancel);
        var best = position.EntryPrice;
        foreach (var candle in read.Ok ? read.Value : [])
        {
            var close = PriceRules.FromDouble(candle.Close) is { Ok: true } price ? price.Value : best;
            best = position.Direction == Direction.Long ? Math.Max(best, close) : Math.Min(best, close);
        }

        _best[position.Asset] = (held.OpenedMs, best);
    }

    private ExitView? ViewOf(Position p, Instrument instrument, DateTimeOffset at)
    {
        if (!books.Positions.TryGetValue(p.Asset, out var held))
        {
            return null;
        }

        var best = _best.TryGetValue(p.Asset, out var known) && known.OpenedMs == held.OpenedMs ? known.Best : p.MarkPrice;
        best = p.Direction == Direction.Long ? Math.Max(best, p.MarkPrice) : Math.Min(best, p.MarkPrice);
        _best[p.Asset] = (held.OpenedMs, best);
        var (stop, target) = protector.LevelsOf(p.Asset);
        var measures = board.Of(p.Asset);
        return new ExitView
        {
            Instrument = instrument,
            Direction = p.Direction,
            Entry = p.EntryPrice,
            Mark = p.MarkPrice,
            Best = best,
            Held = at - DateTimeOffset.FromUnixTimeMilliseconds(held.OpenedMs),
            Stop = stop,
            Target = target,
            Atr = measures?.Atr,
            Sigma = measures?.Sigma,
            FairValue = measures?.FairValue,
            IsPartTaken = held.ExitSize > 0,
            TakerFeeBps = takerFeeBps,
        };
    }

    private async ValueTask ActAsync(Position position, Instrument instrument, ExitCall call, string beatId, CancellationToken cancel)
    {
        if (call.Act == ExitAct.MoveStop)
        {
            var moved = await protector.MoveAsync(position, call.Level, null, beatId, call.Words, cancel, call.Code);
            Tell(position.Asset, call, moved.Refusal is { } refusal ? $"{call.Words}: refused, {refusal.Message}" : call.Words, beatId);
            return;
        }

        Tell(position.Asset, call, call.Words, beatId);
        if (call.Act == ExitAct.Close)
        {
            await protector.FlattenAsync(position.Asset, call.Code, call.Words, beatId, cancel);
            return;
        }

        var context = await market.ContextAsync(position.Asset, cancel);
        if (!context.Ok)
        {
            return;
        }

        var exit = RiskGate.ApproveExit(position, instrument, context.Value, limits.Now, beatId, call.Words, position.Size * call.Share, protector.NextAttempt());
        await desk.PlaceAsync(exit, "exit", call.Code, cancel);
        await books.BookAsync(cancel);
        await ResizeAsync(position.Asset, beatId, cancel);
    }

    /// <summary>What is left gets a stop and a target of its own size.</summary>
    private async ValueTask ResizeAsync(string asset, string beatId, CancellationToken cancel)
    {
        var account = await desk.Exchange.AccountAsync(cancel);
        if (account.Ok && account.Value.Of(asset) is { } left)
        {
            var (stop, target) = protector.LevelsOf(asset);
            await protector.MoveAsync(left, stop, target, beatId, "sized to what is left", cancel);
        }
    }

    /// <summary>A refusal that stays the same is told once.</summary>
    private void Tell(string asset, ExitCall call, string words, string beatId)
    {
        if (_told.GetValueOrDefault(asset) != words)
        {
            _told[asset] = words;
            diary.Append(new ExitCalled(asset, call.Code, call.Act.ToString(), words), beatId);
        }
    }
}
