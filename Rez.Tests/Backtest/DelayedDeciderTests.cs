using Rez.Core;
using Rez.Core.Agent;
using Rez.Core.Backtest;
using Rez.Core.Trading;
using Rez.Tests.Support;

namespace Rez.Tests.Backtest;

/// <summary>Openings that wait: carried out as first wished, dropped when gone, overtaken by exits.</summary>
public sealed class DelayedDeciderTests
{
    [Fact]
    public async Task An_opening_is_carried_out_so_many_cycles_later_as_it_was_wished_for()
    {
        var said = await RunAsync(2, false, "long", "hold", "hold", "hold");
        Assert.Equal(["Hold", "Hold", "OpenLong 1", "Hold"], said);
    }

    [Fact]
    public async Task One_whose_signal_is_gone_is_dropped_where_asked_for()
    {
        Assert.Equal(["Hold", "Hold", "Hold"], await RunAsync(1, true, "long", "hold", "hold"));
        Assert.Equal(["Hold", "OpenLong 1", "Hold"], await RunAsync(1, true, "long", "long", "hold"));

        // The other direction waits in its turn.
        Assert.Equal(["Hold", "Hold", "OpenShort 2"], await RunAsync(1, true, "long", "short", "short"));
    }

    [Fact]
    public async Task Exits_do_not_wait_and_end_the_waiting() => Assert.Equal(["Hold", "Close", "Hold", "Hold"], await RunAsync(2, false, "long", "close", "hold", "hold"));

    private static async Task<string[]> RunAsync(int cycles, bool dropsGone, params string[] wishes)
    {
        var script = new ScriptedWishes(wishes);
        var delayed = new DelayedDecider(script, cycles, dropsGone);
        var said = new List<string>();
        foreach (var _ in wishes)
        {
            var account = new AccountState(DateTimeOffset.UnixEpoch, 1, 1, 0, 0, []);
            var view = new AssetView(Some.Btc, Gate.Context, new Rez.Core.Indicators.IndicatorSheet("BTC", []), null, null, null, null);
            var item = (await delayed.DecideAsync(new DecisionContext("c", DateTimeOffset.UnixEpoch, account, [view]), CancellationToken.None)).Value.Items.Single();
            said.Add(item.Action is DecisionAction.OpenLong or DecisionAction.OpenShort ? $"{item.Action} {item.SizeUsd}" : item.Action.ToString());
        }

        return [.. said];
    }

    /// <summary>Says one wish a cycle; an opening's size is the number of its cycle.</summary>
    private sealed class ScriptedWishes(string[] wishes) : IDecider
    {
        private int _cycle;

        public string Name => "scripted";

        public ValueTask<Outcome<Decision>> DecideAsync(DecisionContext context, CancellationToken cancel)
        {
            var wish = wishes[_cycle++];
            var action = wish switch { "long" => DecisionAction.OpenLong, "short" => DecisionAction.OpenShort, "close" => DecisionAction.Close, _ => DecisionAction.Hold };
            return new(new Decision(Name, string.Empty, [new DecisionItem { Asset = "BTC", Action = action, SizeUsd = _cycle }]));
        }
    }
}
