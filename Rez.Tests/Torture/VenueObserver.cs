using System.Net.Http.Json;
using System.Text.Json;
using Rez.Core.Desk;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.Trading;

namespace Rez.Tests.Torture;

/// <summary>A position seen without a live stop of its full size.</summary>
/// <param name="Cycles">Cycles that Rez completed meanwhile, none of which mended it.</param>
internal sealed record Naked(string Asset, decimal Size, TimeSpan For, long Cycles);

/// <summary>Looks at an account at the venue itself, beside Rez and its wires, as long as the venue runs.</summary>
internal sealed class VenueObserver : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _info;
    private readonly string _account;
    private readonly Func<long> _cycles;
    private readonly Dictionary<string, (decimal Size, long Since, long Cycles, int Seen)> _naked = new(StringComparer.Ordinal);
    private readonly List<Naked> _found = [];
    private readonly Task _watching;

    /// <param name="cycles">How many cycles Rez has completed.</param>
    public VenueObserver(int port, string account, Func<long> cycles)
    {
        (_info, _account, _cycles) = (new Uri($"http://127.0.0.1:{port}/info"), account, cycles);
        _watching = WatchAsync();
    }

    public int Looks { get; private set; }

    public int LooksWithPosition { get; private set; }

    /// <summary>Every time a position was seen naked twice in a row, and for how long.</summary>
    public IReadOnlyList<Naked> Found
    {
        get
        {
            lock (_found)
            {
                return [.. _found];
            }
        }
    }

    public async Task<JsonDocument?> AskAsync(object request)
    {
        try
        {
            using var reply = await _http.PostAsJsonAsync(_info, request, _stop.Token);
            return reply.IsSuccessStatusCode ? WireJson.Parse(await reply.Content.ReadAsByteArrayAsync(_stop.Token)) : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // The venue is down: that is what this test does to it.
            return null;
        }
    }

    public async Task<AccountState?> AccountAsync()
    {
        using var reply = await AskAsync(new { type = "clearinghouseState", user = _account });
        return reply is not null && AccountReplies.Account(reply.RootElement) is { Ok: true } read ? read.Value : null;
    }

    public async Task<IReadOnlyList<OpenOrder>?> OrdersAsync()
    {
        using var reply = await AskAsync(new { type = "frontendOpenOrders", user = _account });
        return reply is not null && AccountReplies.OpenOrders(reply.RootElement) is { Ok: true } read ? read.Value : null;
    }

    /// <summary>Every fill of the account, page by page.</summary>
    public async Task<IReadOnlyList<Fill>> FillsAsync()
    {
        var all = new Dictionary<(long, string, long), Fill>();
        for (var from = 0L; ;)
        {
            using var reply = await AskAsync(new { type = "userFillsByTime", user = _account, startTime = from });
            var page = AccountReplies.Fills(reply!.RootElement).Value;
            var before = all.Count;
            foreach (var fill in page)
            {
                all[(fill.TimeMs, fill.Asset, fill.Tid)] = fill;
            }

            if (all.Count == before)
            {
                return [.. all.Values];
            }

            from = page[^1].TimeMs;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            // The account before and after the orders: what moved in between proves nothing.
            if (await AccountAsync() is { } before && await OrdersAsync() is { } orders && await AccountAsync() is { } after)
            {
                Look(before, orders, after);
            }

            await Task.Delay(20, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look(AccountState before, IReadOnlyList<OpenOrder> orders, AccountState after)
    {
        Looks++;
        LooksWithPosition += before.Positions.IsEmpty ? 0 : 1;
        foreach (var asset in before.Positions.Select(p => p.Asset).Concat(_naked.Keys).Distinct(StringComparer.Ordinal).ToArray())
        {
            var isNaked = before.Of(asset) is { } position && after.Of(asset)?.SignedSize == position.SignedSize && !Protector.CoverageOf(position, orders).IsFull;
            if (!isNaked)
            {
                if (_naked.Remove(asset, out var past) && past.Seen > 1)
                {
                    Note(asset, past);
                }

                continue;
            }

            var size = before.Of(asset)!.SignedSize;
            _naked[asset] = _naked.TryGetValue(asset, out var known) && known.Size == size ? known with { Seen = known.Seen + 1 } : (size, TimeProvider.System.GetTimestamp(), _cycles(), 1);
        }
    }

    private void Note(string asset, (decimal Size, long Since, long Cycles, int Seen) past)
    {
        lock (_found)
        {
            _found.Add(new Naked(asset, past.Size, TimeProvider.System.GetElapsedTime(past.Since), _cycles() - past.Cycles));
        }
    }
}
