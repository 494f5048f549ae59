using System.Collections.Immutable;
using Rez.Core.Agent;
using Rez.Core.Diary;
using Rez.Core.Diary.Facts;
using Rez.Core.Indicators;
using Rez.Core.Market;

namespace Rez.Core.Cycle;

/// <summary>Why a position was opened, and when the idea no longer holds.</summary>
/// <param name="SetMs">When it was written down: candles that closed before do not count.</param>
public sealed record OpenPlan(string Asset, string Thesis, ExitPlan Plan, long SetMs);

/// <summary>A condition that came true.</summary>
public sealed record FiredPlan(string Asset, Invalidation Condition, double Value)
{
    public override string ToString() => $"{Asset}: {Condition.Metric} on {Condition.Interval} is {Condition.Op} {Condition.Level} ({Value:G6})";
}

/// <summary>The exit plans of open positions: checked by code on closed candles, whatever the decider thinks by then. They survive a restart.</summary>
public sealed class ExitPlans
{
    private readonly IDiary _diary;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, OpenPlan> _plans = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Asset, string Interval), long> _checked = [];
    private readonly List<string> _notes = [];

    public ExitPlans(IDiary diary, IEnumerable<OpenPlan> start)
    {
        _diary = diary;
        foreach (var plan in start)
        {
            _plans[plan.Asset] = plan;
        }
    }

    public OpenPlan? Of(string asset)
    {
        lock (_gate)
        {
            return _plans.GetValueOrDefault(asset);
        }
    }

    /// <summary>Close of the newest candle of that interval that the asset's plan was checked on (Unix ms), or 0.</summary>
    public long CheckedMs(string asset, string interval)
    {
        lock (_gate)
        {
            return _checked.GetValueOrDefault((asset, interval));
        }
    }

    /// <summary>Something the next decision is to be told.</summary>
    public void Note(string words)
    {
        lock (_gate)
        {
            _notes.Add(words);
        }
    }

    /// <summary>What was noted since the last time.</summary>
    public ImmutableArray<string> TakeNotes()
    {
        lock (_gate)
        {
            ImmutableArray<string> notes = [.. _notes];
            _notes.Clear();
            return notes;
        }
    }

    /// <summary>Writes down why a position was opened, or changed.</summary>
    public void Set(DecisionItem item, string cycleId, long nowMs)
    {
        var plan = new OpenPlan(item.Asset, item.Rationale, item.ExitPlan ?? new ExitPlan(string.Empty, []), nowMs);
        lock (_gate)
        {
            _plans[item.Asset] = plan;
        }

        _diary.Append(
            new PlanSet(item.Asset, plan.Thesis, plan.Plan.Text, [.. plan.Plan.Invalidations.Select(i => new PlanCondition(i.Metric, i.Interval, i.Op, i.Level))], nowMs), cycleId);
    }

    /// <summary>The first condition of each open position that came true on a candle that closed since its plan was set.</summary>
    public ImmutableArray<FiredPlan> Check(IReadOnlyCollection<string> open, ImmutableArray<IndicatorSheet> sheets, string cycleId)
    {
        var fired = ImmutableArray.CreateBuilder<FiredPlan>();
        lock (_gate)
        {
            foreach (var gone in _plans.Keys.Where(a => !open.Contains(a)).ToArray())
            {
                _plans.Remove(gone);
            }

            foreach (var plan in _plans.Values)
            {
                if (sheets.FirstOrDefault(s => s.Asset == plan.Asset) is not { } sheet)
                {
                    continue;
                }

                foreach (var bars in sheet.Intervals)
                {
                    _checked[(plan.Asset, bars.Interval.Name)] = bars.Interval.NextOpen(bars.BarOpenMs);
                }

                if (First(plan, sheet) is { } hit)
                {
                    fired.Add(hit);
                    _diary.Append(new PlanFired(hit.Asset, hit.ToString()), cycleId);
                }
            }
        }

        return fired.ToImmutable();
    }

    /// <summary>Checks the asset's plan on a sheet and notes that it was; false, and nothing noted, when a condition has come true.</summary>
    internal bool StaysWith(IndicatorSheet sheet)
    {
        lock (_gate)
        {
            if (!_plans.TryGetValue(sheet.Asset, out var plan))
            {
                return true;
            }

            if (First(plan, sheet) is not null)
            {
                return false;
            }

            foreach (var bars in sheet.Intervals)
            {
                _checked[(plan.Asset, bars.Interval.Name)] = bars.Interval.NextOpen(bars.BarOpenMs);
            }

            return true;
        }
    }

    private static FiredPlan? First(OpenPlan plan, IndicatorSheet sheet)
    {
        foreach (var condition in plan.Plan.Invalidations)
        {
            if (Interval.TryParse(condition.Interval, out var interval) && sheet.Of(interval) is { } bars && interval.NextOpen(bars.BarOpenMs) > plan.SetMs
                && Value(bars, condition.Metric) is { } value && (condition.Op == "below" ? value < (double)condition.Level : value > (double)condition.Level))
            {
                return new FiredPlan(plan.Asset, condition, value);
            }
        }

        return null;
    }

    /// <summary>The close, or an indicator of the sheet by its name; null when the sheet has none such, or it is not warm.</summary>
    private static double? Value(IntervalSheet bars, string metric)
    {
        if (metric is "close" or "price")
        {
            return bars.Close;
        }

        var index = bars.Layout.Names.IndexOf(metric, 0, StringComparer.OrdinalIgnoreCase);
        return index >= 0 && bars.Values[index * SheetLayout.Depth] is var value && double.IsFinite(value) ? value : null;
    }
}
